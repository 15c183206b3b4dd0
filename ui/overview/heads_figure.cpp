#include "ui/overview/heads_figure.h"

#include "core/base/atomic_file.h"
#include "ui/colour/legend.h"
#include "ui/export/figure_export.h"
#include "ui/heads/head_cell.h"
#include "ui/heads/head_overview.h"
#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/thumbnail.h"
#include "ui/overview/heads_csv.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kGap = 6.0;
constexpr double kLargestCell = 150.0;
constexpr double kUsualCell = 72.0; // as small as pictures get on a page as tall as needed
constexpr double kSmallestCell = 16.0;

/// Where everything stands, in units.
struct Layout {
    QSizeF page;
    double top = 0.0;
    double cell = 0.0;        ///< width and height of a picture
    double text_height = 0.0; ///< under it
    std::size_t n_columns = 1;
    double legend_width = 0.0;

    [[nodiscard]] QRectF place(std::size_t index) const {
        return {kFigurePadding + static_cast<double>(index % n_columns) * (cell + kGap),
                top + static_cast<double>(index / n_columns) * (cell + text_height + kGap), cell, cell + text_height};
    }
};

bool byMeasure(const HeadsFigure& heads) { return heads.order.sort == HeadSort::Measure; }

HeadCell cellOf(const HeadsFigure& heads, const HeadAddress& head) {
    HeadCell cell;
    cell.label = headLabel(head);
    if (byMeasure(heads))
        cell.value = measureText(heads.order.measure, heads.table.value(head, heads.order.measure));
    return cell;
}

int textLines(const HeadsFigure& heads, double width, const QFont& font) {
    int lines = 1;
    for (const HeadAddress& head : heads.heads) {
        const HeadCell cell = cellOf(heads, head);
        lines = std::max(lines, cellTextLines(width, cell.label, cell.value, font));
    }
    return lines;
}

Layout layOut(const HeadsFigure& heads, const FigureLook& look, const HeatmapFonts& fonts, double legend_width) {
    Layout layout;
    layout.page = figureUnits(look.size);
    layout.legend_width = legend_width;
    const QFontMetricsF caption(fonts.caption);
    layout.top = kFigurePadding + QFontMetricsF(fonts.title).height() + caption.height() + 12.0;
    const double bottom = kFigurePadding;
    const double room = layout.page.width() - 2 * kFigurePadding - 24.0 - legend_width;
    const std::size_t n = heads.heads.size();
    const auto setColumns = [&](std::size_t n_columns) {
        layout.n_columns = n_columns;
        layout.cell = std::min(kLargestCell, (room + kGap) / static_cast<double>(n_columns) - kGap);
        layout.text_height = textLines(heads, layout.cell, fonts.caption) * caption.height() + 2.0;
        const std::size_t n_rows = (n + n_columns - 1) / n_columns;
        return layout.top + static_cast<double>(n_rows) * (layout.cell + layout.text_height + kGap) - kGap + bottom;
    };
    const double most = std::max(1.0, std::floor((room + kGap) / (kUsualCell + kGap)));
    double height = setColumns(std::min(n, static_cast<std::size_t>(most)));
    if (layout.page.height() <= 0.0)
        layout.page.setHeight(std::ceil(std::max(height, 200.0)));
    else
        while (height > layout.page.height() && layout.n_columns < n && layout.cell > kSmallestCell)
            height = setColumns(layout.n_columns + 1);
    return layout;
}

QString titleOf(const HeadsFigure& heads) {
    const auto n_all = static_cast<qulonglong>(heads.table.size());
    const auto n = static_cast<qulonglong>(heads.heads.size());
    // headTitle() names the attention before its first separator.
    return QStringLiteral("%1 · %2")
        .arg(headTitle(heads.map.head).section(QStringLiteral(" · "), 0, 0),
             n == n_all ? QStringLiteral("%1 heads").arg(n) : QStringLiteral("%1 of %2 heads").arg(n).arg(n_all));
}

QString subtitleOf(const HeadsFigure& heads) {
    QStringList parts{QStringLiteral("layer.head")};
    if (const QString order = orderText(heads.order); !order.isEmpty())
        parts << order;
    parts << scaleName(heads.settings.scale);
    return parts.join(QStringLiteral(" · "));
}

Legend legendOf(const HeadsFigure& heads, const Theme& theme, const QFont& font, bool any_masked) {
    return {.map = heads.settings.colour_map, .scale = heads.settings.scale, .font = font, .text = theme.text_muted,
            .masked = theme.masked, .hairline = theme.hairline, .show_masked = any_masked};
}

void paintHeads(QPainter& painter, const FigureDevice& device, const HeadsFigure& heads, const Layout& layout, const QFont& font,
                const Theme& theme) {
    const auto pixels = static_cast<std::size_t>(std::max(layout.cell * device.pixels_per_unit, 8.0));
    const int lines = textLines(heads, layout.cell, font);
    for (std::size_t i = 0; i < heads.heads.size(); ++i) {
        if (device.control.stopRequested())
            return;
        device.control.report(static_cast<double>(i) / static_cast<double>(heads.heads.size()), "drawing heads");
        HeadCell cell = cellOf(heads, heads.heads[i]);
        cell.text_lines = lines;
        cell.image = headThumbnail(*heads.map.trace, heads.heads[i], pixels, heads.settings, theme.masked.rgb());
        paintHeadCell(painter, layout.place(i), cell, font, theme);
    }
}

Result<void> writeMeasures(const HeadsFigure& heads, FigureFormat format, const std::filesystem::path& path) {
    if (format != FigureFormat::Csv)
        return makeError(ErrorKind::Usage, "measures of heads are written as a table").inFile(path.string()).nextStep("choose .csv");
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    HEADLIGHT_CHECK(file.write(headsCsv(heads.table, heads.heads).toStdString()));
    return file.commit();
}

} // namespace

QString orderText(const HeadOrder& order) {
    QStringList parts;
    const QString direction = order.descending ? QStringLiteral("largest first") : QStringLiteral("smallest first");
    if (order.sort == HeadSort::Measure)
        parts << QStringLiteral("sorted by %1, %2").arg(measureName(order.measure), direction);
    else if (order.sort == HeadSort::Role)
        parts << QStringLiteral("sorted by role");
    else if (order.sort == HeadSort::Head)
        parts << QStringLiteral("sorted by head");
    QStringList roles;
    for (const HeadRole role : order.roles)
        roles << roleName(role);
    if (!roles.isEmpty())
        parts << QStringLiteral("only %1").arg(roles.join(QStringLiteral(" or ")));
    if (order.range)
        parts << QStringLiteral("%1 from %2 to %3")
                     .arg(measureName(order.range->measure), measureText(order.range->measure, order.range->lowest),
                          measureText(order.range->measure, order.range->highest));
    if (order.layers)
        parts << QStringLiteral("layers %1–%2").arg(order.layers->first + 1).arg(order.layers->last + 1);
    return parts.join(QStringLiteral(", "));
}

Result<Figure> headsFigure(const HeadsFigure& heads, const FigureLook& look) {
    ExportRequest request;
    request.map = heads.map;
    HEADLIGHT_CHECK(checkRequest(request));
    if (heads.heads.empty())
        return makeError(ErrorKind::Usage, "no head passes the filter").nextStep("reset the filter");
    const Theme& theme = look.themeOrLight();
    const HeatmapFonts fonts = figureFonts();
    const bool any_masked = measureHeatmap(heads.map, heads.settings, fonts).any_masked;
    const Layout layout = layOut(heads, look, fonts, legendWidth(legendOf(heads, theme, fonts.caption, any_masked)));
    if (layout.cell < kSmallestCell)
        return makeError(ErrorKind::Usage, "the page is too small for " + std::to_string(heads.heads.size()) + " heads")
            .nextStep("choose a larger page, or filter heads");
    Figure figure;
    figure.size = layout.page;
    figure.title = titleOf(heads);
    const QString order = orderText(heads.order);
    figure.description = captionOf(look, heads.map, order.isEmpty() ? figure.title : figure.title + QStringLiteral(" · ") + order,
                                   scaleName(heads.settings.scale) + QStringLiteral(" scale"));
    if (!look.transparent)
        figure.background = theme.window;
    figure.paint = [heads, layout, fonts, any_masked, &theme, title = figure.title](QPainter& painter, const FigureDevice& device) {
        paintHeads(painter, device, heads, layout, fonts.caption, theme);
        const double right = layout.page.width() - kFigurePadding - layout.legend_width;
        paintLegend(painter, QRectF(right, layout.top, layout.legend_width, layout.page.height() - layout.top - kFigurePadding),
                    legendOf(heads, theme, fonts.caption, any_masked));
        const QFontMetricsF metrics(fonts.caption);
        const double width = layout.page.width() - 2 * kFigurePadding;
        painter.setFont(fonts.title);
        painter.setPen(theme.text);
        painter.drawText(QPointF(kFigurePadding, kFigurePadding + QFontMetricsF(fonts.title).ascent()), title);
        painter.setFont(fonts.caption);
        painter.setPen(theme.text_muted);
        painter.drawText(QPointF(kFigurePadding, kFigurePadding + QFontMetricsF(fonts.title).height() + 2.0 + metrics.ascent()),
                         metrics.elidedText(subtitleOf(heads), Qt::ElideMiddle, width));
    };
    return figure;
}

FigureSubject headsSubject(const HeadsFigure& heads) {
    FigureSubject subject;
    subject.name = heads.order.plain() ? HeadOverview::tr("All heads, named") : HeadOverview::tr("The heads shown here");
    subject.stem = QStringLiteral("%1-%2-heads")
                       .arg(heads.map.model_name.section(QLatin1Char('/'), -1),
                            QString::fromUtf8(attentionKindName(heads.map.head.kind).data()));
    subject.figure = [heads](const FigureLook& look) { return headsFigure(heads, look); };
    subject.write_numbers = [heads](FigureFormat format, const std::filesystem::path& path, const RunControl&) {
        return writeMeasures(heads, format, path);
    };
    subject.numbers = HeadOverview::tr("CSV: role and %1 measures of %2 heads").arg(measuresOf(heads.table.kind).size()).arg(heads.heads.size());
    return subject;
}

} // namespace headlight::ui
