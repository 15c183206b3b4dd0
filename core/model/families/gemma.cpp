#include "core/model/families/gemma.h"

#include "core/model/families/common.h"
#include "core/model/families/llama_like.h"

#include <cmath>

// Gemma Team 2024, "Gemma" and "Gemma 2: Improving Open Language Models at a Practical Size".

namespace headlight {

namespace {

/// What both generations have beyond Llama.
Result<ModelSpec> readCommon(const ConfigReader& config, std::string architecture,
                             const LlamaDefaults& defaults) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readLlama(config, std::move(architecture), defaults));
    HEADLIGHT_CHECK(
        refuseOption(config, "use_bidirectional_attention", "Gemma as an encoder is not supported"));
    HEADLIGHT_CHECK(readAttentionBias(config, *spec.decoder));
    spec.decoder->norm.gain_offset = 1.0f;
    spec.decoder->embedding_scale = static_cast<float>(std::sqrt(double(spec.decoder->d_model)));
    return spec;
}

Result<ModelSpec> readGemma(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readCommon(config, std::move(architecture),
                                                {.family = "gemma",
                                                 .vocabulary_size = 256000,
                                                 .d_model = 3072,
                                                 .n_layers = 28,
                                                 .heads = {16, 16, 256},
                                                 .d_feed_forward = 24576,
                                                 .max_positions = 8192,
                                                 .activation = "gelu_pytorch_tanh",
                                                 .tied = true}));
    // "gelu" in the first releases is an error of theirs: they were trained with the approximation.
    if (spec.decoder->activation == Activation::Gelu)
        spec.decoder->activation = Activation::GeluTanh;
    return spec;
}

/// A soft cap; `otherwise` where the key is absent, none where it is null.
Result<float> readSoftcap(const ConfigReader& config, const char* key, double otherwise) {
    if (switchedOff(config, key))
        return 0.0f;
    HEADLIGHT_ASSIGN(const double cap, config.numberOr(key, otherwise, {1e-3, 1e9}));
    return static_cast<float>(cap);
}

Result<ModelSpec> readGemma2(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readCommon(config, std::move(architecture),
                                                {.family = "gemma2",
                                                 .vocabulary_size = 256000,
                                                 .d_model = 2304,
                                                 .n_layers = 26,
                                                 .heads = {8, 4, 256},
                                                 .d_feed_forward = 9216,
                                                 .max_positions = 8192,
                                                 .activation_key = "hidden_activation",
                                                 .activation = "gelu_pytorch_tanh",
                                                 .tied = true}));
    StackSpec& stack = *spec.decoder;
    stack.norm.placement = NormPlacement::Sandwich;
    HEADLIGHT_ASSIGN(const double scalar, config.numberOr("query_pre_attn_scalar", 256.0, {1e-6, 1e9}));
    stack.attention_scale = static_cast<float>(1.0 / std::sqrt(scalar));
    HEADLIGHT_ASSIGN(stack.attention_softcap, readSoftcap(config, "attn_logit_softcapping", 50.0));
    HEADLIGHT_ASSIGN(const float softcap, readSoftcap(config, "final_logit_softcapping", 30.0));
    spec.output.softcap = spec.head == HeadKind::LanguageModel ? softcap : 0.0f;
    HEADLIGHT_ASSIGN(const std::optional<std::size_t> window, readWindow(config, 4096));
    HEADLIGHT_CHECK(readLayerWindows(
        config, window, [](std::size_t layer) { return layer % 2 == 0; }, stack));
    return spec;
}

} // namespace

Family gemmaFamily() {
    return {
        "gemma",
        {"GemmaForCausalLM", "GemmaModel", "GemmaForSequenceClassification", "GemmaForTokenClassification"},
        readGemma,
        llamaSlots};
}

Family gemma2Family() {
    return {"gemma2",
            {"Gemma2ForCausalLM", "Gemma2Model", "Gemma2ForSequenceClassification",
             "Gemma2ForTokenClassification"},
            readGemma2,
            llamaSlots};
}

} // namespace headlight
