// What a figure file is made of, whatever its format: a size and something that paints itself.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "ui/export/figure_look.h"

#include <QByteArray>
#include <QColor>
#include <QImage>
#include <QSizeF>
#include <QString>

#include <functional>

class QPainter;

namespace headlight::ui {

/// How fine the device is, and whether anyone still waits for it: what painting may depend on.
struct FigureDevice {
    double pixels_per_unit = 1.0; ///< for images and for aligning cells, a unit is 1/96 inch
    bool vector = false;
    RunControl control = {};      ///< a stopped painting is thrown away
};

/// Painted in units of 1/96 inch, (0, 0) top left.
struct Figure {
    QSizeF size;
    QString title;
    QString description;
    QColor background;            ///< invalid: none
    std::function<void(QPainter&, const FigureDevice&)> paint;
};

/// The three picture formats, as the bytes of a file. The same figure gives the same bytes. Errors: memory, cancelled.
[[nodiscard]] Result<QImage> figureToImage(const Figure& figure, const FigureSize& size, const RunControl& control = {});
[[nodiscard]] Result<QByteArray> figureToPng(const Figure& figure, const FigureSize& size, const RunControl& control = {});
[[nodiscard]] Result<QByteArray> figureToSvg(const Figure& figure, const FigureSize& size, const RunControl& control = {});
[[nodiscard]] Result<QByteArray> figureToPdf(const Figure& figure, const FigureSize& size, const RunControl& control = {});

} // namespace headlight::ui
