#include "ui/heads/head_preview.h"

#include "ui/heatmap/head_map.h"
#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>
#include <QScreen>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kPadding = 12;

} // namespace

HeadPreview::HeadPreview(QWidget* parent)
    : QWidget(parent, Qt::ToolTip | Qt::FramelessWindowHint), theme_(&Theme::light()) {
    setAttribute(Qt::WA_ShowWithoutActivating);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    fitHeight();
}

int HeadPreview::factsHeight() const {
    // Two columns; the first line has the role alone.
    const auto n_lines = facts_.empty() ? 0 : static_cast<int>(1 + facts_.size() / 2);
    return n_lines == 0 ? 0 : 8 + n_lines * QFontMetrics(themeFont(TextRole::Caption)).height();
}

void HeadPreview::fitHeight() {
    const int line = QFontMetrics(themeFont(TextRole::Body, true)).height();
    setFixedSize(kPicture + 2 * kPadding, kPicture + 2 * kPadding + line + 8 + factsHeight());
}

void HeadPreview::setFacts(std::vector<std::pair<QString, QString>> facts) {
    if (facts == facts_)
        return;
    const bool other_size = facts.size() != facts_.size();
    facts_ = std::move(facts);
    if (other_size) {
        fitHeight();
        place();
    }
    update();
}

void HeadPreview::setTheme(const Theme& theme) {
    theme_ = &theme;
    update();
}

void HeadPreview::showFor(const HeadAddress& head, const QImage& thumbnail_image, const QRect& thumbnail) {
    head_ = head;
    image_ = thumbnail_image; // coarse, but of this head, until the larger one is there
    thumbnail_ = thumbnail;
    place();
    setAccessibleName(headTitle(head));
    show();
    update();
}

void HeadPreview::place() {
    QPoint corner(thumbnail_.right() + 16, thumbnail_.top());
    if (const QScreen* on = parentWidget() != nullptr ? parentWidget()->screen() : nullptr) {
        const QRect bounds = on->availableGeometry();
        if (corner.x() + width() > bounds.right())
            corner.setX(thumbnail_.left() - 16 - width());
        corner.setY(std::clamp(corner.y(), bounds.top(), std::max(bounds.top(), bounds.bottom() - height())));
    }
    move(corner);
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
    paintFacts(painter, room.bottom() + 9);
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

void HeadPreview::paintFacts(QPainter& painter, int top) const {
    if (facts_.empty())
        return;
    const QFont font = themeFont(TextRole::Caption);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    const int column = (kPicture - 16) / 2;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        // The role takes a line; what follows stands in two columns, read line by line.
        const auto place = static_cast<int>(i == 0 ? 0 : i + 1);
        const QRect cell(kPadding + place % 2 * (column + 16), top + place / 2 * metrics.height(), i == 0 ? kPicture : column, metrics.height());
        const auto& [name, value] = facts_[i];
        painter.setPen(theme_->text_muted);
        painter.drawText(cell, Qt::AlignLeft | Qt::AlignVCenter, name);
        painter.setPen(theme_->text);
        painter.drawText(cell, Qt::AlignRight | Qt::AlignVCenter, value);
    }
}

} // namespace headlight::ui
