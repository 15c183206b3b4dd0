// What painting costs: colours, pooled overviews, tiles, whole frames. Prints medians; run it on an idle machine.
#include "tests/ui/support/made_up_trace.h"
#include "ui/colour/colour_image.h"
#include "ui/export/figure_export.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/heatmap/map_tile.h"
#include "ui/heatmap/thumbnail.h"

#include <QApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

template <class Function>
void measure(const char* what, int n_runs, const Function& function) {
    std::vector<double> milliseconds;
    for (int run = 0; run < n_runs; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        function();
        milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::sort(milliseconds);
    std::printf("%-58s %9.3f ms  (best %.3f)\n", what, milliseconds[milliseconds.size() / 2], milliseconds.front());
}

void measureColours() {
    constexpr std::size_t kSide = 1024;
    std::vector<float> values(kSide * kSide);
    std::mt19937 random(1);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    std::ranges::generate(values, [&] { return weight(random); });
    const std::vector<float> maxima(kSide, 1.0f);
    for (const ScaleKind scale : {ScaleKind::Linear, ScaleKind::Logarithmic, ScaleKind::RowRelative}) {
        const QByteArray name = "colours of 1,024 x 1,024, " + scaleName(scale).toUtf8();
        measure(name.constData(), 51, [&] {
            (void)colourImage({.values = values, .n_rows = kSide, .n_columns = kSide, .scale = scale, .row_maximum = maxima});
        });
    }
}

void measureTiles(const HeadMap& map) {
    TileRequest request;
    request.trace = map.trace;
    request.head = map.head;
    request.rows = request.columns = {4096, 5120};
    measure("exact tile of 1,024 x 1,024 out of 16,384 tokens", 15, [&] { (void)computeTile(request); });
    request.rows = request.columns = {0, 16384};
    request.pool_rows = request.pool_columns = 16;
    measure("overview of 16,384 tokens, largest of 16 x 16", 5, [&] { (void)computeTile(request); });
    measure("thumbnail of 16,384 tokens, 32 pixels", 5, [&] { (void)headThumbnail(*map.trace, map.head, 32, {}, 0); });
}

void measureFrames(const char* what, const HeadMap& map) {
    Selection selection;
    HeatmapView view(&selection);
    view.resize(1280, 900);
    view.setHeadMap(map);
    view.show();
    while (view.tilePending())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QImage screen(view.size(), QImage::Format_RGB32);
    measure(what, 21, [&] { view.render(&screen); });
}

} // namespace

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen"); // needs no display
    const QApplication application(argc, argv);
    measureColours();
    const HeadMap large = makeMap({.n_queries = 16384, .n_keys = 16384, .n_layers = 1, .n_heads = 1, .causal = true});
    measureTiles(large);
    measureFrames("frame, 16 tokens (cells, words, numbers)", makeMap({.n_queries = 16, .n_keys = 16}));
    measureFrames("frame, 64 tokens (4,096 cells)", makeMap({.n_queries = 64, .n_keys = 64}));
    measureFrames("frame, 300 tokens, causal (image, hatch)", makeMap({.n_queries = 300, .n_keys = 300, .causal = true}));
    measureFrames("frame, 16,384 tokens, causal", large);
    const HeadMap sheet = makeMap({.n_queries = 32, .n_keys = 32, .n_layers = 12, .n_heads = 12, .causal = true});
    measure("144 thumbnails of 32 tokens", 11, [&] {
        for (std::size_t head = 0; head < 144; ++head)
            (void)headThumbnail(*sheet.trace, {sheet.head.kind, LayerIndex(head / 12), HeadIndex(head % 12)}, 32, {}, 0);
    });
    ExportRequest request;
    request.map = makeMap({.n_queries = 16, .n_keys = 16});
    measure("figure of 16 tokens as an image, 170 mm at 300 dpi", 7, [&] { (void)figureImage(request); });
    return 0;
}
