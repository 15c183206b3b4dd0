// Lines of one head or several as a figure: the same painting as on the screen, all tokens on one page.
#include "ui/export/figure_export.h"

#include "ui/heatmap/axis_labels.h"
#include "ui/lines/lines_painter.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kRow = 20.0;         // units a token, while the page stays this side of kTallestPage
constexpr double kTallestPage = 1.4;  // times its width
constexpr double kSmallestPage = 60.0;

/// The view keeps a smaller margin than a page has.
QRectF insideMargin(const QSizeF& page) {
    return QRectF(QPointF(0, 0), page).adjusted(kFigurePadding - kLinesMarginX, kFigurePadding - kLinesMarginY,
                                                kLinesMarginX - kFigurePadding, kLinesMarginY - kFigurePadding);
}

} // namespace

Result<Figure> linesFigure(const ExportRequest& request) {
    HEADLIGHT_CHECK(checkRequest(request));
    const HeadMap& map = request.map;
    const Theme& theme = request.themeOrLight();
    LinesScene scene;
    scene.theme = &theme;
    scene.fonts = figureFonts();
    std::vector<HeadAddress> heads{map.head};
    heads.insert(heads.end(), request.lines->companions.begin(), request.lines->companions.end());
    const LineRequest wanted{map.trace, std::move(heads), request.lines->rule};
    const ColumnExtents extents{longestWord(map.queries.words, scene.fonts.body), longestWord(map.keys.words, scene.fonts.body)};
    const HeatmapParts parts{.title = true};

    QSizeF size = figureUnits(request.size);
    const std::size_t n_queries = map.trace->nQueries(map.head.kind);
    const std::size_t n_keys = map.trace->nKeys(map.head.kind);
    if (size.height() <= 0.0) {
        const double probe = 4000.0;
        const double around = probe - layoutLines(insideMargin({size.width(), probe}), extents, scene.fonts, parts).area.height();
        const double rows = std::max(kSmallestPage, kRow * double(std::max(n_queries, n_keys)));
        size.setHeight(std::ceil(around + std::min(rows, kTallestPage * size.width())));
    }
    scene.layout = layoutLines(insideMargin(size), extents, scene.fonts, parts);
    if (scene.layout.area.height() < 16.0 || scene.layout.right_edge - scene.layout.left_edge < 16.0)
        return makeError(ErrorKind::Usage, "the picture is too small for its words").nextStep("choose a larger size or fewer dpi");
    scene.layout.n_queries = n_queries;
    scene.layout.n_keys = n_keys;
    scene.layout.fit(true);

    Figure figure;
    figure.size = size;
    figure.title = headTitle(map.head);
    figure.description = figureCaption(request);
    if (!request.transparent)
        figure.background = theme.window;
    figure.paint = [scene, wanted, map](QPainter& painter, const FigureDevice& device) mutable {
        scene.map = &map;
        scene.set = attentionLines(wanted, device.control.stop);
        paintLines(painter, scene);
    };
    return figure;
}

} // namespace headlight::ui
