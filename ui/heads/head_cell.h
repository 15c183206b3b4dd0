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
    bool under_mouse = false;
};

inline constexpr int kCellMargin = 2; ///< free on each side of a thumbnail

/// Height of what stands under the picture: as many lines as there are texts, or one where both fit side by side.
[[nodiscard]] double cellTextHeight(double width, bool label, bool value, const QFont& font);

/// Paints into `place`: the picture square at the top, texts in `font` under it.
void paintHeadCell(QPainter& painter, const QRectF& place, const HeadCell& cell, const QFont& font, const Theme& theme);

} // namespace headlight::ui
