#include "core/analysis/steps/steps.h"

#include "core/analysis/interventions/changed_attention.h"

#include <algorithm>
#include <cmath>

namespace headlight {
namespace {

double sumOf(const std::vector<CellArithmetic::Term>& terms, bool products) {
    double sum = 0.0;
    for (const CellArithmetic::Term& term : terms)
        sum += products ? term.left * term.right : term.left;
    return sum;
}

/// Row of the first operand times column of the second.
void fillProduct(const Step& step, std::size_t row, std::size_t column, CellArithmetic& cell) {
    const Tensor& left = *step.operands[0].values;
    const Tensor& right = *step.operands[1].values;
    cell.products = true;
    for (std::size_t i = 0; i < left.dimension(1); ++i)
        cell.terms.push_back(
            {static_cast<double>(left.row(row)[i]), static_cast<double>(right.row(i)[column])});
    cell.exact = sumOf(cell.terms, true);
}

void fillSum(const Step& step, std::size_t row, std::size_t column, CellArithmetic& cell) {
    for (const StepMatrix& operand : step.operands)
        cell.terms.push_back({static_cast<double>(operand.values->row(row)[column])});
    cell.exact = sumOf(cell.terms, false);
}

void fillSoftmax(const Step& step, std::size_t row, std::size_t column, CellArithmetic& cell) {
    const std::span<const float> scores = step.operands[0].values->row(row);
    const float largest = *std::ranges::max_element(scores);
    double sum = 0.0;
    for (const float score : scores)
        if (score != kMaskedScore)
            sum += std::exp(static_cast<double>(score) - static_cast<double>(largest));
    cell.terms.push_back({static_cast<double>(scores[column])});
    cell.masked = scores[column] == kMaskedScore;
    cell.exponent = static_cast<double>(scores[column]) - static_cast<double>(largest);
    cell.divisor = sum;
    cell.exact = cell.masked || sum == 0.0 ? 0.0 : std::exp(cell.exponent) / sum;
}

/// Set cells are what they were set to; all others stay.
void fillSetScores(const Step& step, std::size_t row, std::size_t column, CellArithmetic& cell) {
    fillSum(step, row, column, cell);
    for (const StepNote& note : step.notes)
        if (const auto* set = std::get_if<SetScore>(&note.change);
            note.here && set != nullptr && set->cell.query_token == row && set->cell.key_token == column) {
            cell.exact = static_cast<double>(set->value);
            cell.set_by_hand = true;
        }
    cell.masked = cell.as_run == static_cast<double>(kMaskedScore);
    if (cell.masked)
        cell.exact.reset();
}

/// Set cells are what they were set to; others of the row share what is left, where they do.
void fillSetWeights(const Step& step, std::size_t row, std::size_t column, CellArithmetic& cell) {
    fillSum(step, row, column, cell);
    const std::span<const float> before = step.operands[0].values->row(row);
    std::vector<double> weights(before.begin(), before.end());
    for (const StepNote& note : step.notes)
        if (const auto* set = std::get_if<SetWeight>(&note.change);
            note.here && set != nullptr && set->cell.query_token == row) {
            applyWeight(weights, *set);
            cell.set_by_hand = cell.set_by_hand || set->cell.key_token == column;
        }
    cell.exact = weights[column];
}

void divide(CellArithmetic& cell, double divisor) {
    cell.divisor = divisor;
    cell.masked = cell.as_run == static_cast<double>(kMaskedScore);
    if (cell.masked)
        cell.exact.reset();
    else
        cell.exact = *cell.exact / divisor;
}

} // namespace

CellArithmetic arithmeticOf(const Step& step, std::size_t result, std::size_t row, std::size_t column) {
    CellArithmetic cell;
    cell.as_run = static_cast<double>(step.results[result].values->row(row)[column]);
    switch (step.kind) {
    case StepKind::Product:
    case StepKind::WeightedSum:
        fillProduct(step, row, column, cell);
        break;
    case StepKind::AddPosition:
    case StepKind::Bias:
    case StepKind::AttentionAdd:
    case StepKind::FeedForwardAdd:
        if (step.between == StepOperator::Plus)
            fillSum(step, row, column, cell);
        break;
    case StepKind::Scale:
    case StepKind::Temperature:
    case StepKind::ScaleHead:
        fillSum(step, row, column, cell);
        if (step.factor)
            cell.exact = *cell.exact * *step.factor;
        else
            divide(cell, *step.constant);
        break;
    case StepKind::SetScores:
        fillSetScores(step, row, column, cell);
        break;
    case StepKind::SetWeights:
        fillSetWeights(step, row, column, cell);
        break;
    case StepKind::SoftCap:
        fillSum(step, row, column, cell);
        cell.exact = *step.constant * std::tanh(*cell.exact / *step.constant);
        break;
    case StepKind::Softmax:
        fillSoftmax(step, row, column, cell);
        break;
    case StepKind::Mask:
        fillSum(step, row, column, cell);
        cell.masked = step.results[result].values->row(row)[column] == kMaskedScore;
        if (cell.masked)
            cell.exact.reset();
        break;
    default:
        if (result < step.maps.size())
            fillMapped(step.maps[result], *step.operands[step.maps[result].operand].values, row, column, cell);
        break;
    }
    return cell;
}

} // namespace headlight
