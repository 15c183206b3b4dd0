// One head as a figure: the same painting as on the screen, on a page of a chosen width.
#include "ui/export/figure.h"

#include "ui/heatmap/heatmap_painter.h"
#include "ui/theme/theme.h"

#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kUnitsPerMm = 96.0 / 25.4;
constexpr double kLargestCell = 160.0;       // a map of two tokens does not become two huge squares
constexpr double kTallestMap = 1.4;          // times its width, where the height follows from the map
constexpr double kWidestMap = 3.0;           // width : height up to which cells stay square, as on the screen
constexpr double kMostPixels = 400e6;        // 1.6 GB as an image
constexpr int kMostSide = 32767;             // QPainter's limit

const Theme& themeOf(const ExportRequest& request) {
    return request.theme != nullptr ? *request.theme : Theme::light();
}

/// Height of the map area that suits `width` units of it.
double suitableMapHeight(double width, std::size_t n_rows, std::size_t n_columns) {
    const double rows = static_cast<double>(n_rows);
    const double columns = static_cast<double>(n_columns);
    const double square = std::min(width / columns, kLargestCell) * rows;
    return std::clamp(square, std::min(width / kWidestMap, kLargestCell * rows), width * kTallestMap);
}

Error sizeError(const QString& what, const QString& next_step) {
    return makeError(ErrorKind::Usage, what.toStdString()).nextStep(next_step.toStdString());
}

Result<void> checkSize(const FigureSize& size) {
    if (!(size.dpi >= 10.0 && size.dpi <= 4800.0))
        return sizeError(QStringLiteral("a resolution of %1 dpi is not possible").arg(size.dpi),
                         QStringLiteral("choose 10 to 4800 dpi"));
    if (size.pixels && (size.pixels->width() < 64 || size.pixels->height() < 64))
        return sizeError(QStringLiteral("a picture of %1 × %2 pixels is too small to draw").arg(size.pixels->width()).arg(size.pixels->height()),
                         QStringLiteral("choose at least 64 × 64 pixels"));
    if (!size.pixels && !(size.width_mm >= 20.0 && size.width_mm <= 5000.0 && size.height_mm >= 0.0 && size.height_mm <= 5000.0))
        return sizeError(QStringLiteral("a picture of %1 × %2 mm is not possible").arg(size.width_mm).arg(size.height_mm),
                         QStringLiteral("choose a width of 20 to 5000 mm, and a height of up to 5000 mm or 0 for a suitable one"));
    const QSizeF units = figureUnits(size);
    const double per_unit = size.dpi / 96.0;
    const double width = units.width() * per_unit;
    const double height = std::max(units.height(), 1.0) * per_unit;
    if (width > kMostSide || height > kMostSide || width * height > kMostPixels)
        return sizeError(QStringLiteral("a picture of %1 × %2 pixels is too large").arg(std::round(width)).arg(std::round(height)),
                         QStringLiteral("choose a smaller size or resolution; SVG and PDF are sharp at every size"));
    return {};
}

} // namespace

QSizeF figureUnits(const FigureSize& size) {
    if (size.pixels)
        return QSizeF(*size.pixels) * 96.0 / size.dpi;
    return {size.width_mm * kUnitsPerMm, size.height_mm * kUnitsPerMm};
}

Result<void> checkRequest(const ExportRequest& request, bool picture) {
    if (request.map.empty())
        return makeError(ErrorKind::Usage, "there is no attention to export yet").nextStep("load a model and give it a text");
    HEADLIGHT_CHECK(request.map.trace->check(request.map.head));
    if (request.map.trace->nQueries(request.map.head.kind) == 0 || request.map.trace->nKeys(request.map.head.kind) == 0)
        return makeError(ErrorKind::Usage, "this attention has no tokens to show").nextStep("give the model a text");
    if (!picture)
        return {};
    if (qobject_cast<QGuiApplication*>(QCoreApplication::instance()) == nullptr)
        return makeError(ErrorKind::Usage, "a picture needs the drawing system, which has not been started");
    return checkSize(request.size);
}

Result<Figure> headFigure(const ExportRequest& request) {
    HEADLIGHT_CHECK(checkRequest(request, true));
    const Theme& theme = themeOf(request);
    HeatmapScene scene;
    scene.theme = &theme;
    scene.settings = request.settings;
    scene.fonts = figureFonts();
    scene.measures = measureHeatmap(request.map, request.settings, scene.fonts);
    scene.transform.n_rows = request.map.trace->nQueries(request.map.head.kind);
    scene.transform.n_columns = request.map.trace->nKeys(request.map.head.kind);
    scene.transform.largest_fit = kLargestCell;
    scene.caption = figureCaption(request);
    const HeatmapParts parts{.title = true, .caption = request.caption};

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
        return sizeError(QStringLiteral("the picture is too small for its words"), QStringLiteral("choose a larger size or fewer dpi"));
    scene.transform.viewport = scene.layout.map;
    scene.transform.fit();

    Figure figure;
    figure.size = size;
    figure.title = headTitle(request.map.head);
    figure.description = scene.caption;
    if (!request.transparent)
        figure.background = theme.window;
    figure.paint = [scene, map = request.map](QPainter& painter, const FigureDevice& device) mutable {
        scene.map = &map;
        scene.pixels_per_unit = device.vector ? 8.0 : device.pixels_per_unit;
        scene.overlap = device.vector ? 0.4 : 0.0;
        TileRequest request_tile = tileFor(scene.transform, map, scene.settings, device.pixels_per_unit);
        request_tile.masked = scene.theme->masked.rgb();
        scene.tile = computeTile(request_tile, device.control.stop);
        paintHeatmap(painter, scene);
    };
    return figure;
}

} // namespace headlight::ui
