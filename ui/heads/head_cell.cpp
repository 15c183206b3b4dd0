#include "ui/heads/head_cell.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

namespace headlight::ui {

namespace {

constexpr double kCorner = 3.0;

/// Whether label and value have room beside each other: the widest there may be, so that all cells do the same.
bool sideBySide(double width, const QFontMetricsF& metrics) {
    return metrics.horizontalAdvance(QStringLiteral("88.88")) + metrics.horizontalAdvance(QStringLiteral("0.88")) + 8.0 <=
           width - 2 * kCellMargin;
}

void paintPicture(QPainter& painter, const QRectF& frame, const QImage& image, const Theme& theme) {
    painter.setPen(Qt::NoPen);
    if (image.isNull()) {
        painter.setBrush(theme.chip); // on its way
    } else {
        // A texture in a rounded rectangle: its corners are antialiased, which a clip's would not be.
        QBrush texture(image);
        texture.setTransform(QTransform::fromTranslate(frame.left(), frame.top())
                                 .scale(frame.width() / image.width(), frame.height() / image.height()));
        painter.setBrush(texture);
    }
    painter.drawRoundedRect(frame, kCorner, kCorner);
}

} // namespace

double cellTextHeight(double width, bool label, bool value, const QFont& font) {
    const QFontMetricsF metrics(font);
    const int lines = label && value ? (sideBySide(width, metrics) ? 1 : 2) : label || value ? 1 : 0;
    return lines * metrics.height();
}

void paintHeadCell(QPainter& painter, const QRectF& place, const HeadCell& cell, const QFont& font, const Theme& theme) {
    const double text_height = cellTextHeight(place.width(), !cell.label.isEmpty(), !cell.value.isEmpty(), font);
    const QRectF picture = place.adjusted(0, 0, 0, -text_height);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    paintPicture(painter, picture.adjusted(kCellMargin, kCellMargin, -kCellMargin, -kCellMargin), cell.image, theme);
    if (cell.ring || cell.under_mouse) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(cell.ring ? QPen(*cell.ring, 2.0) : QPen(theme.text_muted, 1.0));
        painter.drawRoundedRect(picture.adjusted(1, 1, -1, -1), kCorner + 1.0, kCorner + 1.0);
    }
    if (text_height > 0.0) {
        const QFontMetricsF metrics(font);
        const QRectF room(place.left() + kCellMargin + 1, picture.bottom(), place.width() - 2 * kCellMargin - 2, metrics.height());
        painter.setFont(font);
        painter.setPen(cell.value.isEmpty() ? theme.text : theme.text_muted);
        painter.drawText(QPointF(room.left(), room.top() + metrics.ascent()), cell.label);
        painter.setPen(theme.text);
        drawTabularRight(painter, room.right(), place.bottom() - metrics.descent(), cell.value);
    }
    painter.restore();
}

} // namespace headlight::ui
