// The halves of a forward pass, shared by `Model::run` and generation.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/model/model.h"
#include "core/model/reuse.h"
#include "core/model/stack.h"
#include "core/model/stack_state.h"

#include <optional>

namespace headlight {

/// Ids inside the vocabulary, parallel vectors of equal length, no more tokens than positions, nothing a model of this
/// kind cannot read. Errors: ErrorKind::Text, TextTooLong (with the limit) or Usage.
[[nodiscard]] Result<void> checkInput(const ModelSpec& spec, const ModelInput& input);

/// An encoder's output and what the decoder's cross attention reads of it.
struct EncodedSource {
    StackRecord record;
    std::optional<CrossMemory> memory; ///< encoder-decoders only
};
/// Runs the encoder, or hands on what `reuse` says an earlier pass left of it.
[[nodiscard]] Result<EncodedSource> encodeSource(const Model& model, const TokenSequence& source, const Reuse& reuse,
                                                 const RunControl& control, PositionUse positions = PositionUse::AsTrained);

/// The decoder's state with room for `capacity` tokens and the rows `reuse` has for it.
[[nodiscard]] Result<StackState> decoderState(const Model& model, std::size_t capacity, const Reuse& reuse,
                                              PositionUse positions = PositionUse::AsTrained);

/// The decoder of a model that has one; refers to the model.
[[nodiscard]] TransformerStack decoderStack(const Model& model, PositionUse positions = PositionUse::AsTrained);

/// `control` with its progress squeezed into [begin, end] of the whole.
[[nodiscard]] RunControl partOf(const RunControl& control, double begin, double end);

} // namespace headlight
