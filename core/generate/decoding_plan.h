// Options and the checkpoint's settings made one: what generation shall do, checked.
#pragma once

#include "core/base/result.h"
#include "core/generate/generate.h"
#include "core/model/model_spec.h"

namespace headlight {

struct DecodingPlan {
    std::size_t n_prompt = 0;     ///< decoder tokens there are
    std::size_t max_length = 0;   ///< decoder tokens in all, prompt included
    std::size_t n_candidates = 10;
    DecodingChoice decoding;
    std::vector<TokenId> source_ids; ///< the text that is read: the encoder's, or a decoder's prompt
    GenerationWatch watch;
    GenerationSpec settings;         ///< the checkpoint's: end tokens, suppressed tokens, lengths

    [[nodiscard]] bool samples() const { return decoding.strategy == DecodingChoice::Strategy::Sample; }
    [[nodiscard]] bool endsText(TokenId id) const;
};

/// Hugging Face's rules: max_new_tokens before max_length, 20 new tokens where nothing is said, never more than the
/// model's positions allow. Errors: options out of range, a prompt that leaves no room.
[[nodiscard]] Result<DecodingPlan> makePlan(const ModelSpec& spec, const ModelInput& prompt, const GenerateOptions& options);

} // namespace headlight
