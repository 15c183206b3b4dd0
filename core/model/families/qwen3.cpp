#include "core/model/families/qwen3.h"

#include "core/model/families/llama_like.h"

// Yang et al. 2025, "Qwen3 Technical Report".

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readLlama(config, std::move(architecture),
                                               {.family = "qwen3",
                                                .vocabulary_size = 151936,
                                                .heads = {32, 32, 128},
                                                .d_feed_forward = 22016,
                                                .max_positions = 32768}));
    spec.decoder->query_key_norm = true;
    HEADLIGHT_CHECK(readAttentionBias(config, *spec.decoder));
    HEADLIGHT_CHECK(readUpperWindows(config, *spec.decoder));
    return spec;
}

} // namespace

Family qwen3Family() {
    return {"qwen3",
            {"Qwen3ForCausalLM", "Qwen3Model", "Qwen3ForSequenceClassification",
             "Qwen3ForTokenClassification", "Qwen3ForQuestionAnswering"},
            readSpec,
            llamaSlots};
}

} // namespace headlight
