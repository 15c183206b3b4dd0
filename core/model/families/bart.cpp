#include "core/model/families/bart.h"

#include "core/model/families/bart_like.h"

// Lewis et al. 2019, "BART"; names as in transformers' modeling_bart.

namespace headlight {

namespace {

constexpr BartLike kBart = {.model_type = "bart", .embedding_norm = true, .position_offset = 2};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readBartLike(kBart, config, std::move(architecture)));
    if (spec.head == HeadKind::SequenceClassification && !config.has("id2label") && !config.has("num_labels")) {
        spec.class_names = {"LABEL_0", "LABEL_1", "LABEL_2"}; // contradiction, neutral, entailment
        spec.n_classes = spec.class_names.size();
    }
    return spec;
}

} // namespace

Family bartFamily() {
    return {"bart",
            {"BartForConditionalGeneration", "BartModel", "BartForSequenceClassification",
             "BartForQuestionAnswering", "BartForCausalLM"},
            readSpec,
            bartLikeSlots,
            R"({
        "vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024, "activation_function": "gelu", "scale_embedding": false,
        "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
        "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
        "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2, "forced_eos_token_id": 2})"};
}

} // namespace headlight
