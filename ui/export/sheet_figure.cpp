// All heads of one attention on a page: layers down, heads across.
#include "ui/export/figure_export.h"

#include "ui/colour/legend.h"
#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/thumbnail.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kGap = 4.0;
constexpr std::size_t kMostRectangles = 40'000; // of all maps together; beyond that each is an image

/// Where everything stands, in units.
struct SheetLayout {
    std::size_t n_layers = 0;
    std::size_t n_heads = 0;
    QSizeF page;
    QPointF first;        ///< top left of the first head
    QSizeF cell;          ///< one head
    double legend_width = 0.0;

    [[nodiscard]] QRectF head(std::size_t layer, std::size_t head) const {
        return {QPointF(first.x() + static_cast<double>(head) * (cell.width() + kGap),
                        first.y() + static_cast<double>(layer) * (cell.height() + kGap)), cell};
    }
};

QString sheetTitle(const ExportRequest& request, const SheetLayout& layout) {
    // headTitle() names the attention before its first separator.
    return QStringLiteral("%1 · %2 layers × %3 heads")
        .arg(headTitle(request.map.head).section(QStringLiteral(" · "), 0, 0)).arg(layout.n_layers).arg(layout.n_heads);
}

Legend sheetLegend(const ExportRequest& request, const Theme& theme, const QFont& font, bool any_masked) {
    return {.map = request.settings.colour_map, .scale = request.settings.scale, .font = font, .text = theme.text_muted,
            .masked = theme.masked, .hairline = theme.hairline, .show_masked = any_masked};
}

SheetLayout layoutSheet(const ExportRequest& request, const HeatmapFonts& fonts, double legend_width) {
    SheetLayout layout;
    const AttentionKind kind = request.map.head.kind;
    layout.n_layers = request.map.trace->nLayers(kind);
    layout.n_heads = request.map.trace->nHeads(kind);
    layout.legend_width = legend_width;
    layout.page = figureUnits(request.size);
    const QFontMetricsF caption(fonts.caption);
    const double top = kFigurePadding + QFontMetricsF(fonts.title).height() + 2 * caption.height() + 16.0;
    layout.first = QPointF(kFigurePadding + caption.horizontalAdvance(QStringLiteral("layer %1").arg(layout.n_layers)) + 8.0, top);
    const auto n_heads = static_cast<double>(layout.n_heads);
    const auto n_layers = static_cast<double>(layout.n_layers);
    const double room = layout.page.width() - layout.first.x() - kFigurePadding - 24.0 - legend_width;
    const double width = (room + kGap) / n_heads - kGap;
    const double ratio = std::clamp(static_cast<double>(request.map.trace->nQueries(kind)) /
                                        static_cast<double>(request.map.trace->nKeys(kind)), 0.5, 2.0);
    layout.cell = QSizeF(width, width * ratio);
    if (layout.page.height() <= 0.0) {
        layout.page.setHeight(std::ceil(std::max(top + n_layers * (layout.cell.height() + kGap) - kGap + kFigurePadding, 200.0)));
    } else {
        const double height = (layout.page.height() - top - kFigurePadding + kGap) / n_layers - kGap;
        if (height < layout.cell.height())
            layout.cell = QSizeF(std::min(width, height / ratio), height);
    }
    return layout;
}

/// One head: rectangles in a vector file while that stays small, an image otherwise.
void paintHead(QPainter& painter, const QImage& image, const QRectF& place, bool rectangles) {
    if (!rectangles) {
        painter.drawImage(place, image);
        return;
    }
    const double width = place.width() / image.width();
    const double height = place.height() / image.height();
    for (int row = 0; row < image.height(); ++row)
        for (int column = 0; column < image.width(); ++column) {
            const QRectF cell(place.left() + column * width, place.top() + row * height, width, height);
            // Cells reach a little under their neighbours, or viewers show seams between them.
            painter.fillRect(cell.adjusted(0, 0, 0.2, 0.2).intersected(place), QColor::fromRgb(image.pixel(column, row)));
        }
}

void paintLabels(QPainter& painter, const SheetLayout& layout, const Theme& theme, const QFont& font) {
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(theme.text_muted);
    for (std::size_t layer = 0; layer < layout.n_layers; ++layer) {
        const QString text = layer == 0 ? QStringLiteral("layer 1") : QString::number(layer + 1);
        const QRectF place = layout.head(layer, 0);
        if (layout.cell.height() >= metrics.height() * 0.9 || layer % 4 == 0)
            painter.drawText(QPointF(place.left() - 8.0 - metrics.horizontalAdvance(text), place.center().y() + metrics.capHeight() / 2), text);
    }
    const bool word_fits = metrics.horizontalAdvance(QStringLiteral("head 1")) <= layout.cell.width() + kGap;
    const bool all_fit = metrics.horizontalAdvance(QString::number(layout.n_heads)) + 4.0 <= layout.cell.width() + kGap;
    for (std::size_t head = 0; head < layout.n_heads; ++head) {
        if (!all_fit && head % 4 != 0)
            continue;
        const QString text = head == 0 && word_fits ? QStringLiteral("head 1") : QString::number(head + 1);
        const QRectF place = layout.head(0, head);
        painter.drawText(QPointF(place.center().x() - metrics.horizontalAdvance(text) / 2, place.top() - 6.0), text);
    }
}

QString sheetSubtitle(const ExportRequest& request, std::size_t n_rows, std::size_t n_columns, const QImage& shown) {
    QStringList parts;
    if (const QString sides = sidesText(request.map); !sides.isEmpty())
        parts << sides;
    parts << scaleName(request.settings.scale);
    if (static_cast<std::size_t>(shown.height()) == n_rows && static_cast<std::size_t>(shown.width()) == n_columns)
        parts << QStringLiteral("exact");
    else
        parts << QStringLiteral("%1 of %2 × %3 weights shown in %4 × %5 pixels")
                     .arg(request.settings.pooling == Pooling::Maximum ? QStringLiteral("largest") : QStringLiteral("mean"))
                     .arg(n_rows).arg(n_columns).arg(shown.height()).arg(shown.width());
    return parts.join(QStringLiteral(" · "));
}

} // namespace

Result<Figure> sheetFigure(const ExportRequest& request) {
    HEADLIGHT_CHECK(checkRequest(request));
    const Theme& theme = request.themeOrLight();
    const HeatmapFonts fonts = figureFonts();
    const bool any_masked = measureHeatmap(request.map, request.settings, fonts).any_masked;
    const SheetLayout layout = layoutSheet(request, fonts, legendWidth(sheetLegend(request, theme, fonts.caption, any_masked)));
    if (layout.cell.width() < 4.0 || layout.cell.height() < 4.0)
        return makeError(ErrorKind::Usage, "the page is too small for all heads")
            .atItem(sheetTitle(request, layout).toStdString()).nextStep("choose a larger width, or export one head");
    Figure figure;
    figure.size = layout.page;
    figure.title = sheetTitle(request, layout);
    figure.description = captionOf(request, request.map, figure.title, drawnHow(request));
    if (!request.transparent)
        figure.background = theme.window;
    figure.paint = [request, layout, fonts, any_masked, &theme, title = figure.title](
                       QPainter& painter, const FigureDevice& device) {
        const Trace& trace = *request.map.trace;
        const AttentionKind kind = request.map.head.kind;
        const std::size_t n_rows = trace.nQueries(kind);
        const std::size_t n_columns = trace.nKeys(kind);
        const double side = std::max(layout.cell.width(), layout.cell.height()) * device.pixels_per_unit;
        const auto pixels = static_cast<std::size_t>(std::max(side, 8.0));
        const bool rectangles = device.vector && std::max(n_rows, n_columns) <= pixels &&
                                layout.n_layers * layout.n_heads * n_rows * n_columns <= kMostRectangles;
        QImage image;
        painter.setPen(Qt::NoPen);
        for (std::size_t layer = 0; layer < layout.n_layers; ++layer)
            for (std::size_t head = 0; head < layout.n_heads; ++head) {
                if (device.control.stopRequested())
                    return;
                const double done = static_cast<double>(layer * layout.n_heads + head) / static_cast<double>(layout.n_layers * layout.n_heads);
                device.control.report(done, "drawing heads");
                image = headThumbnail(trace, {kind, LayerIndex(layer), HeadIndex(head)}, pixels, request.settings, theme.masked.rgb());
                paintHead(painter, image, layout.head(layer, head), rectangles);
            }
        paintLabels(painter, layout, theme, fonts.caption);
        const QRectF last = layout.head(0, layout.n_heads - 1);
        paintLegend(painter, QRectF(last.right() + 24.0, layout.first.y(), layout.legend_width,
                                    layout.page.height() - layout.first.y() - kFigurePadding), sheetLegend(request, theme, fonts.caption, any_masked));
        const QFontMetricsF metrics(fonts.caption);
        const double width = layout.page.width() - 2 * kFigurePadding;
        painter.setFont(fonts.title);
        painter.setPen(theme.text);
        painter.drawText(QPointF(kFigurePadding, kFigurePadding + QFontMetricsF(fonts.title).ascent()), title);
        painter.setFont(fonts.caption);
        painter.setPen(theme.text_muted);
        painter.drawText(QPointF(kFigurePadding, kFigurePadding + QFontMetricsF(fonts.title).height() + 2.0 + metrics.ascent()),
                         metrics.elidedText(sheetSubtitle(request, n_rows, n_columns, image), Qt::ElideMiddle, width));
    };
    return figure;
}

} // namespace headlight::ui
