#include "core/generate/logits_warpers.h"

#include "core/generate/logits_rules.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace headlight {

namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

void keepAtLeast(float least, std::span<float> scores) {
    for (float& score : scores)
        if (score < least)
            score = kImpossible;
}

void keepTopK(std::size_t k, std::span<float> scores) {
    if (k >= scores.size())
        return;
    std::vector<float> highest(k);
    std::partial_sort_copy(scores.begin(), scores.end(), highest.begin(), highest.end(), std::greater<>());
    keepAtLeast(highest.back(), scores);
}

/// A token stays while those above it hold less than `p`.
void keepNucleus(double p, std::span<float> scores) {
    std::vector<TokenId> order;
    for (std::size_t id = 0; id < scores.size(); ++id)
        if (scores[id] != kImpossible)
            order.push_back(static_cast<TokenId>(id));
    const auto score = [&](TokenId id) { return scores[static_cast<std::size_t>(id)]; };
    // Among equals the reference drops the smaller id first.
    std::ranges::sort(order, [&](TokenId a, TokenId b) { return score(a) != score(b) ? score(a) > score(b) : a > b; });
    if (order.empty())
        return;
    std::vector<double> mass(order.size()); // relative to the highest
    double total = 0.0;
    for (std::size_t rank = 0; rank < order.size(); ++rank)
        total += mass[rank] = std::exp(double(score(order[rank])) - double(score(order[0])));
    double above = mass[0];
    for (std::size_t rank = 1; rank < order.size(); ++rank) {
        const bool stays = above < p * total;
        above += mass[rank];
        if (!stays)
            scores[static_cast<std::size_t>(order[rank])] = kImpossible;
    }
}

} // namespace

void applyWarpers(const DecodingPlan& plan, std::span<float> scores) {
    const DecodingChoice& decoding = plan.decoding;
    if (decoding.temperature != 1.0f)
        for (float& score : scores)
            score /= decoding.temperature;
    if (decoding.top_k > 0)
        keepTopK(decoding.top_k, scores);
    if (decoding.top_p < 1.0f)
        keepNucleus(double(decoding.top_p), scores);
    if (decoding.min_p > 0.0f && !scores.empty()) {
        const float highest = *std::max_element(scores.begin(), scores.end());
        keepAtLeast(highest + std::log(decoding.min_p), scores);
    }
    if (plan.settings.renormalize_logits)
        renormalise(scores);
}

} // namespace headlight
