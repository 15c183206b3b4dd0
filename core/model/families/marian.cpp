#include "core/model/families/marian.h"

#include "core/model/families/bart_like.h"
#include "core/model/families/common.h"

// Junczys-Dowmunt et al. 2018, "Marian"; Vaswani et al. 2017; names as in transformers' modeling_marian.

namespace headlight {

namespace {

constexpr BartLike kMarian = {.model_type = "marian", .positions = PositionKind::Sinusoidal};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    for (const std::string_view option : {"normalize_before", "normalize_embedding", "add_final_layer_norm"})
        HEADLIGHT_CHECK(refuseOption(config, option, "Marian models normalise after each block only"));
    HEADLIGHT_ASSIGN(ModelSpec spec, readBartLike(kMarian, config, std::move(architecture)));
    // Where the two sides share no embedding, each has its own vocabulary, be it of the same size.
    HEADLIGHT_ASSIGN(const bool shared, config.booleanOr("share_encoder_decoder_embeddings", true));
    HEADLIGHT_ASSIGN(const std::size_t target_size,
                     config.positiveSizeOr("decoder_vocab_size", spec.vocabulary_size));
    if (shared && target_size != spec.vocabulary_size)
        return config.reject(
            "decoder_vocab_size", "encoder and decoder share an embedding but not its size",
            "a vocabulary of " + std::to_string(spec.vocabulary_size) + " for both",
            std::to_string(target_size),
            "\"share_encoder_decoder_embeddings\" should be false, or the sizes belong to different models");
    if (!shared && spec.hasEncoder())
        spec.source_vocabulary_size = spec.vocabulary_size;
    spec.vocabulary_size = target_size;
    return spec;
}

} // namespace

Family marianFamily() {
    return {"marian", {"MarianMTModel", "MarianModel", "MarianForCausalLM"}, readSpec, bartLikeSlots, R"({
        "max_position_embeddings": 1024, "activation_function": "gelu", "scale_embedding": false,
        "pad_token_id": 58100, "eos_token_id": 0, "forced_eos_token_id": 0})"};
}

} // namespace headlight
