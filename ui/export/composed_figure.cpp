#include "ui/export/composed_figure.h"

#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/token_label.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kGap = 8.0;
constexpr qsizetype kOtherText = 60; // letters of another text than the caption's

struct Placed {
    Figure figure;
    QPointF at;
};

/// One map of the page, `width` units wide and, where `height` is not 0, that tall.
Result<Figure> partFigure(const ComposedRequest& request, const HeadMap& map, const FigureLook& look,
                          double width, double height) {
    ExportRequest one;
    static_cast<FigureLook&>(one) = look;
    one.map = map;
    one.settings = request.settings;
    one.caption = false;
    one.transparent = true; // the page paints the ground
    one.size.pixels.reset();
    one.size.width_mm = width * 25.4 / 96.0;
    one.size.height_mm = height * 25.4 / 96.0;
    return headFigure(one);
}

QString composedCaption(const ComposedRequest& request, const FigureLook& look) {
    QStringList heads;
    const HeadMap& first = request.maps.front(); // the caption's model and text
    for (const HeadMap& map : request.maps) {
        heads << mapTitle(map);
        if (map.model_name != first.model_name || map.model_hash != first.model_hash)
            heads.back() += QStringLiteral(" of %1 %2").arg(map.model_name, map.model_hash.left(8));
        if (map.text != first.text)
            heads.back() += QStringLiteral(" on “%1”").arg(visibleWord(map.text.simplified().left(kOtherText)));
    }
    QString what = heads.join(QStringLiteral(" | "));
    if (!request.about.isEmpty())
        what = request.about + QStringLiteral(" · ") + what;
    return captionOf(look, first, what,
                     scaleName(request.settings.scale) + QStringLiteral(" scale"));
}

} // namespace

Result<Figure> composedFigure(const ComposedRequest& request, const FigureLook& look) {
    if (request.maps.empty())
        return makeError(ErrorKind::Usage, "there is no attention to export yet")
            .nextStep("load a model and give it a text");
    const QSizeF units = figureUnits(look.size);
    const std::size_t abreast =
        std::min<std::size_t>(request.maps.size(), units.width() * 25.4 / 96.0 >= kThreeAbreastMm ? 3 : 2);
    const std::size_t n_rows = (request.maps.size() + abreast - 1) / abreast;
    const double width =
        (units.width() - kGap * static_cast<double>(abreast - 1)) / static_cast<double>(abreast);
    const double row_height =
        units.height() <= 0.0
            ? 0.0
            : (units.height() - kGap * static_cast<double>(n_rows - 1)) / static_cast<double>(n_rows);
    std::vector<Placed> parts;
    double top = 0.0;
    for (std::size_t first = 0; first < request.maps.size(); first += abreast) {
        double tallest = 0.0;
        for (std::size_t i = first; i < std::min(first + abreast, request.maps.size()); ++i) {
            HEADLIGHT_ASSIGN(Figure figure, partFigure(request, request.maps[i], look, width, row_height));
            tallest = std::max(tallest, figure.size.height());
            parts.push_back({std::move(figure), {static_cast<double>(i - first) * (width + kGap), top}});
        }
        top += tallest + kGap;
    }
    Figure page;
    page.size = QSizeF(units.width(), units.height() > 0.0 ? units.height() : std::ceil(top - kGap));
    page.title = QStringLiteral("Attention side by side");
    page.description = composedCaption(request, look);
    if (!look.transparent)
        page.background = look.themeOrLight().window;
    page.paint = [parts](QPainter& painter, const FigureDevice& device) {
        for (const Placed& part : parts) {
            painter.save();
            painter.translate(part.at);
            part.figure.paint(painter, device);
            painter.restore();
        }
    };
    return page;
}

FigureSubject composedSubject(const ComposedRequest& request, const QString& name, const QString& stem) {
    FigureSubject subject;
    subject.name = name;
    subject.stem = stem;
    subject.figure = [request](const FigureLook& look) { return composedFigure(request, look); };
    return subject;
}

} // namespace headlight::ui
