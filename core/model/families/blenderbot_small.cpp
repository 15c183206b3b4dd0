#include "core/model/families/blenderbot_small.h"

#include "core/model/families/bart_like.h"

// Roller et al. 2020, "Recipes for building an open-domain chatbot"; names as in transformers'
// modeling_blenderbot_small.

namespace headlight {

namespace {

constexpr BartLike kBlenderbotSmall = {
    .model_type = "blenderbot-small", .embedding_norm = true, .positions_after_norm = true};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    return readBartLike(kBlenderbotSmall, config, std::move(architecture));
}

} // namespace

Family blenderbotSmallFamily() {
    return {"blenderbot-small",
            {"BlenderbotSmallForConditionalGeneration", "BlenderbotSmallModel", "BlenderbotSmallForCausalLM"},
            readSpec,
            bartLikeSlots,
            R"({
        "vocab_size": 50265, "max_position_embeddings": 512, "d_model": 512, "activation_function": "gelu", "scale_embedding": false,
        "encoder_layers": 8, "encoder_ffn_dim": 2048, "encoder_attention_heads": 16,
        "decoder_layers": 8, "decoder_ffn_dim": 2048, "decoder_attention_heads": 16,
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1, "forced_eos_token_id": 2})"};
}

} // namespace headlight
