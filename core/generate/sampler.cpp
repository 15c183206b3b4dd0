#include "core/generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace headlight {

Sampler::Sampler(const DecodingPlan& plan)
    : generator_(plan.seed), temperature_(double(plan.temperature)), top_k_(plan.top_k), top_p_(double(plan.top_p)) {}

double Sampler::uniform() { return double(generator_() >> 11) * 0x1.0p-53; }

TokenId Sampler::draw(std::span<const float> scores) {
    const std::size_t n_kept = top_k_ > 0 ? std::min(top_k_, scores.size()) : scores.size();
    std::vector<TokenId> ids(scores.size());
    for (std::size_t id = 0; id < ids.size(); ++id)
        ids[id] = static_cast<TokenId>(id);
    const auto score = [&](TokenId id) { return scores[static_cast<std::size_t>(id)]; };
    const auto better = [&](TokenId a, TokenId b) { return score(a) != score(b) ? score(a) > score(b) : a < b; };
    std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(n_kept), ids.end(), better);
    ids.resize(n_kept);

    std::vector<double> mass(n_kept); // not normalised: relative to the most probable token
    double total = 0.0;
    for (std::size_t rank = 0; rank < n_kept; ++rank)
        total += mass[rank] = std::exp((double(score(ids[rank])) - double(score(ids[0]))) / temperature_);
    double kept = 0.0; // a token stays while those before it hold less than top_p
    std::size_t n_nucleus = 0;
    while (n_nucleus < n_kept && (n_nucleus == 0 || top_p_ >= 1.0 || kept < top_p_ * total))
        kept += mass[n_nucleus++];

    double remaining = uniform() * kept;
    for (std::size_t rank = 0; rank < n_nucleus; ++rank) {
        remaining -= mass[rank];
        if (remaining < 0.0)
            return ids[rank];
    }
    return ids[n_nucleus - 1]; // rounding left a crumb
}

} // namespace headlight
