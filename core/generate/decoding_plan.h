// Options and the checkpoint's settings made one: what generation shall do, checked.
#pragma once

#include "core/base/result.h"
#include "core/generate/generate.h"
#include "core/model/model_spec.h"

namespace headlight {

struct DecodingPlan {
    std::size_t n_prompt = 0;     ///< decoder tokens there are
    std::size_t max_length = 0;   ///< decoder tokens in all, prompt included
    std::size_t n_beams = 1;
    std::size_t n_candidates = 10;
    bool sample = false;
    float temperature = 1.0f;
    std::size_t top_k = 0;
    float top_p = 1.0f;
    std::uint64_t seed = 0;
    GenerationSpec settings;      ///< the checkpoint's: end tokens, suppressed tokens, penalties

    [[nodiscard]] bool endsText(TokenId id) const;
};

/// Hugging Face's rules: max_new_tokens before max_length, 20 new tokens where nothing is said, never more than the
/// model's positions allow. Errors: options out of range, a prompt that leaves no room.
[[nodiscard]] Result<DecodingPlan> makePlan(const ModelSpec& spec, std::size_t n_prompt, const GenerateOptions& options);

} // namespace headlight
