// Numbers as people read them: figures in columns of equal width, and the precision they deserve.
#pragma once

#include <QFontMetricsF>
#include <QPainter>
#include <QString>

namespace headlight::ui {

/// Width of `text` when every digit takes the width of the widest one.
[[nodiscard]] double tabularWidth(const QFontMetricsF& metrics, const QString& text);
/// Draws `text` with digits of equal width, ending at `right` on `baseline`, in the painter's font and pen.
void drawTabularRight(QPainter& painter, double right, double baseline, const QString& text);

/// "0.902": a weight or probability with `digits` after the point; "<0.001" instead of a zero that is none, and "0" for
/// the one that is.
[[nodiscard]] QString weightText(double weight, int digits = 3);
/// Whether `weightText` has a figure to show, and not only that the weight is small.
[[nodiscard]] bool hasFigures(double weight, int digits);
/// "18.42", "-0.316", "1.2e+05": four significant figures.
[[nodiscard]] QString numberText(double value);
/// "-10": a whole number with a true minus, "distance 118" and not "118.00".
[[nodiscard]] QString wholeText(double value);
/// "9.4 M", "124 M", "512": a count for people.
[[nodiscard]] QString countText(double count);
/// "11 ms", "2.4 s".
[[nodiscard]] QString durationText(double milliseconds);

} // namespace headlight::ui
