#include "core/generate/predictions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace headlight {

namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// NaN sorts below everything, so that a damaged row still gives an order.
float sortable(float logit) { return std::isnan(logit) ? kLowest : logit; }

} // namespace

double logSumExp(std::span<const float> logits) {
    float maximum = kLowest;
    for (const float logit : logits)
        maximum = std::max(maximum, sortable(logit));
    if (maximum == kLowest)
        return kLowest;
    double sum = 0.0;
    for (const float logit : logits)
        sum += std::exp(double(sortable(logit)) - double(maximum));
    return double(maximum) + std::log(sum);
}

std::vector<Candidate> topCandidates(std::span<const float> logits, std::size_t k) {
    k = std::min(k, logits.size());
    std::vector<TokenId> order(logits.size());
    std::iota(order.begin(), order.end(), TokenId{0});
    const auto better = [&](TokenId a, TokenId b) {
        const float left = sortable(logits[static_cast<std::size_t>(a)]);
        const float right = sortable(logits[static_cast<std::size_t>(b)]);
        return left != right ? left > right : a < b;
    };
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(k);
    std::partial_sort(order.begin(), end, order.end(), better);
    const double normaliser = logSumExp(logits);
    std::vector<Candidate> candidates;
    candidates.reserve(k);
    for (auto id = order.begin(); id != end; ++id) {
        const float logit = logits[static_cast<std::size_t>(*id)];
        const double probability = normaliser == kLowest ? 0.0 : std::exp(double(sortable(logit)) - normaliser);
        candidates.push_back({*id, logit, static_cast<float>(probability)});
    }
    return candidates;
}

} // namespace headlight
