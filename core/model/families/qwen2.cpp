#include "core/model/families/qwen2.h"

#include "core/model/families/common.h"
#include "core/model/families/llama_like.h"

// Yang et al. 2024, "Qwen2 Technical Report".

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readLlama(config, std::move(architecture),
                                               {.family = "qwen2",
                                                .vocabulary_size = 151936,
                                                .heads = {32, 32, 0},
                                                .d_feed_forward = 22016,
                                                .max_positions = 32768}));
    HEADLIGHT_CHECK(refuseOption(config, "use_mrope",
                                 "Positions of several dimensions belong to models that see pictures"));
    spec.decoder->biases.query_key_value = true;
    HEADLIGHT_CHECK(readUpperWindows(config, *spec.decoder));
    return spec;
}

} // namespace

Family qwen2Family() {
    return {"qwen2",
            {"Qwen2ForCausalLM", "Qwen2Model", "Qwen2ForSequenceClassification",
             "Qwen2ForTokenClassification", "Qwen2ForQuestionAnswering"},
            readSpec,
            llamaSlots};
}

} // namespace headlight
