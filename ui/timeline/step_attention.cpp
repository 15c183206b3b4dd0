#include "ui/timeline/step_attention.h"

#include "ui/theme/figures.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headlight::ui {

namespace {

constexpr double kCells = 14.0; ///< height of the cells
constexpr double kGap = 3.0;
constexpr double kUnseen = 0.35; ///< opacity of words not made yet
constexpr double kWidestCell = 120.0;

double cellWidth(const AttentionStrip& strip, const QRectF& rect) {
    return strip.words.isEmpty()
               ? 0.0
               : std::min(kWidestCell, rect.width() / static_cast<double>(strip.words.size()));
}

/// Words in the order in which they get room: the selected one, then by weight.
std::vector<std::size_t> byWeight(const AttentionStrip& strip) {
    std::vector<std::size_t> order(strip.weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t n = std::min<std::size_t>(order.size(), 200); // more words than a screen is wide
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          if ((strip.key == a) != (strip.key == b))
                              return strip.key == a;
                          return strip.weights[a] != strip.weights[b] ? strip.weights[a] > strip.weights[b]
                                                                      : a < b;
                      });
    order.resize(n);
    return order;
}

/// Words below their cells, no two over one another.
void paintWords(QPainter& painter, const AttentionStrip& strip, const QRectF& rect, double cell,
                const QFont& font, const Theme& theme) {
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    std::vector<std::pair<double, double>> taken;
    for (const std::size_t index : byWeight(strip)) {
        const QString whole = index < static_cast<std::size_t>(strip.words.size())
                                  ? strip.words[static_cast<qsizetype>(index)]
                                  : QString();
        const double room = std::max(cell - 4, 84.0);
        const QString word = metrics.elidedText(whole, Qt::ElideMiddle, room);
        const double width = metrics.horizontalAdvance(word);
        const double middle = rect.left() + (static_cast<double>(index) + 0.5) * cell;
        const double left =
            std::clamp(middle - width / 2, rect.left(), std::max(rect.left(), rect.right() - width));
        const bool free = std::none_of(taken.begin(), taken.end(), [&](const auto& other) {
            return left < other.second + 5 && left + width > other.first - 5;
        });
        if (!free)
            continue;
        taken.emplace_back(left, left + width);
        painter.setOpacity(index >= strip.n_seen ? kUnseen : 1.0);
        painter.setPen(strip.key == index ? theme.key : theme.text_muted);
        painter.drawText(QPointF(left, rect.top() + metrics.ascent()), word);
    }
    painter.setOpacity(1.0);
}

} // namespace

double attentionStripHeight(const HeatmapFonts& fonts) {
    return std::ceil(2 * QFontMetricsF(fonts.caption).height() + kCells + 3 * kGap + 2);
}

void paintAttentionStrip(QPainter& painter, const AttentionStrip& strip, const QRectF& rect,
                         const HeatmapSettings& settings, const HeatmapFonts& fonts, const Theme& theme) {
    const QFontMetricsF metrics(fonts.caption);
    painter.setFont(fonts.caption);
    painter.setPen(theme.text_muted);
    painter.drawText(QPointF(rect.left(), rect.top() + metrics.ascent()),
                     metrics.elidedText(strip.title, Qt::ElideRight, rect.width()));
    const double cell = cellWidth(strip, rect);
    const QRectF cells(rect.left(), rect.top() + metrics.height() + kGap,
                       cell * static_cast<double>(strip.words.size()), kCells);
    const float largest =
        strip.weights.empty() ? 0.0f : *std::max_element(strip.weights.begin(), strip.weights.end());
    const ColourMap& map = colourMap(settings.colour_map);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < strip.weights.size(); ++i) {
        const double gap = cell > 8 ? 1.0 : 0.0;
        const QColor colour = i >= strip.n_seen
                                  ? theme.masked
                                  : map.colour(scalePosition(settings.scale, strip.weights[i], largest));
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.fillRect(QRectF(cells.left() + static_cast<double>(i) * cell, cells.top(),
                                std::max(1.0, cell - gap), kCells),
                         colour);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (strip.key && *strip.key < strip.weights.size()) {
        painter.setPen(QPen(theme.key, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(cells.left() + static_cast<double>(*strip.key) * cell, cells.top() - 1,
                                std::max(3.0, cell), kCells + 2));
    }
    paintWords(painter, strip, QRectF(rect.left(), cells.bottom() + kGap, rect.width(), metrics.height()),
               cell, fonts.caption, theme);
}

StepAttentionView::StepAttentionView(QWidget* parent)
    : QWidget(parent)
    , fonts_(screenFonts())
    , theme_(&Theme::light()) {
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("What this step looks at"));
}

void StepAttentionView::setStrips(std::vector<AttentionStrip> strips) {
    const bool resized = strips.size() != strips_.size();
    strips_ = std::move(strips);
    if (hovered_ &&
        (hovered_->strip >= strips_.size() || hovered_->key >= strips_[hovered_->strip].weights.size()))
        hovered_.reset();
    QStringList description;
    for (std::size_t i = 0; i < strips_.size(); ++i)
        for (const std::size_t key : byWeight(strips_[i])) {
            description.append(details({i, key}));
            if (description.size() % 5 == 0)
                break;
        }
    setAccessibleDescription(description.join(QStringLiteral("; ")));
    if (resized)
        updateGeometry();
    update();
}

void StepAttentionView::setSettings(const HeatmapSettings& settings) {
    settings_ = settings;
    update();
}

void StepAttentionView::setTheme(const Theme& theme) {
    theme_ = &theme;
    fonts_ = screenFonts();
    updateGeometry();
    update();
}

QRectF StepAttentionView::stripRect(std::size_t strip) const {
    const double height = attentionStripHeight(fonts_);
    return {1, static_cast<double>(strip) * height, width() - 2.0, height};
}

QSize StepAttentionView::sizeHint() const {
    return {400,
            static_cast<int>(std::ceil(attentionStripHeight(fonts_) * static_cast<double>(strips_.size())))};
}

void StepAttentionView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < strips_.size(); ++i)
        paintAttentionStrip(painter, strips_[i], stripRect(i), settings_, fonts_, *theme_);
}

std::optional<StepAttentionView::Place> StepAttentionView::placeAt(const QPointF& point) const {
    const auto strip = static_cast<std::size_t>(std::max(0.0, point.y()) / attentionStripHeight(fonts_));
    if (strip >= strips_.size())
        return {};
    const QRectF rect = stripRect(strip);
    const double cell = cellWidth(strips_[strip], rect);
    if (cell <= 0 || point.x() < rect.left() ||
        point.y() < rect.top() + QFontMetricsF(fonts_.caption).height())
        return {};
    const auto key = static_cast<std::size_t>((point.x() - rect.left()) / cell);
    return key < strips_[strip].weights.size() ? std::optional(Place{strip, key}) : std::nullopt;
}

QString StepAttentionView::details(const Place& place) const {
    const AttentionStrip& strip = strips_[place.strip];
    const QString word = place.key < static_cast<std::size_t>(strip.words.size())
                             ? strip.words[static_cast<qsizetype>(place.key)]
                             : QString();
    return place.key >= strip.n_seen
               ? tr("“%1”: not made yet at this step").arg(word)
               : tr("“%1”: weight %2").arg(word).arg(double(strip.weights[place.key]), 0, 'g', 6);
}

void StepAttentionView::mouseMoveEvent(QMouseEvent* event) {
    const auto place = placeAt(event->position());
    if (place == hovered_)
        return;
    const auto before = hovered_;
    hovered_ = place;
    if (place)
        emit keyHovered(place->strip, place->key);
    else if (before)
        emit keyHovered(before->strip, {});
}

void StepAttentionView::mousePressEvent(QMouseEvent* event) {
    if (const auto place = placeAt(event->position()); place && event->button() == Qt::LeftButton)
        emit keyClicked(place->strip, place->key);
}

void StepAttentionView::leaveEvent(QEvent*) {
    if (const auto before = std::exchange(hovered_, {}))
        emit keyHovered(before->strip, {});
}

void StepAttentionView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        fonts_ = screenFonts();
        updateGeometry();
    }
}

bool StepAttentionView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto place = placeAt(help->pos()))
        QToolTip::showText(help->globalPos(),
                           details(*place) + QLatin1Char('\n') + strips_[place->strip].title, this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace headlight::ui
