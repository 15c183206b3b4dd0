// What BART and its descendants share: encoder-decoders with the same tensor names, which differ in where the
// norms stand, how positions are made and what config.json means where it says nothing. Lewis et al. 2019,
// "BART".
#pragma once

#include "core/model/families/registry.h"

#include <string>
#include <string_view>

namespace headlight {

/// What tells one family from the others.
struct BartLike {
    std::string_view model_type;
    NormPlacement placement = NormPlacement::Post; ///< Pre: with a final norm in either stack
    bool embedding_norm = false;
    bool positions_after_norm = false; ///< in the decoder
    PositionKind positions = PositionKind::Learned;
    SinusoidLayout sinusoids = SinusoidLayout::Marian;
    std::size_t position_offset = 0; ///< rows of the position table before position 0
    DecoderPrompt classifier_prompt = DecoderPrompt::ShiftedSource;
    bool language_starts_target = false;
};

/// config.json as a spec, for the classes of transformers: ...Model, ...ForConditionalGeneration (or
/// MTModel),
/// ...ForSequenceClassification, ...ForQuestionAnswering, and ...ForCausalLM, the decoder alone.
[[nodiscard]] Result<ModelSpec> readBartLike(const BartLike& family, const ConfigReader& config,
                                             std::string architecture);

/// Names of all tensors. Each stack's own embedding counts where it was saved, else the shared one.
[[nodiscard]] ModelSlots bartLikeSlots(const ModelSpec& spec, const TensorNames& names);

/// The head of one of transformers' classes, by how its name ends.
[[nodiscard]] HeadKind encoderDecoderHead(std::string_view architecture);
/// Class names of a classifier; "start" and "end" of an answer.
[[nodiscard]] Result<void> readClasses(const ConfigReader& config, ModelSpec& spec);
/// The two layers of a sequence classifier, or the one of question answering.
[[nodiscard]] HeadSlots classifierSlots(const ModelSpec& spec);

} // namespace headlight
