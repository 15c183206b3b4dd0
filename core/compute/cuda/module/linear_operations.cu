// Linear layers: few rows by a kernel of our own, which is bound by reading the weights, others by cuBLAS.
#include "core/compute/cuda/module/operations.h"

#include "core/compute/cuda/module/kernels/few_rows.cuh"
#include "core/compute/cuda/module/kernels/pack.cuh"

namespace headlight::cuda {

namespace {

/// Bytes of host weights that are on their way at once.
constexpr std::size_t kStagingBytes = std::size_t{64} << 20;
/// Bytes of a product that goes to the host at once.
constexpr std::size_t kToHostBytes = std::size_t{128} << 20;

bool isHalf(Number number) {
    return number == Number::F16 || number == Number::BF16;
}

bool aligned(const Matrix& matrix) {
    return reinterpret_cast<std::uintptr_t>(matrix.data) % 16 == 0 &&
           (matrix.rows == 1 || matrix.row_stride % 4 == 0);
}

bool takesFewRows(const Weights& weights, const Matrix& input) {
    return input.rows <= kMostFewRows && weights.n_in % (isHalf(weights.number) ? 8 : 4) == 0 &&
           aligned(input);
}

template <Number kNumber>
Status runFewRows(Device& device, const Weights& weights, Matrix input, Matrix output,
                  std::int32_t activation, bool accumulate) {
    const FewRowsArguments a{weights.matrix, weights.bias, weights.n_in, weights.n_out,
                             input,          output,       activation,   accumulate};
    const Launch grid{(weights.n_out + kOutputsOfBlock - 1) / kOutputsOfBlock, kFewRowsThreads};
    switch (input.rows) {
    case 1:
        return launch(*device.raw, multiplyFewRows<kNumber, 1>, grid, a);
    case 2:
        return launch(*device.raw, multiplyFewRows<kNumber, 2>, grid, a);
    case 3:
        return launch(*device.raw, multiplyFewRows<kNumber, 3>, grid, a);
    default:
        return launch(*device.raw, multiplyFewRows<kNumber, 4>, grid, a);
    }
}

Status packTiles(Device& device, const PackArguments& a) {
    const std::size_t tiles = (a.count + kPackTile - 1) / kPackTile * ((a.width + kPackTile - 1) / kPackTile);
    return launch(*device.raw, packWeightTiles,
                  {tiles, kPackThreads, kPackTile * (kPackTile + 1) * sizeof(float)}, a);
}

/// output (=|+=) input weight^T, without what comes behind it.
Status multiplyRowsBy(Device& device, const Weights& weights, Matrix input, Matrix output, bool accumulate) {
    Product product{};
    product.weight = weights.matrix;
    product.input = input.data;
    product.input_stride = input.row_stride;
    product.output = output.data;
    product.output_stride = output.row_stride;
    product.n_rows = input.rows;
    product.n_in = weights.n_in;
    product.n_out = weights.n_out;
    product.number = weights.number;
    product.accumulate = accumulate;
    Scratch<std::uint16_t> half(device);
    if (isHalf(weights.number)) {
        HEADLIGHT_DEVICE(half.take(input.rows * input.columns));
        HEADLIGHT_DEVICE(roundTo(device, input, weights.number, half.get()));
        product.input = half.get();
        product.input_stride = input.columns;
    }
    return device.raw->multiply(product);
}

} // namespace

Status packLinear(Device& device, const float* host, bool transposed, const Weights& shape, void* to) {
    PackArguments a{};
    const std::size_t n_rows = transposed ? shape.n_in : shape.n_out;
    a.width = transposed ? shape.n_out : shape.n_in;
    a.weights = to;
    a.n_in = shape.n_in;
    a.transposed = transposed;
    a.number = static_cast<int>(shape.number);
    if (n_rows == 0 || a.width == 0)
        return Status::Ok;
    const std::size_t row_bytes = a.width * sizeof(float);
    const std::size_t at_once = std::max<std::size_t>(1, std::min(n_rows, kStagingBytes / row_bytes));
    Scratch<float> staging(device);
    HEADLIGHT_DEVICE(staging.take(at_once * a.width));
    a.rows = staging.get();
    for (a.first_row = 0; a.first_row < n_rows; a.first_row += a.count) {
        a.count = std::min(at_once, n_rows - a.first_row);
        const std::size_t bytes = a.count * row_bytes;
        HEADLIGHT_DEVICE(
            device.raw->toDevice({host + a.first_row * a.width, bytes}, {staging.get(), bytes}, bytes, 1));
        HEADLIGHT_DEVICE(packTiles(device, a));
    }
    return Status::Ok;
}

Status runLinear(Device& device, const Weights& weights, Matrix input, Matrix output, std::int32_t activation,
                 bool accumulate) {
    if (takesFewRows(weights, input)) {
        switch (weights.number) {
        case Number::F16:
            return runFewRows<Number::F16>(device, weights, input, output, activation, accumulate);
        case Number::BF16:
            return runFewRows<Number::BF16>(device, weights, input, output, activation, accumulate);
        default:
            return runFewRows<Number::F32>(device, weights, input, output, activation, accumulate);
        }
    }
    const bool activates = activation != kNone;
    if (accumulate && activates) { // only the activated sum may be added
        Scratch<float> apart(device);
        HEADLIGHT_DEVICE(apart.take(output.rows * output.columns));
        const Matrix product{apart.get(), output.rows, output.columns, output.columns};
        HEADLIGHT_DEVICE(multiplyRowsBy(device, weights, input, product, false));
        return finishProduct(device, product, output, weights.bias, activation, true);
    }
    HEADLIGHT_DEVICE(multiplyRowsBy(device, weights, input, output, accumulate));
    if (!activates && weights.bias == nullptr)
        return Status::Ok;
    return finishProduct(device, output, output, weights.bias, activation, false);
}

Status runLinearToHost(Device& device, const Weights& weights, Matrix input, float* host) {
    const std::size_t row_bytes = weights.n_out * sizeof(float);
    const std::size_t at_once = std::max<std::size_t>(1, std::min(input.rows, kToHostBytes / row_bytes));
    Scratch<float> product(device);
    HEADLIGHT_DEVICE(product.take(at_once * weights.n_out));
    for (std::size_t first = 0; first < input.rows; first += at_once) {
        const std::size_t count = std::min(at_once, input.rows - first);
        const Matrix rows{input.data + first * input.row_stride, count, input.columns, input.row_stride};
        const Matrix output{product.get(), count, weights.n_out, weights.n_out};
        HEADLIGHT_DEVICE(runLinear(device, weights, rows, output, kNone, false));
        const std::size_t bytes = count * row_bytes;
        HEADLIGHT_DEVICE(
            device.raw->toHost({product.get(), bytes}, {host + first * weights.n_out, bytes}, bytes, 1));
    }
    return Status::Ok;
}

} // namespace headlight::cuda
