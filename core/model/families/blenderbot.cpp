#include "core/model/families/blenderbot.h"

#include "core/model/families/bart_like.h"

// Roller et al. 2020, "Recipes for building an open-domain chatbot"; names as in transformers'
// modeling_blenderbot.

namespace headlight {

namespace {

constexpr BartLike kBlenderbot = {.model_type = "blenderbot", .placement = NormPlacement::Pre};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    return readBartLike(kBlenderbot, config, std::move(architecture));
}

} // namespace

Family blenderbotFamily() {
    return {"blenderbot",
            {"BlenderbotForConditionalGeneration", "BlenderbotModel", "BlenderbotForCausalLM"},
            readSpec,
            bartLikeSlots,
            R"({
        "vocab_size": 8008, "max_position_embeddings": 128, "d_model": 2560, "activation_function": "gelu", "scale_embedding": false,
        "encoder_layers": 2, "encoder_ffn_dim": 10240, "encoder_attention_heads": 32,
        "decoder_layers": 24, "decoder_ffn_dim": 10240, "decoder_attention_heads": 32,
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1, "forced_eos_token_id": 2,
        "encoder_no_repeat_ngram_size": 3})"};
}

} // namespace headlight
