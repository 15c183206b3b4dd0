#include "ui/map/map_view.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {
constexpr double kDragBegins = 4.0; // pixels
constexpr double kNotch = 1.15;     // zoom a notch of the wheel
constexpr double kLargest = 4.0;
constexpr double kLargestFit = 1.4;
constexpr double kReadable =
    0.72; // below it words are too small to read: a tall map starts at its bottom instead
} // namespace

MapView::MapView(QWidget* parent)
    : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void MapView::setMap(ArchitectureMap tall, ArchitectureMap low) {
    const bool same = tall.size == tall_.size;
    tall_ = std::move(tall);
    low_ = std::move(low);
    chooseArrangement();
    if (hovered_ && *hovered_ >= map().blocks.size())
        hovered_.reset();
    if (!same) {
        hovered_.reset();
        fit();
    }
    QStringList lines{map().title};
    for (const MapBlock& block : map().blocks)
        if (block.kind != MapBlockKind::Add)
            lines << (block.detail.isEmpty() ? block.title
                                             : block.title + QStringLiteral(", ") + block.detail);
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    update();
}

void MapView::setSelected(std::optional<HeadAddress> head) {
    selected_ = head;
    update();
}

void MapView::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

double MapView::fittingScale(const ArchitectureMap& map) const {
    if (map.size.isEmpty())
        return 1.0;
    // A small map does not fill a large window with huge type; on a projector, where all type is larger, it goes along.
    const double type = double(screenFonts().caption.pixelSize()) / figureFonts().caption.pixelSize();
    return std::min({width() / map.size.width(), height() / map.size.height(), kLargestFit * std::max(1.0, type)});
}

/// The one whose words are larger here. Both have the same blocks in the same order.
void MapView::chooseArrangement() {
    if (fitted_ || low_.blocks.empty())
        shows_low_ = !low_.blocks.empty() && fittingScale(tall_) < 1.0 && fittingScale(low_) > fittingScale(tall_);
}

void MapView::fit() {
    fitted_ = true;
    chooseArrangement();
    scale_ = fittingScale(map());
    if (scale_ < kReadable) // too tall to be read whole: as wide as there is room, from the input on
        scale_ =
            std::min(1.0, std::max(scale_, std::min(kReadable, width() / std::max(1.0, map().size.width()))));
    offset_ = QPointF(
        (width() - map().size.width() * scale_) / 2,
        std::min(height() - map().size.height() * scale_, (height() - map().size.height() * scale_) / 2));
    if (map().size.height() * scale_ > height())
        offset_.setY(height() - map().size.height() * scale_);
    keepInSight();
    update();
}

void MapView::keepInSight() {
    const auto keep = [](double offset, double length, double room) {
        return length <= room ? (room - length) / 2 : std::clamp(offset, room - length, 0.0);
    };
    offset_ = QPointF(keep(offset_.x(), map().size.width() * scale_, width()),
                      keep(offset_.y(), map().size.height() * scale_, height()));
}

void MapView::zoomAt(const QPointF& at, double factor) {
    const QPointF point = toMap(at);
    fitted_ = false;
    scale_ = std::clamp(scale_ * factor, std::min(fittingScale(map()), 1.0), kLargest);
    offset_ = at - point * scale_;
    keepInSight();
    update();
}

void MapView::resizeEvent(QResizeEvent*) {
    if (fitted_)
        fit();
    else
        keepInSight();
}

void MapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme& theme = themeOf(palette());
    if (map().blocks.empty()) {
        painter.setFont(themeFont(TextRole::Body));
        painter.setPen(theme.text_muted);
        painter.drawText(QRectF(rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         empty_text_);
        return;
    }
    painter.translate(offset_);
    painter.scale(scale_, scale_);
    paintMap(
        painter,
        {.map = &map(), .theme = &theme, .fonts = figureFonts(), .hovered = hovered_, .selected = selected_});
}

void MapView::wheelEvent(QWheelEvent* event) {
    zoomAt(event->position(), std::pow(kNotch, event->angleDelta().y() / 120.0));
    event->accept();
}

void MapView::mousePressEvent(QMouseEvent* event) {
    press_ = event->position();
    press_offset_ = offset_;
    dragging_ = false;
}

void MapView::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton)) {
        const QPointF by = event->position() - press_;
        dragging_ = dragging_ || by.manhattanLength() > kDragBegins;
        if (dragging_) {
            fitted_ = false;
            offset_ = press_offset_ + by;
            keepInSight();
            update();
        }
        return;
    }
    const auto block = mapBlockAt(map(), toMap(event->position()));
    if (block == hovered_)
        return;
    hovered_ = block;
    setCursor(block && map().blocks[*block].kind != MapBlockKind::Add ? Qt::PointingHandCursor
                                                                     : Qt::ArrowCursor);
    update();
}

void MapView::mouseReleaseEvent(QMouseEvent* event) {
    if (dragging_ || event->button() != Qt::LeftButton)
        return;
    const QPointF at = toMap(event->position());
    if (const auto block = mapBlockAt(map(), at)) {
        emit blockClicked(map().blocks[*block]);
        return;
    }
    const auto frame = mapFrameAt(map(), at);
    if (frame && !map().frames[*frame].is_stack)
        emit layersClicked();
}

void MapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!mapBlockAt(map(), toMap(event->position())))
        fit();
}

void MapView::leaveEvent(QEvent*) {
    hovered_.reset();
    update();
}

void MapView::walk(int by) {
    if (map().blocks.empty())
        return;
    const auto n = static_cast<int>(map().blocks.size());
    int next = hovered_ ? static_cast<int>(*hovered_) : by > 0 ? -1 : n;
    do
        next += by;
    while (next >= 0 && next < n && map().blocks[static_cast<std::size_t>(next)].kind == MapBlockKind::Add);
    if (next < 0 || next >= n)
        return;
    hovered_ = static_cast<std::size_t>(next);
    const QRectF rect = map().blocks[*hovered_].rect;
    const QRectF shown(toScreen(rect.topLeft()), rect.size() * scale_);
    if (shown.top() < 0)
        offset_.ry() += 8 - shown.top();
    else if (shown.bottom() > height())
        offset_.ry() -= shown.bottom() - height() + 8;
    keepInSight();
    update();
}

void MapView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
        return walk(1); // the stream runs upwards
    case Qt::Key_Down:
        return walk(-1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (hovered_)
            emit blockClicked(map().blocks[*hovered_]);
        return;
    case Qt::Key_Plus:
        return zoomAt(QPointF(rect().center()), kNotch);
    case Qt::Key_Minus:
        return zoomAt(QPointF(rect().center()), 1 / kNotch);
    default:
        QWidget::keyPressEvent(event);
    }
}

QString MapView::toolTipAt(const QPointF& at) const {
    if (const auto block = mapBlockAt(map(), at))
        return map().blocks[*block].tool_tip;
    if (const auto bar = mapSizeBarAt(map(), at))
        return tr("Behind layer %1 the residual stream has a root mean square of %2, mean over the tokens of "
                  "the text.")
            .arg(bar->layer + 1)
            .arg(numberText(bar->size));
    const auto frame = mapFrameAt(map(), at);
    return frame ? map().frames[*frame].tool_tip : QString();
}

bool MapView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), toolTipAt(toMap(help->pos())), this);
    return true;
}

} // namespace headlight::ui
