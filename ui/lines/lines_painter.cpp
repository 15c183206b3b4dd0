#include "ui/lines/lines_painter.h"

#include "ui/heatmap/axis_labels.h"
#include "ui/heatmap/token_label.h"
#include "ui/theme/figures.h"
#include "ui/theme/head_colours.h"
#include "ui/theme/theme.h"
#include "ui/theme/wrapped_lines.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kThinnest = 0.6;
constexpr double kThickest = 4.0;
constexpr double kLabelGap = 8.0;

class LinesPainter {
public:
    LinesPainter(QPainter& painter, const LinesScene& scene)
        : painter_(painter)
        , scene_(scene) {}

    void paint() {
        paintTitle();
        painter_.save();
        painter_.setRenderHint(QPainter::Antialiasing, true);
        if (scene_.layout.largestScroll() > 0.0)
            painter_.setClipRect(scene_.layout.area, Qt::IntersectClip); // lines to tokens out of sight leave through the edge
        for (const AttentionLine& line : scene_.set->lines)
            paintLine(line, isolating() ? Strength::Faint : Strength::Full);
        for (const AttentionLine& line : scene_.isolated_lines)
            paintLine(line, Strength::Isolated);
        painter_.restore();
        paintColumn(Side::Left);
        paintColumn(Side::Right);
    }

private:
    enum class Side { Left, Right };
    enum class Strength { Full, Faint, Isolated }; ///< all lines; those behind isolated ones; those

    [[nodiscard]] bool isolating() const {
        return scene_.isolated.query.has_value() || scene_.isolated.key.has_value();
    }
    [[nodiscard]] const AxisTokens& tokens(Side side) const {
        return side == Side::Left ? scene_.map->queries : scene_.map->keys;
    }

    void paintLine(const AttentionLine& line, Strength how) {
        const LinesLayout& layout = scene_.layout;
        const double from = layout.y(line.query);
        const double to = layout.y(line.key);
        if (std::max(from, to) < layout.area.top() || std::min(from, to) > layout.area.bottom())
            return;
        QPainterPath path(QPointF(layout.left_edge, from));
        const double bend = (layout.right_edge - layout.left_edge) * 0.4;
        path.cubicTo(layout.left_edge + bend, from, layout.right_edge - bend, to, layout.right_edge, to);
        QColor colour = headColour(line.head, *scene_.theme);
        // Many lines at once must let each other through; what is isolated stands out.
        const double strength = std::clamp(double(line.weight), 0.0, 1.0);
        colour.setAlphaF(static_cast<float>(how == Strength::Isolated ? 0.35 + 0.65 * strength
                                            : how == Strength::Full   ? 0.08 + 0.82 * strength
                                                                      : 0.03 + 0.12 * strength));
        const double thickest = std::min(kThickest, std::max(kThinnest, layout.row_height * 0.4));
        painter_.setPen(
            QPen(colour, kThinnest + (thickest - kThinnest) * strength, Qt::SolidLine, Qt::RoundCap));
        painter_.drawPath(path);
    }

    void paintTitle() {
        const QRectF area = scene_.layout.title;
        if (area.isEmpty())
            return;
        const QFontMetricsF title(scene_.fonts.title);
        const QFontMetricsF caption(scene_.fonts.caption);
        const bool several = scene_.set->request.heads.size() > 1;
        QString text = headTitle(scene_.map->head);
        if (several)
            text = QStringLiteral("%1 · %2 heads")
                       .arg(text.section(QStringLiteral(" · "), 0, 0))
                       .arg(scene_.set->request.heads.size());
        double y = area.top() + title.ascent();
        draw({area.left(), y}, scene_.fonts.title, scene_.theme->text,
             title.elidedText(text, Qt::ElideMiddle, area.width()));
        y += title.descent() + caption.ascent() + 2.0;
        const int most = static_cast<int>((area.height() - title.height()) / caption.height()) - (several ? 1 : 0);
        for (const QString& line : wrappedLines(linesSubtitle(*scene_.map, *scene_.set), scene_.fonts.caption,
                                                area.width(), std::max(1, most))) {
            draw({area.left(), y}, scene_.fonts.caption, scene_.theme->text_muted, line);
            y += caption.height();
        }
        if (several)
            paintHeadNames(QPointF(area.left(), y + 2.0));
    }

    /// Which colour is which head; as many as there is room for, and how many more.
    void paintHeadNames(QPointF at) {
        const QFontMetricsF metrics(scene_.fonts.caption);
        const auto& heads = scene_.set->request.heads;
        for (std::size_t i = 0; i < heads.size(); ++i) {
            const QString name = QStringLiteral("layer %1 · head %2")
                                     .arg(heads[i].layer.value + 1)
                                     .arg(heads[i].head.value + 1);
            const QString more = QStringLiteral("and %1 more").arg(heads.size() - i);
            const bool last = i + 1 == heads.size();
            const double needed = 14.0 + metrics.horizontalAdvance(name) +
                                  (last ? 0.0 : 18.0 + metrics.horizontalAdvance(more));
            if (at.x() + needed > scene_.layout.title.right()) {
                draw(at, scene_.fonts.caption, scene_.theme->text_muted, more);
                return;
            }
            painter_.fillRect(QRectF(at.x(), at.y() - metrics.ascent() + 2.0, 9.0, 9.0),
                              headColour(i, *scene_.theme));
            draw({at.x() + 14.0, at.y()}, scene_.fonts.caption, scene_.theme->text, name);
            at.rx() += 14.0 + metrics.horizontalAdvance(name) + 18.0;
        }
    }

    /// The weight of the strongest isolated line that ends at each token of the side opposite to the isolated
    /// one.
    [[nodiscard]] std::vector<std::pair<std::size_t, float>> weightsAt(Side side) const {
        std::vector<std::pair<std::size_t, float>> found;
        const bool opposite =
            side == Side::Right ? scene_.isolated.query.has_value() : scene_.isolated.key.has_value();
        if (!opposite)
            return found;
        for (const AttentionLine& line :
             scene_.isolated_lines) // weakest first: a stronger one of another head replaces it
            found.emplace_back(side == Side::Right ? line.key : line.query, line.weight);
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : a.second > b.second;
        });
        found.erase(std::unique(found.begin(), found.end(),
                                [](const auto& a, const auto& b) { return a.first == b.first; }),
                    found.end());
        return found;
    }

    void paintColumn(Side side) {
        const LinesLayout& layout = scene_.layout;
        const AxisTokens& words = tokens(side);
        const auto n_words = static_cast<std::size_t>(words.words.size());
        const TokenRange range = layout.inSight(n_words);
        const AxisPlan plan = planAxis(ui::Side::Rows, layout.row_height, scene_.fonts.body, 0.0);
        const std::optional<std::size_t> current = side == Side::Left
                                                       ? firstOf(scene_.isolated.query, scene_.pinned.query)
                                                       : firstOf(scene_.isolated.key, scene_.pinned.key);
        const auto weights = weightsAt(side);
        const double line = QFontMetricsF(scene_.fonts.body).height();
        for (std::size_t i = range.begin; i < range.end; ++i) {
            const bool named =
                i == current || ((i + 1) % plan.step == 0 &&
                                 !(current && plan.step > 1 && std::abs(layout.y(i) - layout.y(*current)) < line * 0.9));
            if (!named)
                continue;
            const auto at =
                std::lower_bound(weights.begin(), weights.end(), i,
                                 [](const auto& a, std::size_t token) { return a.first < token; });
            paintWord(side, i, plan, i == current,
                      at != weights.end() && at->first == i ? &at->second : nullptr);
        }
    }

    [[nodiscard]] static std::optional<std::size_t> firstOf(const std::optional<std::size_t>& a,
                                                            const std::optional<std::size_t>& b) {
        return a ? a : b;
    }

    void paintWord(Side side, std::size_t i, const AxisPlan& plan, bool current, const float* weight) {
        const LinesLayout& layout = scene_.layout;
        const AxisTokens& words = tokens(side);
        QFont font = scene_.fonts.body;
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(plan.font_pixels))));
        if (current)
            font.setWeight(QFont::DemiBold);
        const QFontMetricsF metrics(font);
        const double baseline = layout.y(i) + (metrics.ascent() - metrics.descent()) / 2.0;
        if (baseline - metrics.ascent() < layout.area.top() - 2.0 ||
            baseline + metrics.descent() > layout.area.bottom() + 2.0)
            return; // cut words at the edges of a scrolled column look like a fault
        const bool special = i < words.special.size() && words.special[i];
        const bool faded = isolating() && !current && !weight;
        QColor colour = current            ? (side == Side::Left ? scene_.theme->query : scene_.theme->key)
                        : special || faded ? scene_.theme->text_muted
                                           : scene_.theme->text;
        QString word = visibleWord(words.words.value(static_cast<qsizetype>(i)));
        if (plan.numbered())
            word += QStringLiteral("  %1").arg(i + 1);
        const QString number = weight ? weightText(double(*weight)) : QString();
        const QFontMetricsF small(scene_.fonts.caption);
        const double number_width = number.isEmpty() ? 0.0 : small.horizontalAdvance(number) + 6.0;
        const bool left = side == Side::Left;
        const double room =
            (left ? layout.left_edge - layout.area.left() : layout.area.right() - layout.right_edge) -
            kLabelGap - number_width;
        word = metrics.elidedText(word, Qt::ElideMiddle, room);
        const double width = metrics.horizontalAdvance(word);
        const double x = left ? layout.left_edge - kLabelGap - width : layout.right_edge + kLabelGap;
        draw({x, baseline}, font, colour, word);
        if (!number.isEmpty())
            draw({left ? x - number_width : x + width + 6.0, baseline}, scene_.fonts.caption,
                 scene_.theme->text_muted, number);
    }

    void draw(const QPointF& at, const QFont& font, const QColor& colour, const QString& text) {
        painter_.setFont(font);
        painter_.setPen(colour);
        painter_.drawText(at, text);
    }

    QPainter& painter_;
    const LinesScene& scene_;
};

} // namespace

QString lineRuleText(const LineRule& rule) {
    if (rule.kind == LineRule::Kind::Threshold)
        return QStringLiteral("weights from %1 up").arg(double(rule.threshold));
    const QString from = QStringLiteral(" from %1 up").arg(double(kFaintestLine));
    return (rule.per_query == 1 ? QStringLiteral("the strongest of each query")
                                : QStringLiteral("the %1 strongest of each query").arg(rule.per_query)) + from;
}

QString linesSubtitle(const HeadMap& map, const LineSet& set) {
    QStringList parts;
    if (map.keys.name == map.queries.name && !map.keys.name.isEmpty())
        parts << QStringLiteral("%1: left looks at right").arg(map.queries.name);
    else if (!map.keys.name.isEmpty())
        parts << QStringLiteral("%1 (left) looks at %2 (right)").arg(map.queries.name, map.keys.name);
    if (const QString shared = sharedKeyText(map); set.request.heads.size() == 1 && !shared.isEmpty())
        parts << shared;
    parts << lineRuleText(set.request.rule);
    const QLocale numbers(QLocale::English);
    parts << (set.n_worthy > set.lines.size()
                  ? QStringLiteral("the %1 strongest of %2 lines")
                        .arg(numbers.toString(qulonglong(set.lines.size())),
                             numbers.toString(qulonglong(set.n_worthy)))
                  : QStringLiteral("%1 lines").arg(numbers.toString(qulonglong(set.lines.size()))));
    return parts.join(QStringLiteral(" · "));
}

void paintLines(QPainter& painter, const LinesScene& scene) {
    if (scene.map == nullptr || scene.map->empty() || !scene.set)
        return;
    painter.save();
    painter.setRenderHint(QPainter::TextAntialiasing, true);
    LinesPainter(painter, scene).paint();
    painter.restore();
}

} // namespace headlight::ui
