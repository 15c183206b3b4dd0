// Linear layers of every backend against a float64 reference.
#include "compute_support.h"

#include "core/tensor/dtype.h"

#include <QtTest>

#include <algorithm>
#include <span>
#include <tuple>

using namespace headlight;
using namespace headlight::test;

class TestLinear : public QObject {
    Q_OBJECT
private slots:
    void matchesReference_data();
    void matchesReference();
    void rowsDoNotDependOnTheirCompany();
    void leavesNoRowsAlone();
    void writesToTheHost();
    void wideResultsHaveTheBitsOfNarrowOnes_data();
    void wideResultsHaveTheBitsOfNarrowOnes();
    void readsBackWhatItMultipliesWith();
    void bf16IsTheProductOfRoundedNumbers_data();
    void bf16IsTheProductOfRoundedNumbers();
    void bf16FallsBackToF32AndSaysSo();
};

namespace {

struct Layer {
    std::size_t n_in;
    std::size_t n_out;
    std::vector<float> weight; // [n_out, n_in]
    std::vector<float> bias;   // [n_out]
};

Layer randomLayer(std::size_t n_in, std::size_t n_out) {
    return {n_in, n_out, randomFloats(n_in * n_out, 1, 1.0f / std::sqrt(static_cast<float>(n_in))), randomFloats(n_out, 2)};
}

LinearWeightsPtr prepared(const ComputeBackend& backend, const Layer& layer, WeightLayout layout, bool with_bias) {
    Tensor weight = Tensor::fromVector({layer.n_out, layer.n_in}, layer.weight);
    if (layout == WeightLayout::InOut) {
        Tensor transposed(Shape{layer.n_in, layer.n_out});
        transposed.matrix() = weight.matrix().transpose();
        weight = std::move(transposed);
    }
    return backend.prepareLinear(std::move(weight), layout,
                                 with_bias ? Tensor::fromVector({layer.n_out}, layer.bias) : Tensor()).value();
}

} // namespace

void TestLinear::matchesReference_data() {
    QTest::addColumn<int>("backend");
    QTest::addColumn<int>("n_rows");
    QTest::addColumn<int>("n_in");
    QTest::addColumn<int>("n_out");
    const int shapes[][3] = {{1, 1, 1},     {1, 64, 96},   {2, 33, 31},   {8, 128, 77},  {13, 200, 40},
                             {15, 257, 65}, {31, 193, 33}, {64, 192, 64}, {129, 48, 50}, {257, 640, 97}, {300, 31, 129}};
    for (std::size_t b = 0; b < allBackends().size(); ++b)
        for (const auto& [n_rows, n_in, n_out] : shapes)
            QTest::addRow("%s: %d x %d -> %d", allBackends()[b].name.c_str(), n_rows, n_in, n_out)
                << static_cast<int>(b) << n_rows << n_in << n_out;
}

void TestLinear::matchesReference() {
    QFETCH(int, backend);
    QFETCH(int, n_rows);
    QFETCH(int, n_in);
    QFETCH(int, n_out);
    const NamedBackend& named = allBackends()[static_cast<std::size_t>(backend)];
    HEADLIGHT_SKIP_MISSING(named);
    HEADLIGHT_SKIP_TOO_SLOW(named, n_rows * n_in * n_out);
    const ComputeBackend& compute = *named.backend;
    const auto rows = static_cast<std::size_t>(n_rows);
    const Layer layer = randomLayer(static_cast<std::size_t>(n_in), static_cast<std::size_t>(n_out));
    const std::vector<float> input = randomFloats(rows * layer.n_in, 3);
    const std::vector<float> old = randomFloats(rows * layer.n_out, 4);
    const MatrixView input_view = uploaded(compute, rows, layer.n_in, input);

    for (const bool with_bias : {false, true}) {
        for (const bool accumulate : {false, true}) {
            const Activation activation = with_bias ? Activation::GeluTanh : Activation::None;
            std::vector<double> expected(rows * layer.n_out);
            for (std::size_t i = 0; i < rows; ++i) {
                for (std::size_t o = 0; o < layer.n_out; ++o) {
                    double sum = with_bias ? static_cast<double>(layer.bias[o]) : 0.0;
                    for (std::size_t k = 0; k < layer.n_in; ++k)
                        sum += static_cast<double>(input[i * layer.n_in + k]) * static_cast<double>(layer.weight[o * layer.n_in + k]);
                    expected[i * layer.n_out + o] =
                        activated(activation, sum) + (accumulate ? static_cast<double>(old[i * layer.n_out + o]) : 0.0);
                }
            }
            for (const WeightLayout layout : {WeightLayout::OutIn, WeightLayout::InOut}) {
                const LinearWeightsPtr weights = prepared(compute, layer, layout, with_bias);
                QCOMPARE(weights->inputSize(), layer.n_in);
                QCOMPARE(weights->outputSize(), layer.n_out);
                MatrixView output = accumulate ? uploaded(compute, rows, layer.n_out, old) : poisoned(compute, rows, layer.n_out);
                compute.linear(*weights, input_view, output, activation, accumulate);
                QVERIFY(largestDifference(downloaded(compute, output), expected) < 1e-5);
                QVERIFY(surroundingsUntouched(compute, output));
            }
        }
    }
}

/// A token's hidden state must not change in the last digit because another token was typed after it.
void TestLinear::rowsDoNotDependOnTheirCompany() {
    const Layer layer = randomLayer(300, 70);
    for (const auto& [name, backend, missing, same_bits] : backends()) {
        const std::size_t n_rows = needsSmallSizes(name) ? 66 : 200;
        qInfo("%s: %zu rows", name.c_str(), n_rows);
        const LinearWeightsPtr weights = prepared(*backend, layer, WeightLayout::OutIn, true);
        const MatrixView all = uploaded(*backend, n_rows, 300, randomFloats(n_rows * 300, 3));
        const MatrixView all_output = poisoned(*backend, n_rows, 70);
        backend->linear(*weights, all, all_output, Activation::Gelu);
        for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{16}, std::size_t{65}}) {
            const MatrixView output = poisoned(*backend, n, 70);
            backend->linear(*weights, all.rowsFrom(0, n), output, Activation::Gelu);
            const std::vector<float> expected = downloaded(*backend, all_output.rowsFrom(0, n));
            if (same_bits)
                QVERIFY2(downloaded(*backend, output) == expected, name.c_str());
            else // few rows go through another kernel
                QVERIFY2(largestDifference(downloaded(*backend, output), {expected.begin(), expected.end()}) < 1e-5, name.c_str());
        }
    }
}

void TestLinear::leavesNoRowsAlone() {
    const Layer layer = randomLayer(8, 8);
    for (const auto& [name, backend, missing, same_bits] : backends()) {
        const LinearWeightsPtr weights = prepared(*backend, layer, WeightLayout::OutIn, true);
        const MatrixView input = poisoned(*backend, 1, 8);
        const MatrixView output = poisoned(*backend, 1, 8);
        backend->linear(*weights, input.rowsFrom(0, 0), output.rowsFrom(0, 0));
        QVERIFY2(surroundingsUntouched(*backend, output.rowsFrom(0, 0)), name.c_str());
    }
}

void TestLinear::writesToTheHost() {
    const Layer layer = randomLayer(300, 70);
    for (const auto& [name, backend, missing, same_bits] : backends()) {
        const LinearWeightsPtr weights = prepared(*backend, layer, WeightLayout::OutIn, true);
        const MatrixView input = uploaded(*backend, 33, 300, randomFloats(33 * 300, 3));
        const MatrixView output = poisoned(*backend, 33, 70);
        backend->linear(*weights, input, output);
        std::vector<float> host(33 * 70);
        backend->linearToHost(*weights, input, host);
        QVERIFY2(host == downloaded(*backend, output), name.c_str());
    }
}

void TestLinear::wideResultsHaveTheBitsOfNarrowOnes_data() {
    QTest::addColumn<int>("precision");
    QTest::addColumn<int>("products");
    QTest::newRow("multiply-adds") << int(ComputePrecision::F32) << int(cpu::F32Products::Panels);
    QTest::newRow("integers") << int(ComputePrecision::F32) << int(cpu::F32Products::Digits);
    QTest::newRow("BF16") << int(ComputePrecision::BF16) << int(cpu::F32Products::Best);
}

/// Results larger than the caches are written past them: rows that do not begin at a cache line, a last panel that is not full.
void TestLinear::wideResultsHaveTheBitsOfNarrowOnes() {
    QFETCH(int, precision);
    QFETCH(int, products);
    const cpu::CpuBackend compute({.n_threads = 2,
                                   .precision = static_cast<ComputePrecision>(precision),
                                   .products = static_cast<cpu::F32Products>(products)});
    const std::size_t n_rows = 131;
    const Layer layer = randomLayer(5, 32773);
    QVERIFY(n_rows * layer.n_out > std::size_t{4} << 20);
    const LinearWeightsPtr weights = prepared(compute, layer, WeightLayout::InOut, true);
    const MatrixView input = uploaded(compute, n_rows, layer.n_in, randomFloats(n_rows * layer.n_in, 3));
    const MatrixView wide = poisoned(compute, n_rows, layer.n_out, 0);
    compute.linear(*weights, input, wide, Activation::Relu, false);
    QVERIFY(surroundingsUntouched(compute, wide));
    const MatrixView narrow = poisoned(compute, 10, layer.n_out);
    for (std::size_t first = 0; first < n_rows; first += 10) {
        const std::size_t count = std::min<std::size_t>(10, n_rows - first);
        compute.linear(*weights, input.rowsFrom(first, count), narrow.rowsFrom(0, count), Activation::Relu, false);
        QVERIFY(downloaded(compute, narrow.rowsFrom(0, count)) == downloaded(compute, wide.rowsFrom(first, count)));
    }
}

/// Weights and biases for looking at: the checkpoint's, as they were rounded.
void TestLinear::readsBackWhatItMultipliesWith() {
    const Layer layer = randomLayer(71, 45);
    std::vector<NamedBackend> all = backends();
    if (const BackendPtr bf16 = bf16Backend(1))
        all.push_back({"BF16 on AMX", bf16, {}});
    for (const auto& [name, backend, missing, same_bits] : all) {
        const bool rounds = backend->precision() == ComputePrecision::BF16;
        const LinearWeightsPtr weights = prepared(*backend, layer, WeightLayout::InOut, true);
        std::vector<float> block(7 * 40);
        const WeightBlock at{.first_output = 33, .n_outputs = 7, .first_input = 30, .n_inputs = 40};
        if (!weights->read(at, block).ok())
            continue; // a device that keeps them to itself
        for (std::size_t o = 0; o < at.n_outputs; ++o)
            for (std::size_t i = 0; i < at.n_inputs; ++i) {
                const float weight = layer.weight[(at.first_output + o) * layer.n_in + at.first_input + i];
                const float expected = rounds ? bf16ToF32(f32ToBf16(weight)) : weight;
                QVERIFY2(std::abs(block[o * at.n_inputs + i] - expected) <= (rounds ? 0.0f : 1e-7f), name.c_str());
            }
        std::vector<float> biases(5);
        QVERIFY(weights->readBiases(40, biases).ok());
        QVERIFY2(std::ranges::equal(biases, std::span(layer.bias).subspan(40, 5)), name.c_str());
    }
}

void TestLinear::bf16IsTheProductOfRoundedNumbers_data() {
    QTest::addColumn<int>("n_rows");
    QTest::addColumn<int>("n_in");
    QTest::addColumn<int>("n_out");
    for (const auto& [n_rows, n_in, n_out] : {std::tuple{1, 1, 1}, {1, 64, 96}, {8, 33, 31}, {16, 512, 32}, {17, 513, 65},
                                              {33, 1100, 64}, {100, 96, 77}, {300, 640, 97}})
        QTest::addRow("%d x %d -> %d", n_rows, n_in, n_out) << n_rows << n_in << n_out;
}

void TestLinear::bf16IsTheProductOfRoundedNumbers() {
    QFETCH(int, n_rows);
    QFETCH(int, n_in);
    QFETCH(int, n_out);
    if (cpu::usableBf16Kernels() == nullptr)
        QSKIP("this CPU has no AMX");
    const cpu::CpuBackend compute({.n_threads = 2, .precision = ComputePrecision::BF16});
    QVERIFY(compute.precision() == ComputePrecision::BF16);
    QVERIFY(compute.description().find("preview") != std::string::npos);
    const auto rows = static_cast<std::size_t>(n_rows);
    const Layer layer = randomLayer(static_cast<std::size_t>(n_in), static_cast<std::size_t>(n_out));
    const std::vector<float> input = randomFloats(rows * layer.n_in, 3);
    const auto rounded = [](float x) { return static_cast<double>(bf16ToF32(f32ToBf16(x))); };
    std::vector<double> expected(rows * layer.n_out);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t o = 0; o < layer.n_out; ++o) {
            double sum = static_cast<double>(layer.bias[o]);
            for (std::size_t k = 0; k < layer.n_in; ++k)
                sum += rounded(input[i * layer.n_in + k]) * rounded(layer.weight[o * layer.n_in + k]);
            expected[i * layer.n_out + o] = activated(Activation::Silu, sum);
        }
    }
    for (const WeightLayout layout : {WeightLayout::OutIn, WeightLayout::InOut}) {
        const LinearWeightsPtr weights = prepared(compute, layer, layout, true);
        const MatrixView output = poisoned(compute, rows, layer.n_out);
        compute.linear(*weights, uploaded(compute, rows, layer.n_in, input), output, Activation::Silu, false);
        QVERIFY(largestDifference(downloaded(compute, output), expected) < 1e-5);
        QVERIFY(surroundingsUntouched(compute, output));
    }
}

void TestLinear::bf16FallsBackToF32AndSaysSo() {
    const cpu::CpuBackend compute({.n_threads = 1, .precision = ComputePrecision::BF16, .kernels = &cpu::portableKernels()});
    QVERIFY(compute.precision() == ComputePrecision::F32);
    QVERIFY(compute.description().find("no BF16") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestLinear)
#include "tst_linear.moc"
