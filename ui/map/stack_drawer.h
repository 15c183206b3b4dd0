// One stack of a model as boxes, arrows and frames.
#pragma once

#include "ui/map/architecture_map.h"

#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

namespace headlight::ui {

/// How boxes stand, in units of the map.
struct MapMeasures {
    static constexpr double kTwoLines = 40.0; // height of a box with its detail below its title
    double block_width = 256.0; // "4096 → 11008 → 4096 · gated SiLU" and the count beside it
    double block_height = kTwoLines;
    double norm_height = 22.0;
    double gap = 16.0;
    double add = 18.0;        // diameter of a sum
    double stream = 28.0;     // the residual stream runs this far left of the blocks
    double frame_side = 46.0; // between blocks and the edge of a layer's frame
    double title = 22.0;      // of a frame
    double below_layer = 10.0;
    double margin = 20.0;
    double channel = 56.0; // between the columns: cross-attention's arrows
    [[nodiscard]] double column() const { return block_width + 2.0 * frame_side + kSizes; }
    [[nodiscard]] double edge() const { return block_width / 2 + frame_side; } // from a column's centre
    static constexpr double kSizes = 86.0; // right of a frame: sizes of the residual stream
};

/// Draws upwards: y falls from 0 as parts are added, and is shifted into sight at the end.
class StackDrawer {
public:
    StackDrawer(ArchitectureMap& map, const MapRequest& request, const MapMeasures& measures, StackKind stack, double centre);

    /// Everything from the tokens to the final norm; returns where the output leaves.
    QPointF draw();
    /// The model's head on top of it.
    void drawHead();
    /// Left edges of the cross-attentions: where the encoder's output goes.
    std::vector<QPointF> cross_inputs;

private:
    MapBlock block(MapBlockKind kind, const QString& title, const QString& detail, const QString& tip);
    /// The tensors of a part: of one layer, or where one stands for all, of all layers.
    void give(MapBlock& to, ModelPart part, std::optional<std::size_t> layer);
    MapBlock norm(const QString& where, ModelPart part, std::optional<std::size_t> layer);
    /// Puts a block on top and an arrow up to it.
    QRectF add(MapBlock next, bool arrow = true);
    /// A sum: the stream that was left at `from` comes back.
    void addSum(const QPointF& from, ModelPart part, std::size_t layer);
    void drawEmbeddings();
    /// Of the learned table; 0: there is none.
    [[nodiscard]] std::size_t positionWidth() const;
    void drawProjection();
    void drawPositions();
    void drawLayer(std::size_t layer);
    MapBlock attentionBlock(std::size_t layer, AttentionKind kind);
    MapBlock feedForwardBlock(std::size_t layer);
    /// One part with its norms and its sum; no attention: the feed-forward layer.
    void drawPart(std::size_t layer, std::optional<AttentionKind> kind);
    /// Attention and feed-forward side by side (GPT-J, GPT-NeoX, Falcon).
    void drawParallel(std::size_t layer);
    void place(MapBlock& one);

    ArchitectureMap& map_;
    const MapRequest& request_;
    const MapMeasures& measures_;
    StackKind stack_;
    const StackSpec& spec_;
    double centre_;
    double y_ = 0.0;
    bool started_ = false;
};

} // namespace headlight::ui
