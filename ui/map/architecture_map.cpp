#include "ui/map/architecture_map.h"

#include "ui/map/map_painter.h"
#include "ui/map/stack_drawer.h"
#include "ui/theme/figures.h"

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr double kLowBlock = 24.0; // height of a box with its detail beside its title
constexpr double kLeastLowBlock = 220.0, kMostLowBlock = 420.0;

MapMeasures lowMeasures(double block_width) {
    return {.block_width = block_width, .block_height = kLowBlock, .norm_height = 20.0, .gap = 10.0, .add = 16.0, .stream = 22.0,
            .frame_side = 34.0, .title = 20.0, .below_layer = 8.0, .margin = 8.0, .channel = 40.0};
}

/// Moves everything so that the map begins at (0, 0).
void shiftIntoSight(ArchitectureMap& map, const MapMeasures& measures) {
    QRectF all;
    for (const MapBlock& block : map.blocks)
        all |= block.rect;
    for (const MapFrame& frame : map.frames)
        all |= frame.rect;
    double above = measures.margin;
    for (const MapArrow& arrow : map.arrows)
        for (const QPointF& point : arrow.points)
            above = std::max(above, all.top() - point.y() + 2.0); // round the corner of a tall encoder
    const QPointF by(measures.margin - all.left(), above - all.top());
    for (MapBlock& block : map.blocks)
        block.rect.translate(by);
    for (MapFrame& frame : map.frames)
        frame.rect.translate(by);
    for (MapArrow& arrow : map.arrows)
        for (QPointF& point : arrow.points)
            point += by;
    map.size = QSizeF(all.width() + 2 * measures.margin, all.height() + above + measures.margin);
}

ArchitectureMap drawn(const MapRequest& request, const MapMeasures& measures) {
    ArchitectureMap map;
    const ModelSpec& spec = *request.spec;
    map.title = request.name;
    std::optional<StackDrawer> encoder, decoder;
    std::optional<QPointF> encoded;
    if (spec.hasEncoder()) {
        encoder.emplace(map, request, measures, StackKind::Encoder, 0.0);
        encoded = encoder->draw();
    }
    if (spec.hasDecoder()) {
        decoder.emplace(map, request, measures, StackKind::Decoder, spec.hasEncoder() ? measures.column() + measures.channel : 0.0);
        decoder->draw();
    }
    (decoder ? *decoder : *encoder).drawHead();
    if (encoded && decoder) {
        // Up from the encoder, through the channel between the columns, into each cross-attention.
        const double top = encoded->y() - measures.title - 18;
        const double channel = measures.column() + measures.channel - measures.edge() - 8 - measures.channel / 2;
        for (const QPointF& input : decoder->cross_inputs)
            map.arrows.push_back(
                {MapArrow::Kind::Cross,
                 {*encoded, {encoded->x(), top}, {channel, top}, {channel, input.y()}, input}});
    }
    std::stable_sort(map.frames.begin(), map.frames.end(),
                     [](const MapFrame& a, const MapFrame& b) { return a.is_stack > b.is_stack; });
    shiftIntoSight(map, measures);
    return map;
}

/// The width in which every box of a line of its own shows all it says.
double widthOfLongest(const ArchitectureMap& map) {
    double longest = kLeastLowBlock;
    for (const MapBlock& block : map.blocks)
        if (block.rect.height() == kLowBlock)
            longest = std::max(longest, mapBlockTextWidth(block, figureFonts()));
    return std::min(longest, kMostLowBlock);
}

} // namespace

ArchitectureMap architectureMap(const MapRequest& request) {
    if (!request.low)
        return drawn(request, {});
    return drawn(request, lowMeasures(widthOfLongest(drawn(request, lowMeasures(kLeastLowBlock)))));
}

} // namespace headlight::ui
