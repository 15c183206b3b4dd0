// The CUDA module's own kernels, run on the processor, against the CPU backend: odd sizes, all head sizes,
// every schedule of their threads, 16-bit numbers. What runs here is the source that nvcc compiles.
#include "attention_support.h"

#include "core/base/memory.h"
#include "core/tensor/dtype.h"

#include <algorithm>
#include <cstring>

using namespace headlight;
using namespace headlight::test;

namespace {

const ComputeBackend& kernels() {
    static const BackendPtr backend = cudaOnCpu();
    return *backend;
}

/// Sets HEADLIGHT_CUDA_ON_CPU while it lives.
class Told {
public:
    explicit Told(const char* words) { qputenv("HEADLIGHT_CUDA_ON_CPU", words); }
    ~Told() { qunsetenv("HEADLIGHT_CUDA_ON_CPU"); }
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;
};

} // namespace

class TestCudaKernels : public QObject {
    Q_OBJECT
private slots:
    void attentionOfOddSizes_data();
    void attentionOfOddSizes();
    void stepsLeaveTheStatisticsOfAWholePass();
    void resultsDoNotDependOnTheSchedule_data();
    void resultsDoNotDependOnTheSchedule();
    void rowsThatSeeNothingGiveZeros();
    void refusesHeadsThatAreTooLarge();
    void sixteenBitsAreTheProductOfRoundedNumbers_data();
    void sixteenBitsAreTheProductOfRoundedNumbers();
    void f16KeepsLargeNumbersFinite();
};

void TestCudaKernels::attentionOfOddSizes_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("head_dim");
    QTest::addColumn<int>("kind");
    static constexpr const char* kKinds[] = {"causal", "full", "window, bias", "cached, by key, cap"};
    for (const int n : {1, 31, 33, 1000})
        for (const int head_dim : {8, 33, 64, 80, 128, 256})
            for (int kind = 0; kind < 4; ++kind)
                if (n < 1000 || (head_dim == 64 && kind < 2) || (head_dim == 256 && kind == 0))
                    QTest::addRow("%d tokens, heads of %d, %s", n, head_dim, kKinds[kind])
                        << n << head_dim << kind;
    QTest::addRow("4097 tokens, heads of 8, causal") << 4097 << 8 << 0;
}

void TestCudaKernels::attentionOfOddSizes() {
    QFETCH(int, n);
    QFETCH(int, head_dim);
    QFETCH(int, kind);
    Problem p;
    p.n_query = static_cast<std::size_t>(n);
    p.n_key = p.n_query;
    p.n_heads = n < 1000 ? 4 : 1;
    p.n_kv_heads = n < 1000 ? 2 : 1;
    p.head_dim = static_cast<std::size_t>(head_dim);
    p.value_dim = p.head_dim;
    p.gap = kind % 2 == 0 ? 3 : 0;
    p.mask.causal = kind != 1;
    if (kind == 2) {
        p.mask.window = 20;
        p.bias = true;
    } else if (kind == 3) {
        p.n_key += 45;
        p.mask.query_offset = 45;
        p.bias = p.by_key = true;
        p.softcap = 3.0f;
    }
    const Placed ours(kernels(), p);
    const Placed reference(cpuReference(), p);
    QVERIFY(difference(downloaded(ours.compute, ours.output),
                       downloaded(reference.compute, reference.output)) < 1e-5);
    QVERIFY(surroundingsUntouched(ours.compute, ours.output));
    QVERIFY(difference(downloaded(ours.compute, ours.softmax.maximum),
                       downloaded(reference.compute, reference.softmax.maximum)) < 1e-5);
    const std::size_t head = p.n_heads - 1;
    const TokenRange rows{p.n_query / 3, std::min(p.n_query, p.n_query / 3 + 300)};
    const TokenRange columns{p.n_key / 5, std::min(p.n_key, p.n_key / 5 + 500)};
    QVERIFY(difference(ours.weights(head, rows, columns), reference.weights(head, rows, columns)) < 5e-6);
    QVERIFY(difference(ours.scores(head, rows, columns), reference.scores(head, rows, columns)) < 1e-5);
    for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean}) {
        const std::size_t n_rows = (p.n_query + 6) / 7;
        const std::size_t n_columns = (p.n_key + 4) / 5;
        QVERIFY(difference(ours.pooled(head, n_rows, n_columns, pooling),
                           reference.pooled(head, n_rows, n_columns, pooling)) < 5e-6);
    }
}

/// A row has the same statistics and the same rebuilt weights, bit for bit or within a rounding, whether it
/// came with others or alone as a step of generation: what a generated text's trace shows must be what a pass
/// over the whole text shows.
void TestCudaKernels::stepsLeaveTheStatisticsOfAWholePass() {
    constexpr std::size_t n = 150;
    Problem whole{.n_query = n,
                  .n_key = n,
                  .n_heads = 2,
                  .n_kv_heads = 1,
                  .head_dim = 64,
                  .value_dim = 64,
                  .mask = {.causal = true}};
    const Placed pass(kernels(), whole);
    const std::vector<float> maxima = downloaded(pass.compute, pass.softmax.maximum);
    const std::vector<float> sums = downloaded(pass.compute, pass.softmax.inverse_sum);
    for (const std::size_t row : {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{149}}) {
        AttentionProblem step = pass.problem;
        step.query.offset += row * step.query.token_stride;
        step.query.n_tokens = 1;
        step.key.n_tokens = step.value.n_tokens = row + 1;
        step.mask.query_offset = row;
        const MatrixView output = poisoned(pass.compute, 1, 128);
        const SoftmaxRows softmax{poisoned(pass.compute, 1, 2), poisoned(pass.compute, 1, 2)};
        pass.compute.attention(step, output, softmax);
        const std::vector<float> step_maxima = downloaded(pass.compute, softmax.maximum);
        const std::vector<float> step_sums = downloaded(pass.compute, softmax.inverse_sum);
        for (std::size_t head = 0; head < 2; ++head) {
            QCOMPARE(step_maxima[head], maxima[row * 2 + head]); // the same scores, so the same highest one
            QVERIFY(std::abs(step_sums[head] - sums[row * 2 + head]) <= 1e-6f * sums[row * 2 + head]);
        }
        QVERIFY(difference(downloaded(pass.compute, output),
                           downloaded(pass.compute, pass.output.rowsFrom(row, 1))) < 1e-6);
        QVERIFY(surroundingsUntouched(pass.compute, output));
    }
}

void TestCudaKernels::resultsDoNotDependOnTheSchedule_data() {
    QTest::addColumn<QByteArray>("schedule");
    QTest::newRow("reverse") << QByteArray("schedule=reverse");
    QTest::newRow("random") << QByteArray("schedule=random");
}

/// A missing barrier shows as a result that changes with the thread that goes first.
void TestCudaKernels::resultsDoNotDependOnTheSchedule() {
    QFETCH(QByteArray, schedule);
    const auto everything = [] {
        std::vector<std::vector<float>> results;
        const auto take = [&](const Problem& p) {
            const Placed placed(kernels(), p);
            results.push_back(downloaded(placed.compute, placed.output));
            results.push_back(downloaded(placed.compute, placed.softmax.inverse_sum));
            results.push_back(placed.weights(0, {0, p.n_query}, {0, p.n_key}));
            results.push_back(placed.pooled(0, (p.n_query + 2) / 3, (p.n_key + 8) / 9, Pooling::Mean));
        };
        for (const std::size_t head_dim :
             {std::size_t{24}, std::size_t{64}, std::size_t{100}, std::size_t{200}}) {
            take({.n_query = 130,
                  .n_key = 130,
                  .n_heads = 2,
                  .n_kv_heads = 1,
                  .head_dim = head_dim,
                  .value_dim = head_dim,
                  .mask = {.causal = true}});
            take({.n_query = 3,
                  .n_key = 300,
                  .n_heads = 2,
                  .n_kv_heads = 2,
                  .head_dim = head_dim,
                  .value_dim = head_dim,
                  .mask = {.causal = true, .query_offset = 297}});
        }
        for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{5, 31}, {3, 1500}}) {
            const MatrixView input = uploaded(kernels(), rows, columns, randomFloats(rows * columns, 9));
            const MatrixView output = poisoned(kernels(), rows, columns);
            kernels().layerNorm(input, {}, {}, 1e-5f, output);
            results.push_back(downloaded(kernels(), output));
            Tensor weight = Tensor::fromVector({columns, 64}, randomFloats(columns * 64, 10));
            const LinearWeightsPtr weights =
                kernels().prepareLinear(std::move(weight), WeightLayout::InOut, {}).value();
            const MatrixView product = poisoned(kernels(), rows, 64);
            kernels().linear(*weights, input, product, Activation::Gelu, false);
            results.push_back(downloaded(kernels(), product));
        }
        return results;
    };
    const auto expected = everything();
    const Told told(schedule.constData());
    const auto found = everything();
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY2(sameBits(found[i], expected[i]), qPrintable(QStringLiteral("result %1").arg(i)));
}

void TestCudaKernels::rowsThatSeeNothingGiveZeros() {
    for (const std::size_t n : {std::size_t{3}, std::size_t{70}}) { // a step and a pass
        const Problem p{.n_query = n,
                        .n_key = 40,
                        .n_heads = 2,
                        .n_kv_heads = 2,
                        .head_dim = 16,
                        .value_dim = 16,
                        .mask = {.window = 8, .query_offset = 100}};
        const Placed placed(kernels(), p);
        for (const float x : downloaded(placed.compute, placed.output))
            QCOMPARE(x, 0.0f);
        for (const float x : placed.weights(1, {0, n}, {0, 40}))
            QCOMPARE(x, 0.0f);
        for (const float x : placed.pooled(1, 3, 4, Pooling::Maximum))
            QCOMPARE(x, 0.0f);
    }
}

void TestCudaKernels::refusesHeadsThatAreTooLarge() {
    const Problem p{.n_query = 4, .n_key = 4, .head_dim = 264, .value_dim = 264};
    try {
        const Placed placed(kernels(), p);
        QFAIL("heads of 264 dimensions were taken");
    } catch (const BackendFailure& failure) {
        QVERIFY(failure.error().message().find("264") != std::string::npos);
    }
}

void TestCudaKernels::sixteenBitsAreTheProductOfRoundedNumbers_data() {
    QTest::addColumn<int>("precision");
    QTest::addColumn<int>("n_rows");
    QTest::addColumn<int>("n_in");
    QTest::addColumn<int>("n_out");
    for (const ComputePrecision precision :
         {ComputePrecision::F16, ComputePrecision::BF16, ComputePrecision::TF32})
        for (const auto& [n_rows, n_in, n_out] : {std::tuple{1, 1, 1},
                                                  {1, 64, 96},
                                                  {3, 128, 31},
                                                  {4, 1024, 7},
                                                  {5, 64, 33},
                                                  {17, 513, 65},
                                                  {40, 96, 77}})
            QTest::addRow("%s: %d x %d -> %d", std::string(precisionName(precision)).c_str(), n_rows, n_in,
                          n_out)
                << static_cast<int>(precision) << n_rows << n_in << n_out;
}

void TestCudaKernels::sixteenBitsAreTheProductOfRoundedNumbers() {
    QFETCH(int, precision);
    QFETCH(int, n_rows);
    QFETCH(int, n_in);
    QFETCH(int, n_out);
    const auto rows = static_cast<std::size_t>(n_rows);
    const auto inputs = static_cast<std::size_t>(n_in);
    const auto outputs = static_cast<std::size_t>(n_out);
    const auto asked = static_cast<ComputePrecision>(precision);
    const BackendPtr compute = cudaOnCpu(asked);
    QCOMPARE(compute->precision(), asked);
    QVERIFY(compute->description().find(precisionName(asked)) != std::string::npos);
    QCOMPARE(compute->bytesPerWeight(), std::size_t{asked == ComputePrecision::TF32 ? 4u : 2u});
    const std::vector<float> weight =
        randomFloats(inputs * outputs, 1, 1.0f / std::sqrt(static_cast<float>(inputs)));
    const std::vector<float> input = randomFloats(rows * inputs, 2);
    // Numbers of 8 or 10 bits of mantissa: each product is off by a few parts in 2^8 or 2^10 of its factors.
    const double unit = asked == ComputePrecision::BF16 ? 1.0 / 256 : 1.0 / 1024;
    for (const WeightLayout layout : {WeightLayout::OutIn, WeightLayout::InOut}) {
        Tensor matrix(layout == WeightLayout::OutIn ? Shape{outputs, inputs} : Shape{inputs, outputs});
        for (std::size_t o = 0; o < outputs; ++o)
            for (std::size_t k = 0; k < inputs; ++k)
                matrix.data()[layout == WeightLayout::OutIn ? o * inputs + k : k * outputs + o] =
                    weight[o * inputs + k];
        const LinearWeightsPtr weights =
            compute
                ->prepareLinear(std::move(matrix), layout,
                                Tensor::fromVector({outputs}, std::vector<float>(outputs, 0.25f)))
                .value();
        for (const std::size_t gap : {std::size_t{3}, std::size_t{0}}) {
            MatrixView from{compute->allocate(rows * (inputs + gap)).value(), 0, rows, inputs, inputs + gap};
            compute->upload(input, from);
            const MatrixView output = poisoned(*compute, rows, outputs);
            compute->linear(*weights, from, output, Activation::Silu, false);
            const std::vector<float> found = downloaded(*compute, output);
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t o = 0; o < outputs; ++o) {
                    double sum = 0.25;
                    double size = 0;
                    for (std::size_t k = 0; k < inputs; ++k) {
                        const double product = double(input[i * inputs + k]) * double(weight[o * inputs + k]);
                        sum += product;
                        size += product * product;
                    }
                    const double allowed = 6 * unit * (std::sqrt(size) + 1e-3);
                    QVERIFY(std::abs(double(found[i * outputs + o]) - activated(Activation::Silu, sum)) <=
                            allowed);
                }
            QVERIFY(surroundingsUntouched(*compute, output));
        }
    }
}

/// Activations beyond what F16 holds become its largest number, not an infinity that spoils the row.
void TestCudaKernels::f16KeepsLargeNumbersFinite() {
    const BackendPtr compute = cudaOnCpu(ComputePrecision::F16);
    const LinearWeightsPtr weights =
        compute
            ->prepareLinear(Tensor::fromVector({1, 8}, std::vector<float>(8, 1e6f)), WeightLayout::OutIn, {})
            .value();
    for (const std::size_t rows : {std::size_t{1}, std::size_t{6}}) {
        const MatrixView output = poisoned(*compute, rows, 1);
        compute->linear(*weights, uploaded(*compute, rows, 8, std::vector<float>(rows * 8, -1e9f)), output,
                        Activation::None, false);
        for (const float x : downloaded(*compute, output))
            QVERIFY(std::isfinite(x) && x < 0.0f);
    }
}

QTEST_APPLESS_MAIN(TestCudaKernels)
#include "tst_cuda_kernels.moc"
