#include "ui/heatmap/readout.h"

#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kPaddingX = 12.0;
constexpr double kPaddingY = 8.0;
constexpr double kWidestWord = 160.0;
constexpr double kFromCursor = 16.0;
constexpr int kDigits = 6;

} // namespace

QString exactWeightText(double weight) {
    if (weight < 0.0)
        return QStringLiteral("−") + exactWeightText(-weight);
    if (weight == 0.0 || weight >= 0.1)
        return QString::number(weight, 'f', 6);
    if (weight < 1e-6)
        return QString::number(weight, 'e', kDigits - 1);
    return QString::number(weight, 'f', kDigits - 1 - static_cast<int>(std::floor(std::log10(weight))));
}

void paintReadout(QPainter& painter, const Readout& readout, const QPointF& cursor, const QRectF& bounds,
                  const Theme& theme, const HeatmapFonts& fonts) {
    QFont strong = fonts.body;
    strong.setWeight(QFont::DemiBold);
    const QFontMetricsF words(strong);
    const QFontMetricsF numbers(fonts.caption);
    const QString query = words.elidedText(readout.query, Qt::ElideMiddle, kWidestWord);
    const QString key = words.elidedText(readout.key, Qt::ElideMiddle, kWidestWord);
    const QString arrow = QStringLiteral(" → ");
    const QString number = readout.masked ? QStringLiteral("masked: this query may not look there")
                           : readout.gap ? QStringLiteral("only in one of the two: nothing to compare")
                           : readout.what + QLatin1Char(' ') + (readout.weight ? exactWeightText(*readout.weight) : QStringLiteral("…"));
    const double first = words.horizontalAdvance(query) + words.horizontalAdvance(arrow) + words.horizontalAdvance(key);
    const double note_height = readout.note.isEmpty() ? 0.0 : numbers.height();
    const double widest = std::max({first, numbers.horizontalAdvance(number), numbers.horizontalAdvance(readout.note)});
    const QSizeF size(widest + 2 * kPaddingX, words.height() + numbers.height() + note_height + 2 * kPaddingY);
    QRectF card(cursor + QPointF(kFromCursor, kFromCursor), size);
    if (card.right() > bounds.right())
        card.moveRight(cursor.x() - kFromCursor / 2);
    if (card.bottom() > bounds.bottom())
        card.moveBottom(cursor.y() - kFromCursor / 2);
    card.moveLeft(std::max(card.left(), bounds.left()));
    card.moveTop(std::max(card.top(), bounds.top()));

    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(theme.hairline, 1.0));
    painter.setBrush(theme.card);
    painter.drawRoundedRect(card, 8.0, 8.0);
    painter.setFont(strong);
    QPointF at(card.left() + kPaddingX, card.top() + kPaddingY + words.ascent());
    const auto piece = [&](const QString& text, const QColor& colour) {
        painter.setPen(colour);
        painter.drawText(at, text);
        at.rx() += words.horizontalAdvance(text);
    };
    piece(query, theme.query);
    piece(arrow, theme.text_muted);
    piece(key, theme.key);
    painter.setFont(fonts.caption);
    painter.setPen(theme.text);
    const double last_line = card.bottom() - kPaddingY - numbers.descent();
    painter.drawText(QPointF(card.left() + kPaddingX, last_line - note_height), number);
    painter.setPen(theme.text_muted);
    painter.drawText(QPointF(card.left() + kPaddingX, last_line), readout.note);
}

} // namespace headlight::ui
