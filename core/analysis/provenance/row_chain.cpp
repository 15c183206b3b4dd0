// The rows of a head's map in double precision: scores, softmax, output and what each key gives to it.
#include "core/analysis/provenance/head_chain.h"

#include "core/model/positions.h"

#include <algorithm>

namespace headlight::provenance {

namespace {

/// Keys whose contributions are projected at once.
constexpr std::size_t kBlockKeys = 64;

/// A sum of n products in F32, in any order.
struct ProductSum {
    double value = 0.0;
    double carried = 0.0;
    double magnitude = 0.0;
    void add(const Tracked& a, const Tracked& b) {
        value += a.value * b.value;
        carried += std::abs(a.value) * b.bound + std::abs(b.value) * a.bound + a.bound * b.bound;
        magnitude += (std::abs(a.value) + a.bound) * (std::abs(b.value) + b.bound);
    }
};

} // namespace

Tracked HeadChain::scale() const {
    const StackSpec& spec = operands_.spec();
    double scale =
        spec.attention_scale > 0.0f ? double(spec.attention_scale) : 1.0 / std::sqrt(double(spec.head_dim));
    if (spec.scale_by_layer)
        scale /= double(operands_.head().layer.value + 1);
    return rounded(scale, 0.0);
}

float HeadChain::positionBiasRun(std::size_t query, std::size_t key) {
    const RelativeBias& bias = operands_.record().problem.bias;
    const std::ptrdiff_t distance =
        std::ptrdiff_t(key) - (bias.by_key ? 0 : std::ptrdiff_t(query)) - bias.min_distance;
    const auto last = std::ptrdiff_t(bias_table_.size()) - 1;
    return bias_table_[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(distance, 0, last))];
}

Tracked HeadChain::positionBias(std::size_t query, std::size_t key) {
    const PositionSpec& positions = operands_.spec().positions;
    if (positions.kind != PositionKind::Alibi || positions.alibi.rounded_to_bf16)
        return exactly(double(positionBiasRun(query, key))); // stored, or rounded on purpose
    const Tracked slope = exactly(double(alibiSlopes(operands_.spec().n_heads)[operands_.head().head.value]));
    return slope * exactly(double(key)) * exactly(double(positions.alibi.scale));
}

void HeadChain::score(RowChain& row, const std::vector<Tracked>& query, const std::vector<Tracked>& keys) {
    const std::size_t head_dim = operands_.headDim();
    const Tracked scale = this->scale();
    const auto softcap = double(operands_.spec().attention_softcap);
    const bool biased = !bias_table_.empty();
    const FactorRounding rounding = operands_.attentionRounding();
    for (std::size_t key = row.keys.begin; key < row.keys.end; ++key) {
        ProductSum sum;
        for (std::size_t i = 0; i < head_dim; ++i)
            sum.add(asFactor(query[i], rounding, scale.value), asFactor(keys[key * head_dim + i], rounding));
        row.dots.push_back({sum.value, sum.carried + gammaOf(head_dim) * sum.magnitude});
        // The kernels scale the query before they multiply: one more rounding a product.
        const double carried =
            (sum.carried + gammaOf(head_dim + 1) * sum.magnitude) * (scale.value + scale.bound) +
            sum.magnitude * scale.bound;
        Tracked score = rounded(sum.value * scale.value, carried);
        row.scaled.push_back(score);
        if (softcap > 0.0)
            score = hyperbolicTangent(score / exactly(softcap)) * exactly(softcap);
        if (biased) {
            row.biases.push_back(positionBias(row.query, key));
            score = score + row.biases.back();
        }
        row.scores.push_back(score);
    }
}

void HeadChain::softmax(RowChain& row) const {
    if (row.scores.empty())
        return;
    double highest = -HUGE_VAL, upper = -HUGE_VAL, lower = -HUGE_VAL;
    for (const Tracked& score : row.scores) {
        highest = std::max(highest, score.value);
        upper = std::max(upper, score.value + score.bound);
        lower = std::max(lower, score.value - score.bound);
    }
    row.maximum = {highest, std::max(upper - highest, highest - lower)};
    double sum = 0.0, carried = 0.0;
    for (const Tracked& score : row.scores) {
        row.exponentials.push_back(exponential(score - row.maximum));
        sum += row.exponentials.back().value;
        carried += row.exponentials.back().bound;
    }
    row.sum = rounded(sum, carried + gammaOf(row.scores.size()) * (sum + carried));
    weigh(row);
}

/// A weight does not change when all scores move together, so its own bound is far below that of its parts:
/// to first order |dw_j| = w_j |ds_j - sum over k of w_k ds_k|, at most w_j ((1 - w_j) |ds_j| + sum over k !=
/// j of w_k |ds_k|); the second order is held by a factor e^(2 max |ds|). Rounding comes on top: of score -
/// maximum, of the exponentials, of sum and division.
void HeadChain::weigh(RowChain& row) {
    double mean_bound = 0.0, mean_shift = 0.0, worst = 0.0;
    for (std::size_t k = 0; k < row.scores.size(); ++k) {
        const double weight = row.exponentials[k].value / row.sum.value;
        mean_bound += weight * row.scores[k].bound;
        mean_shift += weight * (std::abs(row.scores[k].value - row.maximum.value) + 2.0 * row.maximum.bound);
        worst = std::max(worst, row.scores[k].bound);
    }
    const double higher_order = std::exp(2.0 * worst);
    for (std::size_t j = 0; j < row.scores.size(); ++j) {
        const double weight = row.exponentials[j].value / row.sum.value;
        const double own = row.scores[j].bound;
        const double carried = weight * ((1.0 - weight) * own + (mean_bound - weight * own)) * higher_order;
        const double shift = std::abs(row.scores[j].value - row.maximum.value) + 2.0 * row.maximum.bound;
        const double roundings =
            shift + mean_shift + 2.0 * kFunctionRoundoffs + double(row.scores.size()) + 4.0;
        row.weights.push_back(rounded(weight, carried, roundings * higher_order));
    }
}

Result<std::shared_ptr<const RowChain>> HeadChain::row(std::size_t query, const RunControl& control) {
    if (row_ && row_->query == query)
        return row_;
    auto row = std::make_shared<RowChain>();
    row->query = query;
    row->keys = operands_.visibleKeys(query);
    HEADLIGHT_ASSIGN(const auto query_chain, token(HeadSide::Query, query));
    HEADLIGHT_ASSIGN(const std::vector<Tracked>* const keys, vectors(HeadSide::Key, row->keys.end, control));
    score(*row, query_chain->placed, *keys);
    softmax(*row);
    row->scaled_run = operands_.scaledProducts(query, row->keys);
    row->scores_run = operands_.scores(query, row->keys);
    HEADLIGHT_ASSIGN(row->exponentials_run, operands_.exponentials(query, row->keys));
    row->weights_run = operands_.weightRow(query, row->keys);
    row->maximum_run = operands_.rowMaximum(query);
    row->inverse_sum_run = operands_.inverseSum(query);
    row_ = row;
    return row_;
}

Result<std::shared_ptr<const OutputChain>> HeadChain::output(std::size_t query, const RunControl& control) {
    if (output_ && output_query_ == query)
        return output_;
    HEADLIGHT_ASSIGN(const auto row, this->row(query, control));
    HEADLIGHT_ASSIGN(const std::vector<Tracked>* const values,
                     vectors(HeadSide::Value, row->keys.end, control));
    const std::size_t head_dim = operands_.headDim();
    const FactorRounding rounding = operands_.attentionRounding();
    auto chain = std::make_shared<OutputChain>();
    HEADLIGHT_ASSIGN(chain->output_run, operands_.headOutput(query));
    for (std::size_t e = 0; e < head_dim; ++e) {
        ProductSum sum;
        for (std::size_t j = 0; j < row->weights.size(); ++j)
            sum.add(asFactor(row->weights[j], rounding),
                    asFactor((*values)[(row->keys.begin + j) * head_dim + e], rounding));
        chain->output.push_back(
            rounded(sum.value, sum.carried + gammaOf(row->weights.size() + 1) * sum.magnitude));
    }
    if (from_residual_) {
        HEADLIGHT_ASSIGN(const RowMatrix* const slice, outputSlice());
        for (std::size_t first = 0; first < row->weights.size(); first += kBlockKeys) {
            if (control.stopRequested())
                return cancelledError();
            const std::size_t count = std::min(kBlockKeys, row->weights.size() - first);
            RowMatrix weighted(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(head_dim));
            for (std::size_t j = 0; j < count; ++j)
                for (std::size_t e = 0; e < head_dim; ++e)
                    weighted(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(e)) =
                        row->weights[first + j].value *
                        (*values)[(row->keys.begin + first + j) * head_dim + e].value;
            const RowMatrix contributions = weighted * slice->transpose(); // [count, d_model]
            for (std::size_t j = 0; j < count; ++j) {
                chain->norms.push_back(contributions.row(static_cast<Eigen::Index>(j)).norm());
                chain->total += chain->norms.back();
            }
        }
    }
    output_ = chain;
    output_query_ = query;
    return output_;
}

} // namespace headlight::provenance
