#include "ui/map/map_figure.h"

#include "core/checkpoint/safetensors.h"
#include "core/trace/write_numbers.h"
#include "ui/export/figure_export.h"
#include "ui/map/map_painter.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kTallest = 1.5; // times the width of a page whose height is free

Result<Figure> mapFigure(const ArchitectureMap& map, const QString& about, const FigureLook& look) {
    if (map.blocks.empty())
        return makeError(ErrorKind::Usage, "there is no model to draw yet").nextStep("open a model");
    const HeatmapFonts fonts = figureFonts();
    QSizeF size = figureUnits(look.size);
    const double above = QFontMetricsF(fonts.title).height() + 8.0;
    const double wide = (size.width() - 2 * kFigurePadding) / map.size.width();
    double scale = std::min(wide, 1.5);
    const double room = size.height() > 0.0 ? size.height() - above - 2 * kFigurePadding
                                            : std::max(size.width() * kTallest, 400.0);
    scale = std::min(scale, room / map.size.height());
    if (scale < 0.1)
        return makeError(ErrorKind::Usage, "the page is too small for this map")
            .nextStep("choose a larger size, or draw one layer for all");
    if (size.height() <= 0.0)
        size.setHeight(std::ceil(map.size.height() * scale + above + 2 * kFigurePadding));
    Figure figure;
    figure.size = size;
    figure.title = map.title;
    figure.description = look.caption_text.isEmpty() ? about : look.caption_text;
    if (!look.transparent)
        figure.background = look.themeOrLight().window;
    figure.paint = [map, scale, fonts, above, size, &theme = look.themeOrLight()](QPainter& painter, const FigureDevice&) {
        painter.setFont(fonts.title);
        painter.setPen(theme.text);
        painter.drawText(
            QPointF(kFigurePadding, kFigurePadding + QFontMetricsF(fonts.title).ascent()),
            QFontMetricsF(fonts.title).elidedText(map.title, Qt::ElideMiddle, size.width() - 2 * kFigurePadding));
        painter.save();
        painter.translate((size.width() - map.size.width() * scale) / 2, kFigurePadding + above);
        painter.scale(scale, scale);
        paintMap(painter, {.map = &map, .theme = &theme, .fonts = fonts, .hovered = {}, .selected = {}});
        painter.restore();
    };
    return figure;
}

} // namespace

FigureSubject mapSubject(const ArchitectureMap& map, const QString& stem, const QString& about) {
    FigureSubject subject;
    subject.name = QStringLiteral("The map");
    subject.stem = stem;
    subject.figure = [map, about](const FigureLook& look) { return mapFigure(map, about, look); };
    std::vector<std::string> names;
    std::vector<float> counts;
    for (const MapBlock& block : map.blocks)
        if (block.n_parameters > 0) {
            const QString where =
                block.stack == StackKind::Encoder ? QStringLiteral("encoder") : QStringLiteral("decoder");
            const QString layer = block.layer ? QStringLiteral(" layer %1").arg(*block.layer + 1) : QString();
            names.push_back(QStringLiteral("%1%2 %3")
                                .arg(block.kind == MapBlockKind::Head ? QStringLiteral("output") : where,
                                     layer, block.title)
                                .toStdString());
            counts.push_back(static_cast<float>(block.n_parameters));
        }
    if (!counts.empty()) {
        subject.numbers = QStringLiteral("parameters of %1 boxes").arg(counts.size());
        subject.write_numbers = [names, counts](FigureFormat format, const std::filesystem::path& path,
                                                const RunControl&) -> Result<void> {
            const Tensor values = Tensor::fromVector({counts.size(), 1}, counts);
            if (format == FigureFormat::Csv)
                return writeCsv(path, values, names, {"parameters"});
            if (format == FigureFormat::Npy)
                return writeNpy(path, values);
            return writeSafetensors(path, {{"parameters", values.shape(), values.span()}}, {});
        };
    }
    return subject;
}

} // namespace headlight::ui
