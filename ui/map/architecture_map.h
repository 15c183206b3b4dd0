// A model's architecture as a drawing: boxes, arrows and frames at their places, from its spec and its list
// of tensors.
#pragma once

#include "core/model/model_spec.h"
#include "core/model/parameter_list.h"

#include <Eigen/Core>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace headlight::ui {

enum class MapBlockKind { Tokens, Embedding, Positions, Norm, Attention, FeedForward, Add, Head };

struct MapBlock {
    MapBlockKind kind = MapBlockKind::Tokens;
    QRectF rect;      ///< in units of the map; Add: a circle
    QString title;    ///< "masked self-attention"
    QString detail;   ///< "8 heads × 32 · 262 k"
    QString tool_tip; ///< what it does in a sentence, then its tensors
    QStringList tensors; ///< "q_proj.weight [512, 512]", all of them; of one layer where one stands for all
    std::size_t n_parameters = 0;
    std::optional<AttentionKind> attention;
    std::optional<ModelPart> part; ///< whose tensors it has; sums: whose output is added
    std::optional<StackKind> stack;
    std::optional<std::size_t> layer; ///< of the parts of a block; collapsed: none, it stands for all
};

struct MapArrow {
    enum class Kind { Flow, Residual, Cross };
    Kind kind = Kind::Flow;
    std::vector<QPointF> points;
};

/// A layer, or all of them.
struct MapFrame {
    QRectF rect;
    QString title; ///< "layer 3", "× 12", "Encoder"
    QString tool_tip;
    bool is_stack = false;
    StackKind stack = StackKind::Encoder;
    std::size_t first_layer = 0;
    std::size_t n_layers = 0; ///< it stands for
    std::vector<double>
        sizes; ///< RMS of the residual stream behind each of them, mean over tokens; empty: nothing has run
};

struct ArchitectureMap {
    std::vector<MapBlock> blocks;
    std::vector<MapArrow> arrows;
    std::vector<MapFrame> frames; ///< stacks first
    QSizeF size;
    QString title;
    double largest_size = 0.0;    ///< of all frames
    std::size_t n_parameters = 0; ///< of all blocks: the model's
};

struct MapRequest {
    const ModelSpec* spec = nullptr;
    const std::vector<ParameterTensor>* parameters = nullptr;
    QString name;
    bool each_layer = false;                    ///< every layer drawn, instead of one for all
    bool low = false; ///< a line of type a box and little between them: wide and low, for a window that is
    std::map<StackKind, Eigen::MatrixXd> sizes; ///< residualSizes() of what has run
};

/// Input below, output above, as in Vaswani et al. 2017, figure 1; encoder left, decoder right.
[[nodiscard]] ArchitectureMap architectureMap(const MapRequest& request);

} // namespace headlight::ui
