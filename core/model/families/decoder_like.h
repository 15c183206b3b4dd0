// What decoder-only families read and name alike.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_reader.h"
#include "core/model/model_spec.h"
#include "core/model/slots.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// ALiBi is a table of keys here, so that it ends somewhere.
inline constexpr std::size_t kAlibiPositions = 16'384;

/// A key that is there and null: an option switched off, where an absent key stands for its default.
[[nodiscard]] bool switchedOff(const ConfigReader& config, std::string_view key);

/// A decoder-only spec of `architecture` with its head: language model, classifier of the whole text (which
/// reads the last token) or of each token, question answering as the token classes "start" and "end", or
/// none.
[[nodiscard]] Result<ModelSpec> readDecoder(const ConfigReader& config, std::string_view family,
                                            std::string architecture, bool tied_by_default);

/// What is assumed where config.json says nothing; 0: as many as heads, and d_model / n_heads.
struct HeadDefaults {
    std::size_t n_heads = 0;
    std::size_t n_kv_heads = 0;
    std::size_t head_dim = 0;
};
/// num_attention_heads, num_key_value_heads and head_dim of a stack whose d_model is known. Errors: heads
/// that do not divide the width (unless a head size is given), key/value heads that do not divide the heads.
[[nodiscard]] Result<void> readGroupedHeads(const ConfigReader& config, const HeadDefaults& defaults,
                                            StackSpec& stack);
/// Refuses key/value heads that do not divide the heads.
[[nodiscard]] Result<void> checkKeyValueHeads(const ConfigReader& config, std::string_view key,
                                              const StackSpec& stack);

/// sliding_window, `otherwise` where the key is absent; nothing where it is null.
[[nodiscard]] Result<std::optional<std::size_t>> readWindow(const ConfigReader& config,
                                                            std::optional<std::size_t> otherwise);
/// A window a layer: layers that layer_types calls "sliding_attention" (without that key those `slides` says)
/// see `window` keys.
[[nodiscard]] Result<void> readLayerWindows(const ConfigReader& config, std::optional<std::size_t> window,
                                            const std::function<bool(std::size_t layer)>& slides,
                                            StackSpec& stack);

/// How a family's checkpoints call what all decoders have; without ".weight".
struct DecoderNames {
    std::vector<std::string> prefixes = {
        "model.", "transformer."}; ///< of all but the head; none in headless checkpoints
    std::string token_embedding = "embed_tokens";
    std::string position_embedding = {}; ///< of learned positions
    std::string blocks = "layers.";
    std::string final_norm = "norm";
    std::vector<std::string> lm_heads = {"lm_head"};
    std::string token_classifier = "score";
};

/// Slots of a decoder-only checkpoint; `block` gives those of the block whose names begin with its argument.
[[nodiscard]] ModelSlots decoderSlots(const ModelSpec& spec, const TensorNames& names,
                                      const DecoderNames& parts,
                                      const std::function<BlockSlots(const std::string& prefix)>& block);
/// Before all names but the head's.
[[nodiscard]] std::string prefixOf(const TensorNames& names, const DecoderNames& parts);

/// A norm as the stack has them: layer or RMS norm, or one without weights.
[[nodiscard]] NormSlot stackNormSlot(const StackSpec& stack, const TensorNames& names,
                                     const std::string& name, std::size_t size);

/// A fused matrix that keeps the queries, the key and the value of each group together (GPT-NeoX, Falcon),
/// sorted into all queries, all keys, all values.
[[nodiscard]] std::vector<RowRange> ungroupedRows(const StackSpec& stack);

} // namespace headlight
