#include "core/analysis/interventions/changed_attention.h"

#include <algorithm>
#include <cmath>

namespace headlight {
namespace {

/// Softmax of the scores; masked ones weigh nothing, and a row with nothing to see weighs nothing at all.
std::vector<double> softmaxOf(const std::vector<float>& scores) {
    const float maximum = *std::ranges::max_element(scores);
    std::vector<double> weights(scores.size(), 0.0);
    if (maximum == kMaskedScore)
        return weights;
    double sum = 0.0;
    for (std::size_t key = 0; key < scores.size(); ++key) {
        weights[key] = std::exp(static_cast<double>(scores[key]) - maximum);
        sum += weights[key];
    }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

/// Scores of the row, mask and changed scale applied; `unmasked` cells get the score they would have without
/// the mask.
std::vector<float> scoresOf(const ComputeBackend& backend, const AttentionProblem& asked, HeadIndex head,
                            std::size_t row, const HeadChanges& changes) {
    AttentionProblem problem = asked;
    if (changes.scale)
        problem.scale = *changes.scale;
    const std::size_t n_keys = problem.key.n_tokens;
    const TokenRange all{0, n_keys};
    std::vector<float> scores(n_keys);
    backend.attentionScores(problem, head, {row, row + 1}, all, scores);
    const auto masks = changes.masks.find(row);
    if (masks == changes.masks.end())
        return scores;
    problem.mask.causal = false;
    problem.mask.window = 0;
    std::vector<float> unmasked(n_keys);
    backend.attentionScores(problem, head, {row, row + 1}, all, unmasked);
    for (const SetMask& change : masks->second)
        scores[change.cell.key_token] = change.hidden ? kMaskedScore : unmasked[change.cell.key_token];
    return scores;
}

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

} // namespace

std::map<HeadAddress, HeadChanges> headChanges(const std::vector<Change>& changes, const ModelSpec& spec) {
    std::map<HeadAddress, HeadChanges> heads;
    const auto each = [&]<class C>(const C& change, const auto& apply) { // one head, or all of the layer
        const auto& stack = change.kind == AttentionKind::EncoderSelf ? spec.encoder : spec.decoder;
        for (std::size_t head = 0; head < stack->n_heads; ++head)
            if (!change.head || change.head->value == head)
                apply(heads[{change.kind, change.layer, HeadIndex(head)}]);
    };
    for (const Change& change : changes)
        std::visit(
            Overloaded{
                [&](const SetScore& c) { heads[c.cell.head].scores[c.cell.query_token].push_back(c); },
                [&](const SetMask& c) { heads[c.cell.head].masks[c.cell.query_token].push_back(c); },
                [&](const SetWeight& c) { heads[c.cell.head].weights[c.cell.query_token].push_back(c); },
                [&](const SetScale& c) { each(c, [&](HeadChanges& head) { head.scale = c.factor; }); },
                [&](const SetTemperature& c) {
                    each(c, [&](HeadChanges& head) { head.temperature = c.temperature; });
                },
                [&](const SetHeadOutput& c) { heads[c.head].output_factor = c.factor; },
                [](const SetPosition&) {}, [](const SwapTokens&) {}, [](const SwitchOffPositions&) {}},
            change);
    return heads;
}

std::set<std::size_t> HeadChanges::rows(std::size_t n_rows) const {
    std::set<std::size_t> changed;
    if (changesEveryRow())
        for (std::size_t row = 0; row < n_rows; ++row)
            changed.insert(changed.end(), row);
    for (const auto& [row, cells] : scores)
        changed.insert(row);
    for (const auto& [row, cells] : masks)
        changed.insert(row);
    for (const auto& [row, cells] : weights)
        changed.insert(row);
    return changed;
}

void applyWeight(std::vector<double>& weights, const SetWeight& change) {
    const std::size_t key = change.cell.key_token;
    const double others = 1.0 - weights[key];
    const double left = 1.0 - static_cast<double>(change.value);
    if (change.renormalise && others > 0.0)
        for (double& weight : weights)
            weight *= left / others;
    weights[key] = change.value;
}

RowStages rowStages(const ComputeBackend& backend, const AttentionProblem& problem, HeadIndex head,
                    std::size_t row, const HeadChanges& changes) {
    RowStages stages;
    stages.masked = scoresOf(backend, problem, head, row, changes);
    stages.set = stages.masked;
    if (const auto cells = changes.scores.find(row); cells != changes.scores.end())
        for (const SetScore& change : cells->second)
            stages.set[change.cell.key_token] = change.value;
    stages.scores = stages.set;
    if (changes.temperature)
        for (float& score : stages.scores)
            score /= *changes.temperature;
    std::vector<double> weights = softmaxOf(stages.scores);
    stages.softmax.assign(weights.begin(), weights.end());
    if (const auto cells = changes.weights.find(row); cells != changes.weights.end())
        for (const SetWeight& change : cells->second)
            applyWeight(weights, change);
    stages.weights.assign(weights.begin(), weights.end());
    return stages;
}

EditedRow changedRow(const ComputeBackend& backend, const AttentionProblem& problem, HeadIndex head,
                     std::size_t row, const HeadChanges& changes) {
    RowStages stages = rowStages(backend, problem, head, row, changes);
    return {std::move(stages.scores), std::move(stages.weights)};
}

std::vector<float> valuesOf(const ComputeBackend& backend, const AttentionProblem& problem, HeadIndex head) {
    const HeadsView& value = problem.value;
    const std::size_t shared = head.value / (problem.query.n_heads / value.n_heads);
    std::vector<float> values(value.n_tokens * value.head_dim);
    backend.download({value.buffer, value.offset + shared * value.head_stride, value.n_tokens, value.head_dim,
                      value.token_stride},
                     values);
    return values;
}

std::vector<float> headOutput(const std::vector<float>& weights, const std::vector<float>& values) {
    const std::size_t head_dim = values.size() / weights.size();
    std::vector<double> sums(head_dim, 0.0);
    for (std::size_t key = 0; key < weights.size(); ++key)
        for (std::size_t d = 0; d < head_dim; ++d)
            sums[d] += static_cast<double>(weights[key]) * static_cast<double>(values[key * head_dim + d]);
    return {sums.begin(), sums.end()};
}

} // namespace headlight
