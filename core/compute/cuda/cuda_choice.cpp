// Tokens chosen on the device: queries as the module takes them, its answers as the program does.
#include "core/compute/cuda/cuda_backend.h"
#include "core/compute/cuda/device_views.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace headlight::cuda {

namespace {

bool fits(const TokenQuery& query, std::size_t vocabulary) {
    return query.n_candidates <= kMostRanked && query.n_choices <= kMostRanked &&
           vocabulary <= kMostVocabulary && !query.edits.renormalise &&
           !(query.draws && query.warping.renormalise);
}

/// Edits of tokens there are, those of a token together and in their order.
std::vector<ScoreEdit> editsOf(const ScoreEdits& edits, std::size_t vocabulary) {
    std::vector<ScoreEdit> list;
    const auto add = [&](std::int32_t id, EditKind kind, float factor) {
        if (id >= 0 && static_cast<std::size_t>(id) < vocabulary)
            list.push_back({id, kind, factor});
    };
    if (edits.forced)
        for (const std::int32_t id : *edits.forced)
            add(id, EditKind::Force, 1.0f);
    else
        for (const auto& [id, factor] : edits.penalties)
            add(id, EditKind::Penalty, factor);
    for (const std::int32_t id : edits.forbidden)
        add(id, EditKind::Forbid, 1.0f);
    std::ranges::stable_sort(list, {}, &ScoreEdit::id);
    return list;
}

RowQuery queryOf(const TokenQuery& query, const std::vector<ScoreEdit>& edits) {
    RowQuery row{};
    row.row = query.row;
    row.edits = edits.data();
    row.n_edits = edits.size();
    row.log_softmax = query.log_softmax;
    row.forced = query.edits.forced.has_value();
    row.draws = query.draws;
    row.added = query.added;
    row.temperature = query.warping.temperature;
    row.log_min_p =
        query.warping.min_p > 0.0f ? std::log(query.warping.min_p) : -std::numeric_limits<float>::infinity();
    row.top_p = query.warping.top_p;
    row.top_k = query.warping.top_k;
    row.seed = query.seed;
    row.position = query.position;
    row.n_candidates = static_cast<std::int32_t>(query.n_candidates);
    row.n_choices = static_cast<std::int32_t>(query.n_choices);
    return row;
}

std::vector<Candidate> candidatesOf(const RankedToken* ranked, std::size_t n,
                                    const SoftmaxNormaliser& normaliser) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < n && ranked[i].id >= 0; ++i)
        candidates.push_back({ranked[i].id, ranked[i].value, 0.0f});
    return withProbabilities(std::move(candidates), normaliser);
}

TokenChoice choiceOf(const TokenQuery& query, const RowAnswer& answer) {
    const SoftmaxNormaliser logits{answer.logit_maximum, answer.logit_sum};
    const SoftmaxNormaliser scores{answer.score_maximum, answer.score_sum};
    return {.chosen = answer.chosen,
            .probability = static_cast<float>(logits.probability(answer.chosen_logit)),
            .choice_probability = static_cast<float>(scores.probability(answer.chosen_score)),
            .candidates = candidatesOf(answer.candidates, query.n_candidates, logits),
            .choices = candidatesOf(answer.choices, query.n_choices, scores)};
}

} // namespace

void CudaBackend::capLogits(const MatrixView& logits, float scale, float softcap) const {
    if (!logits.empty())
        require(module().capLogits(device_->get(), matrixOf(logits), scale, softcap));
}

std::vector<TokenChoice> CudaBackend::chooseTokens(const MatrixView& logits,
                                                   std::span<const TokenQuery> queries) const {
    if (queries.empty() || logits.empty() ||
        !std::ranges::all_of(queries, [&](const TokenQuery& query) { return fits(query, logits.columns); }))
        return ComputeBackend::chooseTokens(logits, queries);
    std::vector<std::vector<ScoreEdit>> edits;
    for (const TokenQuery& query : queries)
        edits.push_back(editsOf(query.edits, logits.columns));
    std::vector<RowQuery> rows;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        assert(queries[i].row < logits.rows);
        rows.push_back(queryOf(queries[i], edits[i]));
    }
    std::vector<RowAnswer> answers(queries.size());
    require(
        module().chooseTokens(device_->get(), matrixOf(logits), rows.data(), rows.size(), answers.data()));
    std::vector<TokenChoice> choices;
    for (std::size_t i = 0; i < queries.size(); ++i)
        choices.push_back(choiceOf(queries[i], answers[i]));
    return choices;
}

} // namespace headlight::cuda
