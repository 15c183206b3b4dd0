#include "core/generate/logits_warpers.h"

namespace headlight {

ScoreWarping warpingOf(const DecodingPlan& plan) {
    const DecodingChoice& decoding = plan.decoding;
    return {.temperature = decoding.temperature,
            .top_k = decoding.top_k,
            .top_p = double(decoding.top_p),
            .min_p = decoding.min_p,
            .renormalise = plan.settings.renormalize_logits};
}

void applyWarpers(const DecodingPlan& plan, std::span<float> scores) {
    warpScores(warpingOf(plan), scores);
}

} // namespace headlight
