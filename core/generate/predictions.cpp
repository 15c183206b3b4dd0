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
