#include "ui/theme/figures.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

double digitWidth(const QFontMetricsF& metrics) {
    double width = 0;
    for (char16_t digit = u'0'; digit <= u'9'; ++digit)
        width = std::max(width, metrics.horizontalAdvance(QChar(digit)));
    return width;
}

double characterWidth(const QFontMetricsF& metrics, QChar character, double digit_width) {
    return character.isDigit() ? digit_width : metrics.horizontalAdvance(character);
}

} // namespace

double tabularWidth(const QFontMetricsF& metrics, const QString& text) {
    const double digit_width = digitWidth(metrics);
    double width = 0;
    for (const QChar character : text)
        width += characterWidth(metrics, character, digit_width);
    return width;
}

void drawTabularRight(QPainter& painter, double right, double baseline, const QString& text) {
    const QFontMetricsF metrics(painter.font());
    const double digit_width = digitWidth(metrics);
    double x = right - tabularWidth(metrics, text);
    for (const QChar character : text) {
        const double cell = characterWidth(metrics, character, digit_width);
        painter.drawText(QPointF(x + (cell - metrics.horizontalAdvance(character)) / 2, baseline), QString(character));
        x += cell;
    }
}

bool hasFigures(double weight, int digits) { return weight >= 0.5 * std::pow(10.0, -digits); }

QString weightText(double weight, int digits) {
    if (weight <= 0)
        return QStringLiteral("0");
    if (!hasFigures(weight, digits))
        return QLatin1Char('<') + QString::number(std::pow(10.0, -digits), 'f', digits);
    return QString::number(weight, 'f', digits);
}

QString numberText(double value) {
    if (std::isinf(value))
        return value < 0 ? QStringLiteral("−∞") : QStringLiteral("∞");
    const double size = std::abs(value);
    QString text;
    if (size != 0 && (size >= 1e5 || size < 1e-3))
        text = QString::number(value, 'e', 2);
    else
        text = QString::number(value, 'f', size >= 1000 ? 1 : size >= 10 ? 2 : 3);
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

QString wholeText(double value) {
    return QString::number(value, 'f', 0).replace(QLatin1Char('-'), QChar(0x2212));
}

QString countText(double count) {
    if (count >= 1e9)
        return QString::number(count / 1e9, 'f', count < 1e10 ? 1 : 0) + QStringLiteral(" B");
    if (count >= 1e6)
        return QString::number(count / 1e6, 'f', count < 1e8 ? 1 : 0) + QStringLiteral(" M");
    if (count >= 1e4)
        return QString::number(count / 1e3, 'f', 0) + QStringLiteral(" k");
    return QString::number(count, 'f', 0);
}

QString durationText(double milliseconds) {
    if (milliseconds < 10)
        return QString::number(milliseconds, 'f', 1) + QStringLiteral(" ms");
    if (milliseconds < 1000)
        return QString::number(milliseconds, 'f', 0) + QStringLiteral(" ms");
    return QString::number(milliseconds / 1000, 'f', milliseconds < 10000 ? 2 : 1) + QStringLiteral(" s");
}

} // namespace headlight::ui
