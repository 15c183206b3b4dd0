// One head as a figure: the same painting as on the screen, on a page of a chosen width.
#include "ui/export/figure_export.h"

#include "ui/heatmap/heatmap_painter.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kLargestCell = 160.0;       // a map of two tokens does not become two huge squares
constexpr double kTallestMap = 1.4;          // times its width, where the height follows from the map
constexpr double kWidestMap = 3.0;           // width : height up to which cells stay square, as on the screen

/// Height of the map area that suits `width` units of it.
double suitableMapHeight(double width, std::size_t n_rows, std::size_t n_columns) {
    const double rows = static_cast<double>(n_rows);
    const double columns = static_cast<double>(n_columns);
    const double square = std::min(width / columns, kLargestCell) * rows;
    return std::clamp(square, std::min(width / kWidestMap, kLargestCell * rows), width * kTallestMap);
}

} // namespace

Result<Figure> headFigure(const ExportRequest& request) {
    HEADLIGHT_CHECK(checkRequest(request));
    const Theme& theme = request.themeOrLight();
    HeatmapScene scene;
    scene.theme = &theme;
    scene.settings = request.settings;
    scene.fonts = figureFonts();
    scene.measures = measureHeatmap(request.map, request.settings, scene.fonts);
    scene.transform.n_rows = request.map.nRows();
    scene.transform.n_columns = request.map.nColumns();
    scene.transform.largest_fit = kLargestCell;
    const HeatmapParts parts{.title = true};

    QSizeF size = figureUnits(request.size);
    if (size.height() <= 0.0) {
        // A first layout at any sufficient height says what stands around the map.
        const double probe = 4000.0;
        const QRectF map = layoutHeatmap({0, 0, size.width(), probe}, scene.measures, scene.fonts, parts).map;
        size.setHeight(probe - map.height() + suitableMapHeight(map.width(), scene.transform.n_rows, scene.transform.n_columns));
        size.setHeight(std::ceil(std::max(size.height(), 220.0)));
    }
    scene.layout = layoutHeatmap(QRectF(QPointF(0, 0), size), scene.measures, scene.fonts, parts);
    if (scene.layout.map.width() < 16.0 || scene.layout.map.height() < 16.0)
        return makeError(ErrorKind::Usage, "the picture is too small for its words").nextStep("choose a larger size or fewer dpi");
    scene.transform.viewport = scene.layout.map;
    scene.transform.fit();

    Figure figure;
    figure.size = size;
    figure.title = mapTitle(request.map);
    figure.description = figureCaption(request);
    if (!request.transparent)
        figure.background = theme.window;
    figure.paint = [scene, map = request.map](QPainter& painter, const FigureDevice& device) mutable {
        scene.map = &map;
        scene.pixels_per_unit = device.vector ? 8.0 : device.pixels_per_unit;
        scene.overlap = device.vector ? 0.4 : 0.0;
        TileRequest request_tile = tileFor(scene.transform, map, scene.settings, device.pixels_per_unit);
        request_tile.masked = scene.theme->masked.rgb();
        request_tile.blank = scene.theme->window.rgb();
        scene.tile = computeTile(request_tile, device.control.stop);
        paintHeatmap(painter, scene);
    };
    return figure;
}

} // namespace headlight::ui
