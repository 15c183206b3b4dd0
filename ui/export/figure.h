// What a figure file is made of, whatever its format: a size and something that paints itself.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "ui/export/figure_export.h"

#include <QByteArray>
#include <QColor>
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

/// One head. Errors: nothing to draw, no application to draw text with, impossible size.
[[nodiscard]] Result<Figure> headFigure(const ExportRequest& request);
/// The same head, and the others asked for, as lines. `request.lines` must be there.
[[nodiscard]] Result<Figure> linesFigure(const ExportRequest& request);
/// Whichever of the two the request asks for.
[[nodiscard]] Result<Figure> figureOf(const ExportRequest& request);
/// All heads of a kind as a contact sheet.
[[nodiscard]] Result<Figure> sheetFigure(const ExportRequest& request);

/// Errors of what both need: a trace, the head in it, an application, a size that makes sense.
[[nodiscard]] Result<void> checkRequest(const ExportRequest& request, bool picture);
/// Width and height in units; a height of 0 means "as tall as needed".
[[nodiscard]] QSizeF figureUnits(const FigureSize& size);

/// The caption of a figure that shows `what` ("Cross attention · layer 3 · head 5"); `request.caption_text` where given.
[[nodiscard]] QString captionOf(const ExportRequest& request, const QString& what);

/// The three picture formats, as the bytes of a file. The same figure gives the same bytes. Errors: memory, cancelled.
[[nodiscard]] Result<QImage> figureToImage(const Figure& figure, const FigureSize& size, const RunControl& control = {});
[[nodiscard]] Result<QByteArray> figureToPng(const Figure& figure, const FigureSize& size, const RunControl& control = {});
[[nodiscard]] Result<QByteArray> figureToSvg(const Figure& figure, const FigureSize& size, const RunControl& control = {});
[[nodiscard]] Result<QByteArray> figureToPdf(const Figure& figure, const FigureSize& size, const RunControl& control = {});

} // namespace headlight::ui
