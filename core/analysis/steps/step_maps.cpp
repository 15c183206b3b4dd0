#include "core/analysis/steps/step_maps.h"

#include "core/analysis/steps/steps.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <span>

namespace headlight {
namespace {

struct OutputRow {
    std::vector<float> weights; ///< [n_inputs]
    double bias = 0.0;
};

std::optional<OutputRow> readOutput(const LinearWeights& linear, std::size_t output) {
    OutputRow row{std::vector<float>(linear.inputSize()), 0.0};
    float bias = 0.0f;
    if (!linear.read({output, 1, 0, linear.inputSize()}, row.weights).ok() ||
        !linear.readBiases(output, {&bias, 1}).ok())
        return std::nullopt;
    row.bias = static_cast<double>(bias);
    return row;
}

double product(std::span<const float> input, const OutputRow& output) {
    double sum = output.bias;
    for (std::size_t i = 0; i < input.size(); ++i)
        sum += static_cast<double>(input[i]) * static_cast<double>(output.weights[i]);
    return sum;
}

void fillLinear(const LinearMap& map, std::span<const float> input, std::size_t column,
                CellArithmetic& cell) {
    const std::size_t output = map.first_output + column;
    const auto row = readOutput(*map.weights, output);
    const auto gate = map.gate ? readOutput(*map.gate, output) : std::nullopt;
    if (!row || (map.gate && !gate))
        return;
    cell.products = true;
    for (std::size_t i = 0; i < input.size(); ++i)
        cell.terms.push_back({static_cast<double>(input[i]), static_cast<double>(row->weights[i])});
    cell.bias = row->bias;
    cell.sum = product(input, *row);
    cell.activation = map.activation;
    if (gate) {
        cell.gate = product(input, *gate);
        cell.exact = activated(map.activation, *cell.gate) * *cell.sum;
    } else {
        cell.exact = activated(map.activation, *cell.sum);
    }
}

/// Row `input` normalised: mean and root of the spread.
CellArithmetic::Norm normOf(const NormMap& map, std::span<const float> input) {
    CellArithmetic::Norm norm;
    const auto n = static_cast<double>(input.size());
    norm.centred = map.kind == NormKind::LayerNorm;
    if (norm.centred) {
        for (const float x : input)
            norm.mean += static_cast<double>(x);
        norm.mean /= n;
    }
    double squares = 0.0;
    for (const float x : input)
        squares += std::pow(static_cast<double>(x) - norm.mean, 2);
    norm.divisor = std::sqrt(squares / n + map.epsilon);
    return norm;
}

void setColumn(const NormMap& map, std::span<const float> input, std::size_t column,
               CellArithmetic::Norm& norm) {
    norm.x = static_cast<double>(input[column]);
    norm.gain = map.gain.empty() ? 1.0 : static_cast<double>(map.gain[column]);
    norm.bias = map.bias.empty() ? 0.0 : static_cast<double>(map.bias[column]);
}

void fillTurned(const TurnMap& map, std::span<const float> input, std::size_t row, std::size_t column,
                CellArithmetic& cell) {
    std::vector<double> numbers(input.begin(), input.end());
    if (map.norm) {
        CellArithmetic::Norm norm = normOf(*map.norm, input);
        for (std::size_t i = 0; i < input.size(); ++i) {
            setColumn(*map.norm, input, i, norm);
            numbers[i] = norm.value();
        }
    }
    const std::size_t n_pairs = map.frequencies.size();
    if (column >= 2 * n_pairs) { // further dimensions of a head stay
        if (map.norm) {
            cell.norm = normOf(*map.norm, input);
            setColumn(*map.norm, input, column, *cell.norm);
        } else {
            cell.terms.push_back({numbers[column]});
        }
        cell.exact = numbers[column];
        return;
    }
    const std::size_t pair = map.interleaved ? column / 2 : column % n_pairs;
    const std::size_t first = map.interleaved ? 2 * pair : pair;
    const std::size_t second = map.interleaved ? first + 1 : pair + n_pairs;
    const std::size_t position = map.positions.empty() ? row : map.positions[row];
    const double angle = static_cast<double>(position) * static_cast<double>(map.frequencies[pair]);
    const double cosine = std::cos(angle) * map.factor, sine = std::sin(angle) * map.factor;
    cell.angle = angle;
    cell.products = true;
    if (column == first)
        cell.terms = {{numbers[first], cosine}, {numbers[second], -sine}};
    else
        cell.terms = {{numbers[second], cosine}, {numbers[first], sine}};
    cell.exact = cell.terms[0].left * cell.terms[0].right + cell.terms[1].left * cell.terms[1].right;
}

} // namespace

double activated(Activation activation, double x) {
    switch (activation) {
    case Activation::None:
        break;
    case Activation::Relu:
        return std::max(0.0, x);
    case Activation::Gelu:
        return 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2));
    case Activation::GeluTanh:
        return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::GeluQuick:
        return x / (1.0 + std::exp(-1.702 * x));
    case Activation::Silu:
        return x / (1.0 + std::exp(-x));
    case Activation::Tanh:
        return std::tanh(x);
    }
    return x;
}

NormMap normMapOf(const ComputeBackend& backend, const NormSpec& spec, const NormWeights& norm) {
    NormMap map{spec.kind, static_cast<double>(spec.epsilon), {}, {}};
    const auto download = [&backend](const MatrixView& view) {
        std::vector<float> values(view.rows * view.columns);
        if (!values.empty())
            backend.download(view, values);
        return values;
    };
    map.gain = download(norm.gain);
    for (float& gain : map.gain)
        gain += spec.gain_offset;
    map.bias = download(norm.bias);
    return map;
}

void fillMapped(const StepMap& map, const Tensor& input, std::size_t row, std::size_t column,
                CellArithmetic& cell) {
    if (const auto* linear = std::get_if<LinearMap>(&map.how)) {
        fillLinear(*linear, input.row(row), column, cell);
    } else if (const auto* norm = std::get_if<NormMap>(&map.how)) {
        cell.norm = normOf(*norm, input.row(row));
        setColumn(*norm, input.row(row), column, *cell.norm);
        cell.exact = cell.norm->value();
    } else if (const auto* turn = std::get_if<TurnMap>(&map.how)) {
        fillTurned(*turn, input.row(row), row, column, cell);
    }
}

} // namespace headlight
