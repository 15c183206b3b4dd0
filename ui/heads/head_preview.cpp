#include "ui/heads/head_preview.h"

#include "ui/heatmap/head_map.h"
#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>
#include <QScreen>

namespace headlight::ui {
namespace {

constexpr int kPadding = 12;

} // namespace

HeadPreview::HeadPreview(QWidget* parent)
    : QWidget(parent, Qt::ToolTip | Qt::FramelessWindowHint), theme_(&Theme::light()) {
    setAttribute(Qt::WA_ShowWithoutActivating);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    const int line = QFontMetrics(themeFont(TextRole::Body, true)).height();
    setFixedSize(kPicture + 2 * kPadding, kPicture + 2 * kPadding + line + 8);
}

void HeadPreview::setTheme(const Theme& theme) {
    theme_ = &theme;
    update();
}

void HeadPreview::showFor(const HeadAddress& head, const QImage& thumbnail_image, const QRect& thumbnail) {
    head_ = head;
    image_ = thumbnail_image; // coarse, but of this head, until the larger one is there
    QPoint place(thumbnail.right() + 16, thumbnail.top());
    if (const QScreen* on = parentWidget() != nullptr ? parentWidget()->screen() : nullptr) {
        const QRect bounds = on->availableGeometry();
        if (place.x() + width() > bounds.right())
            place.setX(thumbnail.left() - 16 - width());
        place.setY(std::clamp(place.y(), bounds.top(), std::max(bounds.top(), bounds.bottom() - height())));
    }
    move(place);
    setAccessibleName(headTitle(head));
    show();
    update();
}

void HeadPreview::setImage(const HeadAddress& head, const QImage& image) {
    if (head != head_ || !isVisible())
        return;
    image_ = image;
    update();
}

void HeadPreview::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme_->card);
    painter.setPen(theme_->hairline);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    const QFont font = themeFont(TextRole::Body, true);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    painter.setPen(theme_->text);
    painter.drawText(QPoint(kPadding, kPadding + metrics.ascent()),
                     metrics.elidedText(headTitle(head_), Qt::ElideMiddle, width() - 2 * kPadding));
    const QRect room(kPadding, kPadding + metrics.height() + 8, kPicture, kPicture);
    if (image_.isNull()) {
        painter.fillRect(room, theme_->chip);
        return;
    }
    // As the heatmap: square cells where the map is not a thin strip.
    const double ratio = static_cast<double>(image_.height()) / image_.width();
    QSizeF size(kPicture, kPicture);
    if (ratio < 1.0)
        size.setHeight(std::max(kPicture * ratio, kPicture / 3.0));
    else
        size.setWidth(std::max(kPicture / ratio, kPicture / 3.0));
    QRectF target(QPointF(0, 0), size);
    target.moveCenter(QRectF(room).center());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(target, image_);
}

} // namespace headlight::ui
