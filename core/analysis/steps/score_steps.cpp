// From query and key to weights, one step at a time, with what a person changed in between.
#include "core/analysis/steps/step_maker.h"
#include "core/analysis/steps/step_matrices.h"

#include <algorithm>
#include <cmath>

namespace headlight {

/// [n_query, n_key] of this head, as `problem` has scale, cap, bias and mask.
SharedTensor StepMaker::scoresOf(const AttentionProblem& problem) const {
    Tensor scores(Shape{problem.query.n_tokens, problem.key.n_tokens});
    trace_.backend().attentionScores(problem, head_.head, {0, scores.dimension(0)}, {0, scores.dimension(1)},
                                     scores.span());
    return share(std::move(scores));
}

/// The rows that changes touch, as they are at that stage, over those of `matrix`.
SharedTensor StepMaker::withRows(const SharedTensor& matrix, std::vector<float> RowStages::*stage) const {
    if (rows_.empty())
        return matrix;
    Tensor changed = matrix->clone();
    for (const auto& [row, stages] : rows_)
        std::ranges::copy(stages.*stage, changed.row(row).begin());
    return share(std::move(changed));
}

void StepMaker::score() {
    for (const std::size_t row : changes_.rows(problem_.query.n_tokens))
        rows_[row] = rowStages(trace_.backend(), trace_.attention(head_.kind, head_.layer).problem,
                               head_.head, row, changes_);
    AttentionProblem plain = problem_;
    plain.scale = problem_.scale != 0.0f ? problem_.scale : models_scale_; // of 0 · x no x is left
    plain.softcap = 0.0f;
    plain.bias = {};
    plain.mask = {};
    Tensor unscaled = scoresOf(plain)->clone(); // the pass multiplies by the scale at once
    for (float& score : unscaled.span())
        score = static_cast<float>(static_cast<double>(score) / static_cast<double>(plain.scale));
    SharedTensor scores = share(std::move(unscaled));
    Step step{StepKind::Product,
              {queries("Q", query_)},
              StepOperator::Times,
              {map("QKᵀ", scores, StepValues::Signed)},
              {}};
    step.operands.push_back(
        matrix("Kᵀ", transposed(*key_), StepAxis::HeadDimensions, StepAxis::Keys, StepRole::Key));
    add(std::move(step));
    scale(scores);
    cap(scores);
    bias(scores);
    mask(scores);
    weigh();
}

void StepMaker::scale(SharedTensor& scores) {
    if (models_scale_ == 1.0f && !changes_.scale)
        return;
    AttentionProblem plain = problem_;
    plain.softcap = 0.0f;
    plain.bias = {};
    plain.mask = {};
    const SharedTensor scaled = scoresOf(plain);
    Step step{StepKind::Scale,
              {map("QKᵀ", scores, StepValues::Signed)},
              StepOperator::Over,
              {map("S", scaled, StepValues::Signed)},
              {}};
    if (changes_.scale) {
        step.between = StepOperator::Maps;
        step.factor = static_cast<double>(*changes_.scale);
    } else {
        step.constant = 1.0 / static_cast<double>(models_scale_);
        const double head_dim = static_cast<double>(problem_.query.head_dim);
        if (std::abs(*step.constant * *step.constant - head_dim) < 1e-4 * head_dim)
            step.root_of = problem_.query.head_dim;
    }
    add(std::move(step));
    scores = scaled;
}

void StepMaker::cap(SharedTensor& scores) {
    if (problem_.softcap <= 0.0f)
        return;
    const double cap = static_cast<double>(problem_.softcap);
    Tensor bounded(scores->shape());
    std::ranges::transform(scores->span(), bounded.span().begin(), [cap](float score) {
        return static_cast<float>(cap * std::tanh(static_cast<double>(score) / cap));
    });
    const SharedTensor capped = share(std::move(bounded));
    add({StepKind::SoftCap,
         {map("S", scores, StepValues::Signed)},
         StepOperator::Maps,
         {map("S", capped, StepValues::Signed)},
         cap});
    scores = capped;
}

void StepMaker::bias(SharedTensor& scores) {
    if (problem_.bias.table.rows == 0)
        return;
    AttentionProblem open = problem_;
    open.mask.causal = false;
    open.mask.window = 0;
    const SharedTensor biased = scoresOf(open);
    Step step{StepKind::Bias,
              {map("S", scores, StepValues::Signed)},
              StepOperator::Plus,
              {map("S", biased, StepValues::Signed)},
              {}};
    step.operands.push_back(map("B", difference(*biased, *scores), StepValues::Signed));
    add(std::move(step));
    scores = biased;
}

/// The mask, and behind it what a person made of the scores.
void StepMaker::mask(const SharedTensor& scores) {
    const auto changed = [this](StepKind kind, const SharedTensor& before, const SharedTensor& after) {
        add({kind,
             {map("S", before, StepValues::Scores)},
             StepOperator::Maps,
             {map("S", after, StepValues::Scores)},
             {}});
    };
    const SharedTensor masked = withRows(scoresOf(problem_), &RowStages::masked);
    if (!same(masked, scores) || !changes_.masks.empty())
        add({StepKind::Mask,
             {map("S", scores, StepValues::Signed)},
             StepOperator::Maps,
             {map("S", masked, StepValues::Scores)},
             {}});
    const SharedTensor set = changes_.scores.empty() ? masked : withRows(masked, &RowStages::set);
    if (!changes_.scores.empty())
        changed(StepKind::SetScores, masked, set);
    if (changes_.temperature) {
        changed(StepKind::Temperature, set, withRows(set, &RowStages::scores));
        steps_.back().between = StepOperator::Over;
        steps_.back().constant = static_cast<double>(*changes_.temperature);
    }
}

void StepMaker::weigh() {
    const SharedTensor scores =
        share(trace_.scores(head_, {0, problem_.query.n_tokens}, {0, problem_.key.n_tokens}));
    weights_ = share(trace_.weights(head_));
    const SharedTensor softmax =
        changes_.weights.empty() ? weights_ : withRows(weights_, &RowStages::softmax);
    add({StepKind::Softmax,
         {map("S", scores, StepValues::Scores)},
         StepOperator::Maps,
         {map("A", softmax, StepValues::Weights)},
         {}});
    if (!changes_.weights.empty())
        add({StepKind::SetWeights,
             {map("A", softmax, StepValues::Weights)},
             StepOperator::Maps,
             {map("A", weights_, StepValues::Weights)},
             {}});
}

} // namespace headlight
