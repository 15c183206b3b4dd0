// One head as a small picture with what stands under it; the same code paints the panel, the page and figures.
#pragma once

#include <QColor>
#include <QFont>
#include <QImage>
#include <QRectF>
#include <QString>

#include <optional>

class QPainter;

namespace headlight::ui {

struct Theme;

struct HeadCell {
    QImage image;                ///< null: on its way
    QString label;               ///< "3.5"; may be empty
    QString value;               ///< "0.83"; may be empty
    std::optional<QColor> ring;  ///< chosen: in this colour
    int text_lines = 0;          ///< under the picture; label and value share one, or have one each
    bool under_mouse = false;
};

inline constexpr int kCellMargin = 2; ///< free on each side of a thumbnail

/// Lines under a picture so wide: as many as there are texts, or one where both fit side by side. Asked with the widest texts
/// there may be, so that all cells do the same.
[[nodiscard]] int cellTextLines(double width, const QString& label, const QString& value, const QFont& font);

/// Paints into `place`: the picture square at the top, texts in `font` under it.
void paintHeadCell(QPainter& painter, const QRectF& place, const HeadCell& cell, const QFont& font, const Theme& theme);

} // namespace headlight::ui
