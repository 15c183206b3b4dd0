#include "core/generate/predictions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

namespace headlight {

namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// NaN sorts below everything, so that a damaged row still gives an order.
float sortable(float logit) { return std::isnan(logit) ? kLowest : logit; }

/// What a softmax divides by, relative to the largest logit.
struct Normaliser {
    double maximum = 0.0;
    double sum = 0.0; ///< of exp(logit - maximum); 0: no token is possible
    [[nodiscard]] double probability(float logit) const {
        return sum > 0.0 ? std::exp(double(sortable(logit)) - maximum) / sum : 0.0;
    }
};

Normaliser normaliserOf(std::span<const float> logits) {
    float maximum = kLowest;
    for (const float logit : logits)
        maximum = std::max(maximum, sortable(logit));
    Normaliser normaliser{double(maximum), 0.0};
    if (maximum == kLowest)
        return normaliser;
    for (const float logit : logits)
        normaliser.sum += std::exp(double(sortable(logit)) - normaliser.maximum);
    return normaliser;
}

} // namespace

double logSumExp(std::span<const float> logits) {
    const Normaliser normaliser = normaliserOf(logits);
    return normaliser.maximum + std::log(normaliser.sum);
}

double probabilityOf(std::span<const float> logits, TokenId id) {
    return normaliserOf(logits).probability(logits[static_cast<std::size_t>(id)]);
}

RowStatistics rowStatistics(std::span<const float> logits, TokenId id) {
    const Normaliser normaliser = normaliserOf(logits);
    const double log_sum = normaliser.maximum + std::log(normaliser.sum);
    const auto index = static_cast<std::size_t>(id);
    const float own = sortable(logits[index]);
    RowStatistics statistics;
    statistics.log_probability = double(own) - log_sum;
    double weighted = 0.0; // sum of exp(x - maximum) * (x - maximum)
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const float logit = sortable(logits[i]);
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

std::vector<Candidate> topCandidates(std::span<const float> logits, std::size_t k) {
    k = std::min(k, logits.size());
    const auto better = [&](TokenId a, TokenId b) {
        const float left = sortable(logits[static_cast<std::size_t>(a)]);
        const float right = sortable(logits[static_cast<std::size_t>(b)]);
        return left != right ? left > right : a < b;
    };
    std::vector<TokenId> best(k); // a heap of k, not a sorted vocabulary
    std::ranges::partial_sort_copy(std::views::iota(TokenId{0}, static_cast<TokenId>(logits.size())), best, better);
    const Normaliser normaliser = normaliserOf(logits);
    std::vector<Candidate> candidates;
    candidates.reserve(k);
    for (const TokenId id : best) {
        const float logit = logits[static_cast<std::size_t>(id)];
        candidates.push_back({id, logit, static_cast<float>(normaliser.probability(logit))});
    }
    return candidates;
}

} // namespace headlight
