#include "core/model/families/phi3.h"

#include "core/model/families/llama_like.h"

// Abdin et al. 2024, "Phi-3 Technical Report"; names as in transformers' modeling_phi3.

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec,
                     readLlama(config, std::move(architecture),
                               {.family = "phi3",
                                .vocabulary_size = 32064,
                                .d_model = 3072,
                                .d_feed_forward = 8192,
                                .max_positions = 4096,
                                .epsilon = 1e-5,
                                .rotary = {.original_positions = 4096, .longrope_only = true}}));
    HEADLIGHT_ASSIGN(const std::optional<std::size_t> window, readWindow(config, std::nullopt));
    HEADLIGHT_CHECK(readLayerWindows(
        config, window, [&](std::size_t) { return window.has_value(); }, *spec.decoder));
    return spec;
}

/// Llama's block, but query, key and value are one matrix, and so are gate and up.
BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    BlockSlots slots = llamaBlock(stack, names, block);
    const std::size_t d_fused = (stack.n_heads + 2 * stack.n_kv_heads) * stack.head_dim;
    slots.self.query_key_value =
        linearSlot(block + "self_attn.qkv_proj", stack.d_model, d_fused, WeightLayout::OutIn, false);
    const LinearSlot both = linearSlot(block + "mlp.gate_up_proj", stack.d_model, 2 * stack.d_feed_forward,
                                       WeightLayout::OutIn, false);
    slots.feed_forward.gate = both;
    slots.feed_forward.gate.rows = {{0, stack.d_feed_forward}};
    slots.feed_forward.up = both;
    slots.feed_forward.up.rows = {{stack.d_feed_forward, stack.d_feed_forward}};
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    return decoderSlots(spec, names, {},
                        [&](const std::string& block) { return blockSlots(*spec.decoder, names, block); });
}

} // namespace

Family phi3Family() {
    return {"phi3",
            {"Phi3ForCausalLM", "Phi3Model", "Phi3ForSequenceClassification", "Phi3ForTokenClassification"},
            readSpec,
            findSlots};
}

} // namespace headlight
