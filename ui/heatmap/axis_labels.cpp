#include "ui/heatmap/axis_labels.h"

#include "ui/heatmap/token_label.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace headlight::ui {
namespace {

constexpr double kSmallestFactor = 0.72;  // type is never set smaller than this part of its full size
constexpr double kGap = 8.0;              // between label and map
constexpr double kLeading = 1.08;         // label to label, in line heights
constexpr double kSolidLeading = 0.94;    // before words are left out they stand as close as type can be read
constexpr double kThinnedLeading = 1.7;   // thinned labels stand further apart, or they read as a list without gaps

double sine(double degrees) {
    return std::sin(degrees * std::numbers::pi / 180.0);
}

/// Pixels along the axis that one line of type takes.
double lineAlongAxis(Side side, double line_height, double angle) {
    return side == Side::Rows || angle == 0.0 ? line_height : line_height / sine(angle);
}

/// 1, 2, 5, 10, 20, 50, ...: the first not smaller than `least`.
std::size_t roundStep(double least) {
    std::size_t decade = 1;
    while (true) {
        for (const std::size_t factor : {1, 2, 5})
            if (static_cast<double>(decade * factor) >= least)
                return decade * factor;
        decade *= 10;
    }
}

/// Paints labels of one side; knows where a label's baseline lies.
class AxisPainter {
public:
    AxisPainter(QPainter& painter, const AxisScene& scene)
        : painter_(painter), scene_(scene),
          plan_(planAxis(scene.side, rows() ? scene.transform.scale_y : scene.transform.scale_x, scene.font, scene.longest)) {}

    void paint() {
        const TokenRange range = rows() ? scene_.transform.visibleRows() : scene_.transform.visibleColumns();
        QFont font = scene_.font;
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(plan_.font_pixels))));
        const QFontMetricsF metrics(font);
        // Beside thinned labels the one looked at keeps some distance, or the two read as one.
        const double line = lineAlongAxis(scene_.side, metrics.height(), plan_.angle) * (plan_.numbered() ? 1.3 : kSolidLeading * 0.95);
        for (std::size_t i = (range.begin + plan_.step) / plan_.step * plan_.step - 1; i < range.end; i += plan_.step)
            if (!hiddenByCurrent(i, line))
                paintLabel(i, font, i < scene_.tokens->pale.size() && scene_.tokens->pale[i] ? scene_.muted : scene_.text);
        if (scene_.current && *scene_.current >= range.begin && *scene_.current < range.end) {
            paintLabel(*scene_.current, strongWhereItFits(font), scene_.highlight);
        }
    }

private:
    [[nodiscard]] bool rows() const { return scene_.side == Side::Rows; }

    /// A word that only fits in the others' weight keeps all its letters; its colour marks it too.
    [[nodiscard]] QFont strongWhereItFits(const QFont& font) const {
        QFont strong = font;
        strong.setWeight(QFont::DemiBold);
        const QString word = visibleWord(scene_.tokens->words.value(static_cast<qsizetype>(*scene_.current)));
        const double room = roomAlongBaseline();
        const bool elides = QFontMetricsF(strong).horizontalAdvance(word) > room && QFontMetricsF(font).horizontalAdvance(word) <= room;
        return elides ? font : strong;
    }

    [[nodiscard]] double middle(std::size_t token) const {
        const double at = static_cast<double>(token) + 0.5;
        const QPointF pixel = scene_.transform.toPixel({at, at});
        return rows() ? pixel.y() : pixel.x();
    }

    [[nodiscard]] bool hiddenByCurrent(std::size_t token, double line) const {
        if (!scene_.current)
            return false;
        const double distance = std::abs(middle(token) - middle(*scene_.current));
        return token == *scene_.current || (distance < line && currentIsPainted());
    }

    [[nodiscard]] bool currentIsPainted() const {
        const TokenRange range = rows() ? scene_.transform.visibleRows() : scene_.transform.visibleColumns();
        return *scene_.current >= range.begin && *scene_.current < range.end;
    }

    void paintLabel(std::size_t token, const QFont& font, const QColor& colour) {
        const QRectF viewport = scene_.transform.viewport;
        const double at = middle(token);
        if (rows() ? (at < viewport.top() || at > viewport.bottom()) : (at < viewport.left() || at > viewport.right()))
            return; // the middle of a cell cut by the border: its label would stand beside another part of the window
        const QFontMetricsF metrics(font);
        const auto index = static_cast<qsizetype>(token);
        const QString word = index < scene_.tokens->words.size() ? visibleWord(scene_.tokens->words[index]) : QString();
        QString number = plan_.numbered() ? QString::number(scene_.tokens->number(token)) : QString();
        double number_width = number.isEmpty() ? 0.0 : metrics.horizontalAdvance(number) + 0.5 * metrics.height();
        if (const double word_width = metrics.horizontalAdvance(word);
            word_width <= roomAlongBaseline() && word_width > roomAlongBaseline() - number_width) {
            number.clear(); // the word matters more
            number_width = 0.0;
        }
        const double room = roomAlongBaseline() - number_width;
        const QString shown = metrics.elidedText(word, Qt::ElideMiddle, std::max(room, metrics.height()));
        painter_.save();
        painter_.setFont(font);
        if (rows())
            paintRow(at, metrics, shown, number, number_width, colour);
        else
            paintColumn(at, metrics, shown, number, number_width, colour);
        painter_.restore();
    }

    /// Half a pixel more than was measured: a word that fits exactly is not cut for a rounding error.
    [[nodiscard]] double roomAlongBaseline() const {
        if (rows())
            return scene_.extent + 0.5;
        if (plan_.angle == 0.0)
            return scene_.transform.scale_x - 2.0;
        return scene_.extent * sine(kLabelAngle) / sine(plan_.angle) + 0.5; // the same height above the map
    }

    void paintRow(double y, const QFontMetricsF& metrics, const QString& word, const QString& number, double number_width,
                  const QColor& colour) {
        const double right = scene_.transform.visibleRect().left() - kGap;
        const double baseline = y + metrics.capHeight() / 2;
        if (!number.isEmpty()) {
            painter_.setPen(scene_.muted);
            painter_.drawText(QPointF(right - metrics.horizontalAdvance(number), baseline), number);
        }
        painter_.setPen(colour);
        painter_.drawText(QPointF(right - number_width - metrics.horizontalAdvance(word), baseline), word);
    }

    void paintColumn(double x, const QFontMetricsF& metrics, const QString& word, const QString& number,
                     double number_width, const QColor& colour) {
        const double bottom = scene_.transform.visibleRect().top() - kGap;
        painter_.setPen(colour);
        if (plan_.angle == 0.0) {
            painter_.drawText(QPointF(x - metrics.horizontalAdvance(word) / 2, bottom), word);
            return;
        }
        painter_.translate(x, bottom);
        painter_.rotate(-plan_.angle);
        const double baseline = metrics.capHeight() / 2;
        painter_.drawText(QPointF(number_width, baseline), word);
        if (!number.isEmpty()) {
            painter_.setPen(scene_.muted);
            painter_.drawText(QPointF(0.0, baseline), number);
        }
    }

    QPainter& painter_;
    const AxisScene& scene_;
    AxisPlan plan_;
};

} // namespace

AxisPlan planAxis(Side side, double cell_pixels, const QFont& font, double longest) {
    const double full = QFontMetricsF(font).height();
    AxisPlan plan;
    plan.font_pixels = font.pixelSize();
    if (side == Side::Columns && longest + 6.0 <= cell_pixels)
        return plan;
    constexpr std::pair<double, double> kWays[] = {{kLabelAngle, kLeading}, {90.0, kLeading}, {90.0, kSolidLeading}};
    for (const auto& [angle, leading] : kWays) {
        const double needed = lineAlongAxis(side, full, angle) * leading;
        // Pixel sizes are whole numbers: round down, so that what was planned does fit.
        const double fitting = std::min<double>(font.pixelSize(), std::floor(font.pixelSize() * cell_pixels / needed));
        if (fitting >= font.pixelSize() * kSmallestFactor) {
            plan.angle = angle;
            plan.font_pixels = fitting;
            return plan;
        }
    }
    plan.angle = kLabelAngle;
    plan.step = std::max<std::size_t>(2, roundStep(lineAlongAxis(side, full, kLabelAngle) * kThinnedLeading / cell_pixels));
    return plan;
}

double longestWord(const QStringList& words, const QFont& font) {
    constexpr std::size_t kMeasured = 48;
    std::vector<qsizetype> order(static_cast<std::size_t>(words.size()));
    std::iota(order.begin(), order.end(), qsizetype{0});
    const auto n = static_cast<std::ptrdiff_t>(std::min(kMeasured, order.size()));
    std::partial_sort(order.begin(), order.begin() + n, order.end(),
                      [&](qsizetype a, qsizetype b) { return words[a].size() > words[b].size(); });
    const QFontMetricsF metrics(font);
    double widest = 0.0;
    for (auto i = order.begin(); i != order.begin() + n; ++i)
        widest = std::max(widest, metrics.horizontalAdvance(visibleWord(words[*i].left(64))));
    return widest;
}

void paintAxis(QPainter& painter, const AxisScene& scene) {
    if (scene.tokens != nullptr && !scene.transform.empty())
        AxisPainter(painter, scene).paint();
}

} // namespace headlight::ui
