#include "core/model/families/gpt_neo.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"

#include <nlohmann/json.hpp>

// Black et al. 2021, "GPT-Neo"; names as in transformers' modeling_gpt_neo.

namespace headlight {

namespace {

using Json = nlohmann::json;

Error wrongAttentionTypes(const ConfigReader& config, std::size_t n_layers) {
    return config.reject("attention_types", "configuration value cannot be used",
                         "lists such as [[[\"global\", \"local\"], 12]] that name " +
                             std::to_string(n_layers) + " layers, each \"global\" or \"local\"",
                         "something else");
}

/// attention_types: pairs of a list of kinds and how often it comes. A window a layer, 0 where it is global.
Result<std::vector<std::size_t>> readWindows(const ConfigReader& config, std::size_t n_layers) {
    HEADLIGHT_ASSIGN(const std::size_t window, config.positiveSizeOr("window_size", 256));
    const Json standard = Json::parse(R"([[["global", "local"], 12]])");
    const Json& types = config.has("attention_types") ? config.json().at("attention_types") : standard;
    std::vector<std::size_t> windows;
    if (!types.is_array())
        return wrongAttentionTypes(config, n_layers);
    for (const Json& pair : types) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_array() || !pair[1].is_number_unsigned())
            return wrongAttentionTypes(config, n_layers);
        const std::size_t times = pair[1].get<std::size_t>();
        if (times > n_layers || pair[0].size() > n_layers)
            return wrongAttentionTypes(config, n_layers);
        for (std::size_t time = 0; time < times; ++time)
            for (const Json& kind : pair[0]) {
                if (kind != "global" && kind != "local")
                    return wrongAttentionTypes(config, n_layers);
                windows.push_back(kind == "local" ? window : 0);
            }
    }
    if (windows.size() != n_layers)
        return wrongAttentionTypes(config, n_layers);
    return windows;
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "gpt_neo", std::move(architecture), true));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 50257));
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr("hidden_size", 2048));
    HEADLIGHT_ASSIGN(stack.n_layers,
                     config.positiveSizeOr({"num_layers", "num_hidden_layers"}, 24, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, {"num_heads", "num_attention_heads"}, d_model, stack, 16));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSizeOr("intermediate_size", 4 * d_model));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation_function", "gelu_new"));
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_epsilon", 1e-5));
    HEADLIGHT_ASSIGN(stack.sliding_windows, readWindows(config, stack.n_layers));
    stack.positions.kind = PositionKind::Learned;
    HEADLIGHT_ASSIGN(stack.positions.max_positions, config.positiveSizeOr("max_position_embeddings", 2048));
    stack.biases.query_key_value = false;
    stack.attention_scale = 1.0f;
    stack.causal = true;
    stack.final_norm = true;
    spec.decoder = std::move(stack);
    return spec;
}

BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_model = stack.d_model;
    const auto projection = [&](const char* name) {
        return linearSlot(block + "attn.attention." + name, d_model, d_model, WeightLayout::OutIn, false);
    };
    BlockSlots slots;
    slots.self.norm = normSlot(names, block + "ln_1", d_model);
    slots.self.query_key_value =
        stackedSlot({projection("q_proj"), projection("k_proj"), projection("v_proj")});
    slots.self.output = linearSlot(block + "attn.attention.out_proj", d_model, d_model);
    slots.feed_forward.norm = normSlot(names, block + "ln_2", d_model);
    slots.feed_forward.up = linearSlot(block + "mlp.c_fc", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "mlp.c_proj", stack.d_feed_forward, d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const DecoderNames parts{.prefixes = {"transformer."},
                             .token_embedding = "wte",
                             .position_embedding = "wpe",
                             .blocks = "h.",
                             .final_norm = "ln_f",
                             .token_classifier = "classifier"};
    return decoderSlots(spec, names, parts,
                        [&](const std::string& block) { return blockSlots(*spec.decoder, names, block); });
}

} // namespace

Family gptNeoFamily() {
    return {"gpt_neo",
            {"GPTNeoForCausalLM", "GPTNeoModel", "GPTNeoForSequenceClassification",
             "GPTNeoForTokenClassification", "GPTNeoForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
