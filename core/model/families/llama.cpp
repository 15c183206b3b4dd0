#include "core/model/families/llama.h"

#include "core/model/families/llama_like.h"

// Touvron et al. 2023, "LLaMA" and "Llama 2"; Grattafiori et al. 2024, "The Llama 3 Herd of Models".

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readLlama(config, std::move(architecture), {.family = "llama"}));
    HEADLIGHT_CHECK(readAttentionBias(config, *spec.decoder));
    HEADLIGHT_ASSIGN(spec.decoder->biases.feed_forward, config.booleanOr("mlp_bias", false));
    return spec;
}

} // namespace

Family llamaFamily() {
    return {"llama",
            {"LlamaForCausalLM", "LlamaModel", "LlamaForSequenceClassification",
             "LlamaForTokenClassification", "LlamaForQuestionAnswering"},
            readSpec,
            llamaSlots};
}

} // namespace headlight
