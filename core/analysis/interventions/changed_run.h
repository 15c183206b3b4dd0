// What comes of changes: how far they moved the residual stream, and what the model writes with them.
#pragma once

#include "core/analysis/interventions/change.h"
#include "core/generate/generate.h"
#include "core/tokenizer/tokenizer.h"

#include <Eigen/Core>

namespace headlight {

/// How far each token's vector moved, as a share of its length before: |after - before| / |before|, in double
/// precision; where there was no length, 0 for no move and infinity for any. Row 0: what block 0 reads, row L
/// + 1: block L's output, the last row: what is read behind the final norm (the same as the row before where
/// there is none), [n_layers + 2, n_tokens]. Both traces are of one model and as many tokens, and have the
/// stack.
[[nodiscard]] Eigen::MatrixXd residualMove(const Trace& before, const Trace& after, StackKind stack);

/// A translation written anew.
struct ChangedWriting {
    std::vector<TokenId> prompt; ///< what was there: the start token, or what is gone on from
    std::vector<TokenId> ids;    ///< written behind it; the end token last, where it was reached
    std::string text;         ///< decoded, special tokens left out; empty without a tokenizer
    bool reached_end = false;
};

/// Lets an encoder-decoder translate `source` with `changes`, the most probable word at each step, by the
/// checkpoint's own rules (without changes it is generate() with one beam). Every step is a pass of its own.
/// Changes of decoder tokens begin to hold as soon as the token is there. Errors: no encoder-decoder with a
/// language-model head, those of makePlan and runChanged; what is wrong with a change has its line as item.
[[nodiscard]] Result<ChangedWriting> writeChanged(const Model& model, const TokenSequence& source,
                                                  const std::vector<Change>& changes,
                                                  const RunControl& control = {});
/// The same for any model that writes, from `prompt`: an encoder-decoder's target and a decoder's text are gone on
/// from. `options` may say the greatest number of new tokens and the language. Errors: no language-model head too; a
/// change of something that was not there when the last word was written.
[[nodiscard]] Result<ChangedWriting> continueChanged(const Model& model, ModelInput prompt,
                                                     const std::vector<Change>& changes, GenerateOptions options,
                                                     const RunControl& control = {});

} // namespace headlight
