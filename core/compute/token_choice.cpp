#include "core/compute/token_choice.h"

#include "core/compute/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace headlight {

namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

/// Ids come from configuration files and texts: those outside the row do nothing.
void forIds(std::span<const std::int32_t> ids, std::span<float> scores, float score) {
    for (const std::int32_t id : ids)
        if (id >= 0 && static_cast<std::size_t>(id) < scores.size())
            scores[static_cast<std::size_t>(id)] = score;
}

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
    std::vector<std::int32_t> order;
    for (std::size_t id = 0; id < scores.size(); ++id)
        if (scores[id] != kImpossible)
            order.push_back(static_cast<std::int32_t>(id));
    const auto score = [&](std::int32_t id) { return scores[static_cast<std::size_t>(id)]; };
    // Among equals the reference drops the smaller id first.
    std::ranges::sort(order, [&](std::int32_t a, std::int32_t b) {
        return score(a) != score(b) ? score(a) > score(b) : a > b;
    });
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

void capLogits(std::span<float> logits, float scale, float softcap) {
    if (scale != 1.0f)
        for (float& logit : logits)
            logit *= scale;
    if (softcap > 0.0f)
        for (float& logit : logits)
            logit = softcap * std::tanh(logit / softcap);
}

void renormalise(std::span<float> scores) {
    const auto normaliser = static_cast<float>(logSumExp(scores));
    if (!std::isfinite(normaliser)) // nothing is left
        return;
    for (float& score : scores)
        score -= normaliser;
}

void editScores(const ScoreEdits& edits, std::span<float> scores) {
    for (float& score : scores) // a damaged checkpoint's NaN would leave comparisons without an order
        score = sortableLogit(score);
    if (edits.forced) {
        std::fill(scores.begin(), scores.end(), kImpossible);
        forIds(*edits.forced, scores, 0.0f);
    } else {
        for (const auto& [id, factor] : edits.penalties) {
            if (id < 0 || static_cast<std::size_t>(id) >=
                              scores.size()) // an encoder's vocabulary may be the larger one
                continue;
            float& score = scores[static_cast<std::size_t>(id)];
            score = score < 0.0f ? score * factor : score / factor;
        }
    }
    forIds(edits.forbidden, scores, kImpossible);
    if (edits.renormalise)
        renormalise(scores);
}

void warpScores(const ScoreWarping& warping, std::span<float> scores) {
    if (warping.temperature != 1.0f)
        for (float& score : scores)
            score /= warping.temperature;
    if (warping.top_k > 0)
        keepTopK(warping.top_k, scores);
    if (warping.top_p < 1.0)
        keepNucleus(warping.top_p, scores);
    if (warping.min_p > 0.0f && !scores.empty()) {
        const float highest = *std::max_element(scores.begin(), scores.end());
        keepAtLeast(highest + std::log(warping.min_p), scores);
    }
    if (warping.renormalise)
        renormalise(scores);
}

std::vector<Candidate> withProbabilities(std::vector<Candidate> candidates,
                                         const SoftmaxNormaliser& normaliser) {
    for (Candidate& candidate : candidates)
        candidate.probability = static_cast<float>(normaliser.probability(candidate.logit));
    return candidates;
}

TokenChoice chooseToken(std::span<const float> logits, const TokenQuery& query) {
    std::vector<float> scores(logits.begin(), logits.end());
    if (query.log_softmax) {
        const auto normaliser = static_cast<float>(logSumExp(logits));
        for (float& score : scores)
            score -= normaliser;
    }
    editScores(query.edits, scores);
    if (query.draws)
        warpScores(query.warping, scores);
    if (query.added != 0.0f)
        for (float& score : scores)
            score += query.added;
    TokenChoice choice;
    choice.chosen =
        query.draws
            ? Sampler(query.seed).draw(scores, query.position)
            : static_cast<std::int32_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    choice.candidates = topCandidates(logits, query.n_candidates);
    for (Candidate& candidate : choice.candidates)
        candidate.logit = sortableLogit(candidate.logit);
    const bool unchanged = query.n_choices == query.n_candidates && std::ranges::equal(logits, scores);
    choice.choices = unchanged ? choice.candidates : topCandidates(scores, query.n_choices);
    const auto probabilityIn = [&](const std::vector<Candidate>& known, std::span<const float> row) {
        const auto candidate = std::ranges::find(known, choice.chosen, &Candidate::id);
        return candidate != known.end() ? candidate->probability
                                        : static_cast<float>(probabilityOf(row, choice.chosen));
    };
    choice.probability = probabilityIn(choice.candidates, logits);
    choice.choice_probability = probabilityIn(choice.choices, scores);
    return choice;
}

} // namespace headlight
