#include "ui/timeline/timeline_figure.h"

#include "ui/export/figure_export.h"
#include "ui/theme/theme.h"
#include "ui/timeline/timeline_table.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kGap = 12.0;

/// Where the lines of columns, the strips and the caption stand.
struct Page {
    TimelineLayout layout;
    HeatmapFonts fonts;
    QSizeF size;
    std::size_t per_line = 1;
    std::size_t n_lines = 1;
    double strips_top = 0.0;
};

Result<Page> layOutPage(const TimelineFigure& timeline, const FigureLook& look) {
    Page page;
    page.fonts = figureFonts();
    page.layout = layoutTimeline(page.fonts, timeline.n_bars, 1e9);
    page.size = figureUnits(look.size);
    const double room = page.size.width() - 2 * kFigurePadding - page.layout.gutter;
    const Error too_small = makeError(ErrorKind::Usage, "the picture is too small for its steps")
                                .nextStep("choose a larger size or fewer dpi");
    if (room < page.layout.column)
        return too_small;
    page.per_line = static_cast<std::size_t>(room / page.layout.column);
    page.n_lines = (timeline.picture.columns.size() + page.per_line - 1) / page.per_line;
    page.strips_top = kFigurePadding + static_cast<double>(page.n_lines) * (page.layout.height() + kGap);
    double height = page.strips_top +
                    static_cast<double>(timeline.strips.size()) * attentionStripHeight(page.fonts) + kFigurePadding;
    if (page.size.height() <= 0.0)
        page.size.setHeight(std::ceil(height));
    else if (page.size.height() < height)
        return too_small;
    return page;
}

void paintPage(QPainter& painter, const TimelineFigure& timeline, const Page& page, const Theme& theme) {
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& columns = timeline.picture.columns;
    for (std::size_t line = 0; line < page.n_lines; ++line) {
        const std::size_t first = line * page.per_line;
        const std::size_t end = std::min(columns.size(), first + page.per_line);
        TimelinePicture part;
        part.largest_nats = timeline.picture.largest_nats;
        part.columns.assign(columns.begin() + static_cast<std::ptrdiff_t>(first),
                            columns.begin() + static_cast<std::ptrdiff_t>(end));
        painter.save();
        painter.translate(kFigurePadding, kFigurePadding + static_cast<double>(line) * (page.layout.height() + kGap));
        paintTimeline(painter, part, page.layout, theme);
        painter.restore();
    }
    double top = page.strips_top;
    for (const AttentionStrip& strip : timeline.strips) {
        const double height = attentionStripHeight(page.fonts);
        paintAttentionStrip(painter, strip, QRectF(kFigurePadding, top, page.size.width() - 2 * kFigurePadding, height),
                            timeline.settings, page.fonts, theme);
        top += height;
    }
}

} // namespace

Result<Figure> timelineFigure(const TimelineFigure& timeline, const FigureLook& look) {
    if (timeline.picture.columns.empty())
        return makeError(ErrorKind::Usage, "there are no steps to export yet")
            .nextStep("load a model that writes and give it a text");
    HEADLIGHT_ASSIGN(Page page, layOutPage(timeline, look));
    Figure figure;
    figure.size = page.size;
    figure.title = QStringLiteral("Timeline");
    figure.description = captionOf(look, timeline.about, timeline.shown, timeline.decoding);
    if (!look.transparent)
        figure.background = look.themeOrLight().window;
    figure.paint = [timeline, page, &theme = look.themeOrLight()](QPainter& painter, const FigureDevice&) {
        paintPage(painter, timeline, page, theme);
    };
    return figure;
}

FigureSubject timelineSubject(const TimelineFigure& timeline, const QString& name, const QString& stem) {
    FigureSubject subject;
    subject.name = name;
    subject.stem = stem;
    subject.figure = [timeline](const FigureLook& look) { return timelineFigure(timeline, look); };
    subject.numbers = QStringLiteral("%1 steps and their candidates").arg(timeline.numbers.steps.size());
    subject.write_numbers = [numbers = timeline.numbers](FigureFormat format, const std::filesystem::path& path,
                                                         const RunControl& control) {
        return writeTimelineNumbers(numbers, format, path, control);
    };
    return subject;
}

} // namespace headlight::ui
