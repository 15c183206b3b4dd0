#include "core/model/families/mistral.h"

#include "core/model/families/llama_like.h"

// Jiang et al. 2023, "Mistral 7B".

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(
        ModelSpec spec,
        readLlama(
            config, std::move(architecture),
            {.family = "mistral", .heads = {32, 8, 0}, .d_feed_forward = 14336, .max_positions = 131072}));
    if (config.has("layer_types"))
        return config.reject("layer_types", "Mistral with different kinds of attention is not supported",
                             "nothing", "a list", "Such a model is of the Ministral family");
    HEADLIGHT_ASSIGN(const std::optional<std::size_t> window, readWindow(config, 4096));
    HEADLIGHT_CHECK(readLayerWindows(
        config, window, [&](std::size_t) { return window.has_value(); }, *spec.decoder));
    return spec;
}

} // namespace

Family mistralFamily() {
    return {"mistral",
            {"MistralForCausalLM", "MistralModel", "MistralForSequenceClassification",
             "MistralForTokenClassification", "MistralForQuestionAnswering"},
            readSpec,
            llamaSlots};
}

} // namespace headlight
