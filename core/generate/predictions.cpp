#include "core/generate/predictions.h"

#include <algorithm>
#include <cmath>

namespace headlight {

RowStatistics rowStatistics(std::span<const float> logits, TokenId id) {
    const SoftmaxNormaliser normaliser = softmaxNormaliser(logits);
    const double log_sum = normaliser.logSumExp();
    const auto index = static_cast<std::size_t>(id);
    const float own = sortableLogit(logits[index]);
    RowStatistics statistics;
    statistics.log_probability = double(own) - log_sum;
    double weighted = 0.0; // sum of exp(x - maximum) * (x - maximum)
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const float logit = sortableLogit(logits[i]);
        if (logit > own || (logit == own && i < index))
            ++statistics.rank;
        const double below = double(logit) - normaliser.maximum;
        if (std::isfinite(below))
            weighted += std::exp(below) * below;
    }
    if (normaliser.sum > 0.0) // H = ln(sum e^x) - sum(p x)
        statistics.entropy = std::max(0.0, std::log(normaliser.sum) - weighted / normaliser.sum);
    return statistics;
}

} // namespace headlight
