#include "core/model/families/mbart.h"

#include "core/model/families/bart_like.h"

// Liu et al. 2020, "Multilingual Denoising Pre-training"; names as in transformers' modeling_mbart.

namespace headlight {

namespace {

constexpr BartLike kMBart = {.model_type = "mbart",
                             .placement = NormPlacement::Pre,
                             .embedding_norm = true,
                             .position_offset = 2,
                             .classifier_prompt = DecoderPrompt::RotatedSource,
                             .language_starts_target = true};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    return readBartLike(kMBart, config, std::move(architecture));
}

} // namespace

Family mbartFamily() {
    return {"mbart",
            {"MBartForConditionalGeneration", "MBartModel", "MBartForSequenceClassification",
             "MBartForQuestionAnswering", "MBartForCausalLM"},
            readSpec,
            bartLikeSlots,
            R"({
        "vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024, "activation_function": "gelu", "scale_embedding": false,
        "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
        "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
        "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "forced_eos_token_id": 2})"};
}

} // namespace headlight
