#include "core/model/families/pegasus.h"

#include "core/model/families/bart_like.h"

// Zhang et al. 2019, "PEGASUS"; names as in transformers' modeling_pegasus.

namespace headlight {

namespace {

constexpr BartLike kPegasus = {
    .model_type = "pegasus", .placement = NormPlacement::Pre, .positions = PositionKind::Sinusoidal};

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    return readBartLike(kPegasus, config, std::move(architecture));
}

} // namespace

Family pegasusFamily() {
    return {"pegasus",
            {"PegasusForConditionalGeneration", "PegasusModel", "PegasusForCausalLM"},
            readSpec,
            bartLikeSlots,
            R"({
        "vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024, "activation_function": "gelu", "scale_embedding": false,
        "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
        "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
        "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0, "forced_eos_token_id": 1})"};
}

} // namespace headlight
