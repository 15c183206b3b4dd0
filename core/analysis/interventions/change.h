// What a person changes inside a model: scores, masks, scale, temperature, weights, heads, positions, words.
// Data only.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace headlight {

class PassHook;

/// One cell of one head's map.
struct MapCellAddress {
    HeadAddress head;
    std::size_t query_token = 0;
    std::size_t key_token = 0;
    auto operator<=>(const MapCellAddress&) const = default;
};

/// The score before the softmax becomes `value`.
struct SetScore {
    MapCellAddress cell;
    float value = 0.0f;
};
/// The mask hides the cell, or lets it be seen (then its score is what query, key and bias give).
struct SetMask {
    MapCellAddress cell;
    bool hidden = true;
};
/// The weight after the softmax becomes `value`; with `renormalise` the others of the row share what is left
/// of 1.
struct SetWeight {
    MapCellAddress cell;
    float value = 0.0f;
    bool renormalise = true;
};
/// Products of query and key are multiplied by `factor` instead of 1 / sqrt(d_k). One head, or all of the
/// layer.
struct SetScale {
    AttentionKind kind = AttentionKind::EncoderSelf;
    LayerIndex layer;
    std::optional<HeadIndex> head;
    float factor = 1.0f;
};
/// Scores are divided by `temperature` before the softmax.
struct SetTemperature {
    AttentionKind kind = AttentionKind::EncoderSelf;
    LayerIndex layer;
    std::optional<HeadIndex> head;
    float temperature = 1.0f;
};
/// What the head gives is multiplied by `factor` before the output projection; 0 switches it off.
struct SetHeadOutput {
    HeadAddress head;
    float factor = 0.0f;
};
/// A token stands at another position, counted from 0. Learned, sinusoidal and rotary positions; not those that live in the
/// scores.
struct SetPosition {
    StackKind stack = StackKind::Encoder;
    std::size_t token = 0;
    std::size_t position = 0;
};
/// Two tokens change places.
struct SwapTokens {
    StackKind stack = StackKind::Encoder;
    std::size_t first = 0;
    std::size_t second = 0;
};
/// Positions are not used at all.
struct SwitchOffPositions {};

using Change = std::variant<SetScore, SetMask, SetWeight, SetScale, SetTemperature, SetHeadOutput,
                            SetPosition, SwapTokens, SwitchOffPositions>;

/// "score of “chat” → “cat” in cross layer 2 head 1 becomes 3.2": for lists, captions and undo. Layers, heads
/// and tokens count from 1.
[[nodiscard]] std::string describeChange(const Change& change);

/// Errors: the model has no such attention, layer, head, token or position; a value that is not finite, a
/// temperature that is not above 0, a weight outside 0..1; positions that cannot be moved.
[[nodiscard]] Result<void> checkChange(const Change& change, const Model& model, const ModelInput& input);

/// Runs `input` with all changes, which apply in their order where they meet. The trace shows the changed
/// maps. `watcher` (null: none) is told of every point of the changed pass; of what attention gave before
/// scores, weights and heads are changed. Errors: those of checkChange (of the first that has one) and of
/// Model::run.
[[nodiscard]] Result<RunResult> runChanged(const Model& model, ModelInput input,
                                           const std::vector<Change>& changes,
                                           const RunControl& control = {}, PassHook* watcher = nullptr);

} // namespace headlight
