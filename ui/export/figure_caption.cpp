#include "ui/export/figure_caption.h"

#include "ui/export/figure_export.h"
#include "ui/heatmap/heatmap_layout.h"
#include "ui/theme/theme.h"
#include "ui/theme/wrapped_lines.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kAbove = 8.0;       // beside the padding every figure leaves at its edge
constexpr double kMostOfPage = 0.15; // of a page of a given height: then the caption is elided
constexpr int kNoLimit = 1000;

/// The look of the picture alone on a page from which `height` units are taken; an Error where nothing is
/// left.
Result<FigureLook> withoutStrip(FigureLook look, double height) {
    if (look.size.pixels)
        look.size.pixels->rheight() -= static_cast<int>(std::lround(height * look.size.dpi / 96.0));
    else
        look.size.height_mm -= height * 25.4 / 96.0;
    if (figureUnits(look.size).height() <= 2 * kFigurePadding)
        return makeError(ErrorKind::Usage, "the picture is too small for its caption")
            .nextStep("choose a larger height, or leave the caption out");
    return look;
}

} // namespace

Result<Figure> captionedFigure(const FigureSubject& subject, const FigureLook& look) {
    HEADLIGHT_ASSIGN(Figure figure, subject.figure(look));
    if (!look.caption || figure.description.isEmpty())
        return figure;
    const QFont font = figureFonts().caption;
    const double line = QFontMetricsF(font).height();
    const QSizeF wanted = figureUnits(look.size);
    const int most = wanted.height() > 0.0
                         ? std::max(1, static_cast<int>(wanted.height() * kMostOfPage / line))
                         : kNoLimit;
    const QStringList lines =
        wrappedLines(figure.description, font, figure.size.width() - 2 * kFigurePadding, most);
    const double strip = kAbove + line * static_cast<double>(lines.size());
    if (wanted.height() > 0.0) {
        HEADLIGHT_ASSIGN(const FigureLook smaller, withoutStrip(look, strip));
        HEADLIGHT_ASSIGN(figure, subject.figure(smaller));
        figure.size = wanted;
    } else {
        figure.size.rheight() = std::ceil(figure.size.height() + strip);
    }
    figure.paint = [picture = std::move(figure.paint), lines, line, font, size = figure.size,
                    colour = look.themeOrLight().text_muted](QPainter& painter, const FigureDevice& device) {
        painter.save();
        picture(painter, device);
        painter.restore();
        painter.setFont(font);
        painter.setPen(colour);
        double baseline = size.height() - kFigurePadding - QFontMetricsF(font).descent() -
                          line * static_cast<double>(lines.size() - 1);
        for (const QString& text : lines) {
            painter.drawText(QPointF(kFigurePadding, baseline), text);
            baseline += line;
        }
    };
    return figure;
}

} // namespace headlight::ui
