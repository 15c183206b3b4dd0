#include "ui/heads/head_cell.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPaintEngine>
#include <QPainter>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr double kCorner = 3.0;

constexpr int kVectorPixels = 160; // a side

/// Into an SVG or PDF: an image with whole pixels for each of its own, or viewers blur small maps.
void embedPicture(QPainter& painter, const QRectF& frame, const QImage& image) {
    const int factor = std::max(1, kVectorPixels / std::max(image.width(), image.height()));
    painter.drawImage(frame, image.scaled(image.size() * factor, Qt::IgnoreAspectRatio, Qt::FastTransformation));
}

void paintPicture(QPainter& painter, const QRectF& frame, const QImage& image, const Theme& theme) {
    painter.setPen(Qt::NoPen);
    if (image.isNull()) {
        painter.setBrush(theme.chip); // on its way
    } else if (painter.paintEngine()->type() != QPaintEngine::Raster) {
        embedPicture(painter, frame, image);
        return;
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

int cellTextLines(double width, const QString& label, const QString& value, const QFont& font) {
    const QFontMetricsF metrics(font);
    if (label.isEmpty() || value.isEmpty())
        return label.isEmpty() && value.isEmpty() ? 0 : 1;
    return metrics.horizontalAdvance(label) + metrics.horizontalAdvance(value) + 12.0 <= width ? 1 : 2;
}

void paintHeadCell(QPainter& painter, const QRectF& place, const HeadCell& cell, const QFont& font, const Theme& theme) {
    const QFontMetricsF metrics(font);
    // The picture is square; what is left under it belongs to the text and to the row below.
    const QRectF picture(place.topLeft(), QSizeF(place.width(), std::min(place.width(), place.height())));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    paintPicture(painter, picture.adjusted(kCellMargin, kCellMargin, -kCellMargin, -kCellMargin), cell.image, theme);
    if (cell.ring || cell.under_mouse) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(cell.ring ? QPen(*cell.ring, 2.0) : QPen(theme.text_muted, 1.0));
        painter.drawRoundedRect(picture.adjusted(1, 1, -1, -1), kCorner + 1.0, kCorner + 1.0);
    }
    if (cell.text_lines > 0) {
        const QRectF room(place.left() + kCellMargin + 1, picture.bottom(), place.width() - 2 * kCellMargin - 2, metrics.height());
        painter.setFont(font);
        painter.setPen(cell.value.isEmpty() ? theme.text : theme.text_muted);
        painter.drawText(QPointF(room.left(), room.top() + metrics.ascent()), cell.label);
        painter.setPen(theme.text);
        drawTabularRight(painter, room.right(), room.top() + (cell.text_lines - 1) * metrics.height() + metrics.ascent(), cell.value);
    }
    painter.restore();
}

} // namespace headlight::ui
