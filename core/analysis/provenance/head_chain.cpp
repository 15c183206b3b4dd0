#include "core/analysis/provenance/head_chain.h"

#include "core/model/positions.h"

#include <algorithm>

namespace headlight::provenance {

namespace {

/// Tokens projected at once: enough for a matrix product's speed, few enough to stop quickly.
constexpr std::size_t kBlockTokens = 64;
/// Token chains kept for going back and forth.
constexpr std::size_t kKeptTokens = 16;

std::vector<Tracked> exact(std::span<const float> values) {
    std::vector<Tracked> numbers;
    numbers.reserve(values.size());
    for (const float value : values)
        numbers.push_back(exactly(double(value)));
    return numbers;
}

} // namespace

std::vector<Tracked> normalised(const std::vector<Tracked>& x, const NormSpec& spec,
                                const NormParameters& norm, NormSteps& steps) {
    const auto n = double(x.size());
    const bool centred = spec.kind == NormKind::LayerNorm;
    double sum = 0.0, carried = 0.0, magnitude = 0.0;
    for (const Tracked& one : x) {
        sum += one.value;
        carried += one.bound;
        magnitude += std::abs(one.value) + one.bound;
    }
    steps.mean = centred ? rounded(sum / n, (carried + gammaOf(x.size()) * magnitude) / n) : Tracked{};
    std::vector<Tracked> numbers;
    numbers.reserve(x.size());
    double squares = 0.0, squares_carried = 0.0, squares_magnitude = 0.0;
    for (const Tracked& one : x) {
        const Tracked deviation = centred ? one - steps.mean : one;
        squares += deviation.value * deviation.value;
        squares_carried += (2.0 * std::abs(deviation.value) + deviation.bound) * deviation.bound;
        squares_magnitude += std::pow(std::abs(deviation.value) + deviation.bound, 2);
        numbers.push_back(deviation);
    }
    steps.spread = rounded(squares / n, (squares_carried + gammaOf(x.size() + 1) * squares_magnitude) / n);
    steps.inverse = exactly(1.0) / squareRoot(steps.spread + exactly(double(spec.epsilon)));
    for (std::size_t i = 0; i < x.size(); ++i) {
        numbers[i] = numbers[i] * steps.inverse;
        if (!norm.gain.empty())
            numbers[i] = numbers[i] * (spec.gain_offset != 0.0f
                                           ? exactly(double(spec.gain_offset)) + exactly(double(norm.gain[i]))
                                           : exactly(double(norm.gain[i])));
        if (!norm.bias.empty())
            numbers[i] = numbers[i] + exactly(double(norm.bias[i]));
    }
    return numbers;
}

HeadChain::HeadChain(HeadOperands operands)
    : operands_(std::move(operands)) {
    from_residual_ = weights(HeadSide::Query).ok(); // a backend reads all of its weights back or none
    const RelativeBias& bias = operands_.record().problem.bias;
    if (!bias.table.empty()) {
        bias_table_.resize(bias.table.columns);
        operands_.model().backend().download(bias.table.rowsFrom(operands_.head().head.value, 1),
                                             bias_table_);
    }
    if (operands_.rotaryDims(HeadSide::Query) > 0)
        frequencies_ = rotaryFrequencies(operands_.spec().positions.rotary, operands_.nQueries());
}

Result<const SideWeights*> HeadChain::weights(HeadSide side) {
    if (const auto there = weights_.find(side); there != weights_.end())
        return &there->second;
    HEADLIGHT_ASSIGN(SideWeights read, operands_.weights(side));
    return &weights_.emplace(side, std::move(read)).first->second;
}

Result<const RowMatrix*> HeadChain::outputSlice() {
    if (!output_slice_) {
        HEADLIGHT_ASSIGN(output_slice_, operands_.outputSlice());
    }
    return &*output_slice_;
}

/// Dot products of rows with the projection's rows, plus its bias.
HeadChain::Block HeadChain::project(const SideWeights& weights, const Block& inputs) const {
    const auto n_inputs = static_cast<std::size_t>(weights.weight.cols());
    const bool bf16 = operands_.model().backend().precision() == ComputePrecision::BF16;
    const double relative = gammaOf(n_inputs + 1) + (bf16 ? kBf16Roundoff : 0.0);
    Block out;
    out.value = (inputs.value * weights.weight.transpose()).rowwise() + weights.bias.transpose();
    const RowMatrix carried = inputs.bound + relative * (inputs.value.cwiseAbs() + inputs.bound);
    out.bound = carried * weights.weight.cwiseAbs().transpose();
    out.bound.array() +=
        kRoundoff * (out.value.array().abs() + out.bound.array()) + kSmallest * double(n_inputs);
    return out;
}

/// What stands between the projection and the scores: the head's norm, then its position.
void HeadChain::place(HeadSide side, std::size_t position, TokenChain& chain) {
    std::vector<Tracked> numbers = chain.projected;
    if (operands_.normalisesHead(side)) {
        numbers =
            normalised(numbers, operands_.spec().norm, operands_.headNorm(side), chain.head_norm.emplace());
        chain.normalised = numbers;
    }
    const RotarySpec& rotary = operands_.spec().positions.rotary;
    const std::size_t n_pairs = operands_.rotaryDims(side) / 2;
    for (std::size_t pair = 0; pair < n_pairs; ++pair) {
        const Tracked angle = exactly(double(position)) * exactly(double(frequencies_[pair]));
        const double factor = rotary.attention_factor;
        const Tracked turned_cos = rounded(std::cos(angle.value) * factor, angle.bound * factor);
        const Tracked turned_sin = rounded(std::sin(angle.value) * factor, angle.bound * factor);
        const std::size_t first = rotary.interleaved ? 2 * pair : pair;
        const std::size_t second = rotary.interleaved ? first + 1 : pair + n_pairs;
        const Tracked a = numbers[first], b = numbers[second];
        numbers[first] = a * turned_cos - b * turned_sin;
        numbers[second] = b * turned_cos + a * turned_sin;
        chain.angle.push_back(angle);
        chain.cosine.push_back(turned_cos);
        chain.sine.push_back(turned_sin);
    }
    chain.placed = std::move(numbers);
}

Result<std::shared_ptr<const TokenChain>> HeadChain::token(HeadSide side, std::size_t token) {
    if (const auto there = tokens_.find({side, token}); there != tokens_.end())
        return there->second;
    auto chain = std::make_shared<TokenChain>();
    HEADLIGHT_ASSIGN(chain->run, operands_.run(side, token));
    if (from_residual_) {
        chain->residual = chain->input = exact(chain->run.residual);
        if (operands_.normalisesInput(side))
            chain->input = normalised(chain->residual, operands_.spec().norm, operands_.inputNorm(),
                                      chain->norm.emplace());
        HEADLIGHT_ASSIGN(const SideWeights* const side_weights, weights(side));
        const auto width = static_cast<Eigen::Index>(chain->input.size());
        Block inputs{RowMatrix(1, width), RowMatrix(1, width)};
        for (Eigen::Index c = 0; c < width; ++c) {
            inputs.value(0, c) = chain->input[static_cast<std::size_t>(c)].value;
            inputs.bound(0, c) = chain->input[static_cast<std::size_t>(c)].bound;
        }
        const Block projected = project(*side_weights, inputs);
        for (Eigen::Index e = 0; e < projected.value.cols(); ++e)
            chain->projected.push_back({projected.value(0, e), projected.bound(0, e)});
        place(side, token, *chain);
    } else {
        chain->placed = exact(chain->run.placed);
    }
    if (const std::size_t dims = operands_.rotaryDims(side); dims > 0) {
        const Tensor table = rotaryTable(operands_.spec().positions.rotary, token, 1, operands_.nQueries());
        chain->cosine_run.assign(table.data(), table.data() + dims / 2);
        chain->sine_run.assign(table.data() + dims / 2, table.data() + dims);
    }
    if (tokens_.size() >= kKeptTokens)
        tokens_.clear();
    tokens_[{side, token}] = chain;
    return std::shared_ptr<const TokenChain>(chain);
}

Result<void> HeadChain::addVectors(HeadSide side, TokenRange tokens, std::vector<Tracked>& to) {
    if (!from_residual_) {
        const std::vector<Tracked> rows = exact(operands_.placedRows(side, tokens).span());
        to.insert(to.end(), rows.begin(), rows.end());
        return {};
    }
    HEADLIGHT_ASSIGN(const SideWeights* const side_weights, weights(side));
    HEADLIGHT_ASSIGN(const Tensor residual, operands_.residualRows(side, tokens));
    Block inputs{residual.matrix().cast<double>(),
                 RowMatrix::Zero(static_cast<Eigen::Index>(tokens.size()),
                                 static_cast<Eigen::Index>(residual.dimension(1)))};
    const NormParameters norm = operands_.normalisesInput(side) ? operands_.inputNorm() : NormParameters{};
    for (std::size_t t = 0; t < tokens.size() && operands_.normalisesInput(side); ++t) {
        NormSteps steps;
        const std::vector<Tracked> row =
            normalised(exact(residual.row(t)), operands_.spec().norm, norm, steps);
        for (std::size_t c = 0; c < row.size(); ++c) {
            inputs.value(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(c)) = row[c].value;
            inputs.bound(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(c)) = row[c].bound;
        }
    }
    const Block projected = project(*side_weights, inputs);
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        TokenChain chain;
        for (Eigen::Index e = 0; e < projected.value.cols(); ++e)
            chain.projected.push_back({projected.value(static_cast<Eigen::Index>(t), e),
                                       projected.bound(static_cast<Eigen::Index>(t), e)});
        place(side, tokens.begin + t, chain);
        to.insert(to.end(), chain.placed.begin(), chain.placed.end());
    }
    return {};
}

Result<const std::vector<Tracked>*> HeadChain::vectors(HeadSide side, std::size_t end,
                                                       const RunControl& control) {
    std::vector<Tracked>& numbers = vectors_[side];
    const std::size_t head_dim = operands_.headDim();
    for (std::size_t done = numbers.size() / head_dim; done < end; done = numbers.size() / head_dim) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(done) / double(end),
                       side == HeadSide::Key ? "keys in double precision" : "values in double precision");
        HEADLIGHT_CHECK(addVectors(side, {done, std::min(end, done + kBlockTokens)}, numbers));
    }
    return &numbers;
}

} // namespace headlight::provenance
