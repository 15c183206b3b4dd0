#include "core/model/families/m2m_100.h"

#include "core/model/families/bart_like.h"

// Fan et al. 2020, "Beyond English-Centric Multilingual Machine Translation"; names as in transformers'
// modeling_m2m_100.

namespace headlight {

namespace {

constexpr BartLike kM2M100 = {.model_type = "m2m_100",
                              .placement = NormPlacement::Pre,
                              .positions = PositionKind::Sinusoidal,
                              .sinusoids = SinusoidLayout::Fairseq};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readBartLike(kM2M100, config, std::move(architecture)));
    // The padding token takes the row of its own number, the first other token the next one.
    HEADLIGHT_ASSIGN(const std::size_t padding, config.sizeOr("pad_token_id", 1, spec.vocabulary_size - 1));
    for (StackSpec* const stack : {&*spec.encoder, &*spec.decoder}) {
        if (stack->d_model < 4)
            return config.reject("d_model", "too narrow for sinusoidal positions", "4 or more",
                                 std::to_string(stack->d_model));
        stack->positions.offset = padding + 1;
        stack->positions.skipped_token = static_cast<TokenId>(padding);
    }
    return spec;
}

} // namespace

Family m2m100Family() {
    return {"m2m_100", {"M2M100ForConditionalGeneration", "M2M100Model"}, readSpec, bartLikeSlots, R"({
        "vocab_size": 128112, "max_position_embeddings": 1024, "d_model": 1024, "activation_function": "relu", "scale_embedding": true,
        "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
        "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
        "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2})"};
}

} // namespace headlight
