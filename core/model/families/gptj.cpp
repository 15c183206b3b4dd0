#include "core/model/families/gptj.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"

// Wang and Komatsuzaki 2021, "GPT-J-6B"; names as in transformers' modeling_gptj.

namespace headlight {

namespace {

Result<void> readPositions(const ConfigReader& config, StackSpec& stack) {
    HEADLIGHT_ASSIGN(stack.positions.max_positions,
                     config.positiveSizeOr({"n_positions", "max_position_embeddings"}, 2048));
    stack.positions.kind = PositionKind::Rotary;
    RotarySpec& rotary = stack.positions.rotary;
    rotary.interleaved = true;
    if (switchedOff(config, "rotary_dim"))
        return config.reject("rotary_dim", "GPT-J without a number of rotary dimensions is not supported",
                             "an even number", "null");
    HEADLIGHT_ASSIGN(rotary.dims, config.positiveSizeOr("rotary_dim", 64));
    if (rotary.dims % 2 == 0 && rotary.dims <= stack.head_dim)
        return {};
    return config.reject("rotary_dim", "rotary positions need an even number of dimensions within a head",
                         "an even number up to " + std::to_string(stack.head_dim),
                         std::to_string(rotary.dims));
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "gptj", std::move(architecture), false));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 50400));
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr({"n_embd", "hidden_size"}, 4096));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr({"n_layer", "num_hidden_layers"}, 28, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, {"n_head", "num_attention_heads"}, d_model, stack, 16));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSizeOr("n_inner", 4 * d_model));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation_function", "gelu_new"));
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_epsilon", 1e-5));
    HEADLIGHT_CHECK(readPositions(config, stack));
    stack.biases = {false, false, true};
    stack.parallel_residual = true;
    stack.shared_norm = true;
    stack.causal = true;
    stack.final_norm = true;
    spec.decoder = std::move(stack);
    return spec;
}

BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_model = stack.d_model;
    const auto projection = [&](const char* name) {
        return linearSlot(block + "attn." + name, d_model, d_model, WeightLayout::OutIn, false);
    };
    BlockSlots slots;
    slots.self.norm = normSlot(names, block + "ln_1", d_model);
    slots.self.query_key_value =
        stackedSlot({projection("q_proj"), projection("k_proj"), projection("v_proj")});
    slots.self.output = projection("out_proj");
    slots.feed_forward.up = linearSlot(block + "mlp.fc_in", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "mlp.fc_out", stack.d_feed_forward, d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const DecoderNames parts{
        .prefixes = {"transformer."}, .token_embedding = "wte", .blocks = "h.", .final_norm = "ln_f"};
    ModelSlots slots = decoderSlots(spec, names, parts, [&](const std::string& block) {
        return blockSlots(*spec.decoder, names, block);
    });
    if (spec.head == HeadKind::LanguageModel)
        slots.head.output.biases.push_back({"lm_head.bias", {spec.vocabulary_size}});
    return slots;
}

} // namespace

Family gptjFamily() {
    return {"gptj",
            {"GPTJForCausalLM", "GPTJModel", "GPTJForSequenceClassification", "GPTJForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
