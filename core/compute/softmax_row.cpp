#include "core/compute/softmax_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

namespace headlight {

namespace {
constexpr float kLowest = -std::numeric_limits<float>::infinity();
}

float sortableLogit(float logit) {
    return std::isnan(logit) ? kLowest : logit;
}

double SoftmaxNormaliser::probability(float logit) const {
    return sum > 0.0 ? std::exp(double(sortableLogit(logit)) - maximum) / sum : 0.0;
}

double SoftmaxNormaliser::logSumExp() const {
    return maximum + std::log(sum);
}

SoftmaxNormaliser softmaxNormaliser(std::span<const float> logits) {
    float maximum = kLowest;
    for (const float logit : logits)
        maximum = std::max(maximum, sortableLogit(logit));
    SoftmaxNormaliser normaliser{double(maximum), 0.0};
    if (maximum == kLowest)
        return normaliser;
    for (const float logit : logits)
        normaliser.sum += std::exp(double(sortableLogit(logit)) - normaliser.maximum);
    return normaliser;
}

double logSumExp(std::span<const float> logits) {
    return softmaxNormaliser(logits).logSumExp();
}

double probabilityOf(std::span<const float> logits, std::int32_t id) {
    return softmaxNormaliser(logits).probability(logits[static_cast<std::size_t>(id)]);
}

std::vector<Candidate> topCandidates(std::span<const float> logits, std::size_t k) {
    k = std::min(k, logits.size());
    const auto better = [&](std::int32_t a, std::int32_t b) {
        const float left = sortableLogit(logits[static_cast<std::size_t>(a)]);
        const float right = sortableLogit(logits[static_cast<std::size_t>(b)]);
        return left != right ? left > right : a < b;
    };
    std::vector<std::int32_t> best(k); // a heap of k, not a sorted vocabulary
    std::ranges::partial_sort_copy(
        std::views::iota(std::int32_t{0}, static_cast<std::int32_t>(logits.size())), best, better);
    const SoftmaxNormaliser normaliser = softmaxNormaliser(logits);
    std::vector<Candidate> candidates;
    candidates.reserve(k);
    for (const std::int32_t id : best) {
        const float logit = logits[static_cast<std::size_t>(id)];
        candidates.push_back({id, logit, static_cast<float>(normaliser.probability(logit))});
    }
    return candidates;
}

} // namespace headlight
