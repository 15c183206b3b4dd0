// Attention by tensor cores, with the instructions in C++ (tests/support/cuda_on_cpu/tensor_instructions.h):
// which number every lane holds, and that scores, weights, statistics and outputs are those of rounded
// factors.
#include "attention_support.h"

#include <map>
#include <tuple>
#include <utility>

using namespace headlight;
using namespace headlight::test;

namespace {

/// Largest relative error that rounding to a precision makes.
double unitOf(ComputePrecision precision) {
    return precision == ComputePrecision::BF16 ? 1.0 / 256 : 1.0 / 2048;
}

/// The GPU, or its kernels on the processor; null and why where there is no GPU.
struct Device {
    BackendPtr backend;
    std::string missing;
};
const Device& device(bool real, ComputePrecision precision) {
    static std::map<std::pair<bool, ComputePrecision>, Device> all;
    const auto [found, is_new] = all.try_emplace({real, precision});
    Device& one = found->second;
    if (is_new && !real) {
        one.backend = cudaOnCpu(precision);
    } else if (is_new) {
        const auto gpu = selectBackend({.choice = BackendChoice::Cuda, .precision = precision});
        one.backend = gpu ? gpu.value().backend : nullptr;
        one.missing = gpu ? "" : "no CUDA device: " + gpu.error().summary;
    }
    return one;
}
/// Rows for both; HEADLIGHT_TEST_BACKENDS=CUDA leaves the GPU alone.
std::vector<bool> realOrNot() {
    if (qEnvironmentVariable("HEADLIGHT_TEST_BACKENDS") == QLatin1String("CUDA"))
        return {true};
    return {false, true};
}
/// Fetches a data row's device, or skips visibly.
#define HEADLIGHT_FETCH_DEVICE()                                                                             \
    QFETCH(bool, real);                                                                                      \
    QFETCH(int, precision);                                                                                  \
    const auto asked = static_cast<ComputePrecision>(precision);                                             \
    if (device(real, asked).backend == nullptr)                                                              \
        QSKIP(device(real, asked).missing.c_str());                                                          \
    const ComputeBackend& kernels = *device(real, asked).backend

void addPrecisions() {
    QTest::addColumn<bool>("real");
    QTest::addColumn<int>("precision");
    for (const bool real : realOrNot())
        for (const ComputePrecision precision :
             {ComputePrecision::TF32, ComputePrecision::F16, ComputePrecision::BF16})
            QTest::addRow("%s, %s", real ? "CUDA" : "CUDA kernels on the CPU",
                          std::string(precisionName(precision)).c_str())
                << real << static_cast<int>(precision);
}

} // namespace

class TestCudaTensorKernels : public QObject {
    Q_OBJECT
private slots:
    void attentionIsThatOfRoundedFactors_data();
    void attentionIsThatOfRoundedFactors();
    void aTileHasTheSameBitsWhereverItBegins_data() { addPrecisions(); }
    void aTileHasTheSameBitsWhereverItBegins();
    void stepsLeaveTheStatisticsOfAWholePass_data() { addPrecisions(); }
    void stepsLeaveTheStatisticsOfAWholePass();
    void resultsDoNotDependOnTheSchedule_data() { addPrecisions(); }
    void resultsDoNotDependOnTheSchedule();
    void rowsThatSeeNothingGiveZeros_data() { addPrecisions(); }
    void rowsThatSeeNothingGiveZeros();
    void largeNumbersStayFinite_data() { addPrecisions(); }
    void largeNumbersStayFinite();
    void notANumberShows_data() { addPrecisions(); }
    void notANumberShows();
    void linearLayersAreThoseOfRoundedFactors_data() { addPrecisions(); }
    void linearLayersAreThoseOfRoundedFactors();
};

void TestCudaTensorKernels::attentionIsThatOfRoundedFactors_data() {
    QTest::addColumn<bool>("real");
    QTest::addColumn<int>("precision");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("head_dim");
    QTest::addColumn<int>("kind");
    static constexpr const char* kKinds[] = {"causal", "full", "window, bias", "cached, by key, cap"};
    const auto wanted = [](int n, int head_dim, int kind) {
        if (n == 33)
            return head_dim % 64 != 0 || kind % 2 == 0;
        return (n < 33 && head_dim == 64) || (n == 150 && head_dim >= 64 && kind % 3 == 0) ||
               (n == 1000 && head_dim == 64 && kind == 0);
    };
    for (const bool real : realOrNot())
        for (const ComputePrecision precision :
             {ComputePrecision::TF32, ComputePrecision::F16, ComputePrecision::BF16})
            for (const int n : {1, 31, 33, 150, 1000, 4097})
                for (const int head_dim : {8, 33, 64, 80, 128, 256})
                    for (int kind = 0; kind < 4; ++kind)
                        if (wanted(n, head_dim, kind) || (real && n >= 1000)) // quick on a GPU
                            QTest::addRow("%s, %s: %d tokens, heads of %d, %s",
                                          real ? "CUDA" : "CUDA kernels on the CPU",
                                          std::string(precisionName(precision)).c_str(), n, head_dim,
                                          kKinds[kind])
                                << real << static_cast<int>(precision) << n << head_dim << kind;
}

void TestCudaTensorKernels::attentionIsThatOfRoundedFactors() {
    HEADLIGHT_FETCH_DEVICE();
    QFETCH(int, n);
    QFETCH(int, head_dim);
    QFETCH(int, kind);
    const double slack = real ? 20.0 : 1.0; // tensor cores sum in an order and with a rounding of their own
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
    const Placed ours(kernels, p);
    const Placed reference(cpuReference(), p, asked);
    // Rounding of the weights as factors of the values: the only one the reference has not made.
    QVERIFY(difference(downloaded(ours.compute, ours.output),
                       downloaded(reference.compute, reference.output)) < 4 * unitOf(asked));
    QVERIFY(surroundingsUntouched(ours.compute, ours.output));
    QVERIFY(difference(downloaded(ours.compute, ours.softmax.maximum),
                       downloaded(reference.compute, reference.softmax.maximum)) < 1e-5 * slack);
    const std::size_t head = p.n_heads - 1;
    const TokenRange rows{p.n_query / 3, std::min(p.n_query, p.n_query / 3 + 300)};
    const TokenRange columns{p.n_key / 5, std::min(p.n_key, p.n_key / 5 + 500)};
    QVERIFY(difference(ours.weights(head, rows, columns), reference.weights(head, rows, columns)) <
            5e-6 * slack);
    QVERIFY(difference(ours.scores(head, rows, columns), reference.scores(head, rows, columns)) <
            1e-5 * slack);
    for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean}) {
        const std::size_t n_rows = (p.n_query + 6) / 7;
        const std::size_t n_columns = (p.n_key + 4) / 5;
        QVERIFY(difference(ours.pooled(head, n_rows, n_columns, pooling),
                           reference.pooled(head, n_rows, n_columns, pooling)) < 5e-6 * slack);
    }
}

/// What is shown of a cell may not depend on the part of the map it is looked at in.
void TestCudaTensorKernels::aTileHasTheSameBitsWhereverItBegins() {
    HEADLIGHT_FETCH_DEVICE();
    const Problem p{.n_query = 140,
                    .n_key = 140,
                    .n_heads = 2,
                    .n_kv_heads = 1,
                    .head_dim = 64,
                    .value_dim = 64,
                    .mask = {.causal = true}};
    const Placed placed(kernels, p);
    const std::vector<float> whole = placed.weights(1, {0, 140}, {0, 140});
    for (const auto& [row, column] :
         {std::pair<std::size_t, std::size_t>{1, 0}, {7, 3}, {64, 17}, {129, 63}}) {
        const TokenRange rows{row, std::min<std::size_t>(140, row + 30)};
        const TokenRange columns{column, column + 50};
        std::vector<float> part;
        for (std::size_t r = rows.begin; r < rows.end; ++r)
            part.insert(part.end(), whole.begin() + static_cast<std::ptrdiff_t>(r * 140 + columns.begin),
                        whole.begin() + static_cast<std::ptrdiff_t>(r * 140 + columns.end));
        QVERIFY(sameBits(placed.weights(1, rows, columns), part));
    }
}

void TestCudaTensorKernels::stepsLeaveTheStatisticsOfAWholePass() {
    HEADLIGHT_FETCH_DEVICE();
    for (const std::size_t head_dim : {std::size_t{32}, std::size_t{64}, std::size_t{200}}) {
        const Problem whole{.n_query = 150,
                            .n_key = 150,
                            .n_heads = 2,
                            .n_kv_heads = 1,
                            .head_dim = head_dim,
                            .value_dim = head_dim,
                            .mask = {.causal = true}};
        const Placed pass(kernels, whole);
        const std::vector<float> maxima = downloaded(pass.compute, pass.softmax.maximum);
        const std::vector<float> sums = downloaded(pass.compute, pass.softmax.inverse_sum);
        for (const std::size_t row : {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{149}}) {
            AttentionProblem step = pass.problem;
            step.query.offset += row * step.query.token_stride;
            step.query.n_tokens = 1;
            step.key.n_tokens = step.value.n_tokens = row + 1;
            step.mask.query_offset = row;
            const MatrixView output = poisoned(pass.compute, 1, 2 * head_dim);
            const SoftmaxRows softmax{poisoned(pass.compute, 1, 2), poisoned(pass.compute, 1, 2)};
            pass.compute.attention(step, output, softmax);
            const std::vector<float> step_maxima = downloaded(pass.compute, softmax.maximum);
            const std::vector<float> step_sums = downloaded(pass.compute, softmax.inverse_sum);
            for (std::size_t head = 0; head < 2; ++head) {
                QCOMPARE(step_maxima[head],
                         maxima[row * 2 + head]); // the same scores, so the same highest one
                QVERIFY(std::abs(step_sums[head] - sums[row * 2 + head]) <= 1e-6f * sums[row * 2 + head]);
            }
            QVERIFY(difference(downloaded(pass.compute, output),
                               downloaded(pass.compute, pass.output.rowsFrom(row, 1))) < 4 * unitOf(asked));
            QVERIFY(surroundingsUntouched(pass.compute, output));
        }
    }
}

void TestCudaTensorKernels::resultsDoNotDependOnTheSchedule() {
    HEADLIGHT_FETCH_DEVICE();
    const auto everything = [&] {
        std::vector<std::vector<float>> results;
        for (const std::size_t head_dim : {std::size_t{24}, std::size_t{100}, std::size_t{200}})
            for (const std::size_t n_query : {std::size_t{3}, std::size_t{130}}) {
                const Problem p{.n_query = n_query,
                                .n_key = 130,
                                .n_heads = 2,
                                .n_kv_heads = 1,
                                .head_dim = head_dim,
                                .value_dim = head_dim,
                                .mask = {.causal = true, .query_offset = 130 - n_query}};
                const Placed placed(kernels, p);
                results.push_back(downloaded(placed.compute, placed.output));
                results.push_back(downloaded(placed.compute, placed.softmax.inverse_sum));
                results.push_back(placed.weights(0, {0, p.n_query}, {0, p.n_key}));
                results.push_back(placed.pooled(0, (p.n_query + 2) / 3, (p.n_key + 8) / 9, Pooling::Mean));
            }
        return results;
    };
    const auto expected = everything();
    for (const char* schedule : {"schedule=reverse", "schedule=random"}) {
        qputenv("HEADLIGHT_CUDA_ON_CPU", schedule);
        const auto found = everything();
        qunsetenv("HEADLIGHT_CUDA_ON_CPU");
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(sameBits(found[i], expected[i]),
                     qPrintable(QStringLiteral("%1, result %2").arg(QLatin1String(schedule)).arg(i)));
    }
}

void TestCudaTensorKernels::rowsThatSeeNothingGiveZeros() {
    HEADLIGHT_FETCH_DEVICE();
    for (const std::size_t n : {std::size_t{3}, std::size_t{70}}) { // a step and a pass
        const Problem p{.n_query = n,
                        .n_key = 40,
                        .n_heads = 2,
                        .n_kv_heads = 2,
                        .head_dim = 16,
                        .value_dim = 16,
                        .mask = {.window = 8, .query_offset = 100}};
        const Placed placed(kernels, p);
        for (const float x : downloaded(placed.compute, placed.output))
            QCOMPARE(x, 0.0f);
        for (const float x : placed.weights(1, {0, n}, {0, 40}))
            QCOMPARE(x, 0.0f);
    }
}

/// Values beyond what F16 holds become its largest number, in a pass as products with weights are made of it:
/// no infinity times a weight of zero.
void TestCudaTensorKernels::largeNumbersStayFinite() {
    HEADLIGHT_FETCH_DEVICE();
    for (const std::size_t n : {std::size_t{3}, std::size_t{20}}) { // a step and a pass
        const MatrixView rows = uploaded(kernels, n, 16, std::vector<float>(n * 16, 1e6f));
        const HeadsView heads{rows.buffer, rows.offset, n, 1, 16, rows.row_stride, 16};
        AttentionProblem problem;
        problem.query = problem.key = problem.value = heads;
        problem.scale = 0.25f;
        problem.mask.causal = true;
        const MatrixView output = poisoned(kernels, n, 16);
        kernels.attention(problem, output, {poisoned(kernels, n, 1), poisoned(kernels, n, 1)});
        const bool clipped = n > 8 && factorsOf(asked) == ComputePrecision::F16;
        for (const float x : downloaded(kernels, output))
            QVERIFY2(std::abs(x / (clipped ? 65504.0f : 1e6f) - 1.0f) < 4 * unitOf(asked),
                     qPrintable(QString::number(x)));
    }
}

/// What is not a number in a checkpoint shows as that, in the rows that see it and in no other.
void TestCudaTensorKernels::notANumberShows() {
    HEADLIGHT_FETCH_DEVICE();
    for (const std::size_t n : {std::size_t{6}, std::size_t{90}}) {
        constexpr std::size_t kDim = 16;
        const std::size_t broken = n - 4;
        std::vector<float> values = randomFloats(n * kDim, 1);
        const MatrixView good = uploaded(kernels, n, kDim, values);
        values[broken * kDim + 5] = std::numeric_limits<float>::quiet_NaN();
        const MatrixView bad = uploaded(kernels, n, kDim, values);
        AttentionProblem problem;
        problem.query = problem.value = {good.buffer, good.offset, n, 1, kDim, good.row_stride, kDim};
        problem.key = {bad.buffer, bad.offset, n, 1, kDim, bad.row_stride, kDim};
        problem.scale = 0.25f;
        problem.mask.causal = true;
        const MatrixView output = poisoned(kernels, n, kDim);
        const SoftmaxRows softmax{poisoned(kernels, n, 1), poisoned(kernels, n, 1)};
        kernels.attention(problem, output, softmax);
        const std::vector<float> rows = downloaded(kernels, output);
        std::vector<float> weights(n * n);
        kernels.attentionWeights(problem, softmax, HeadIndex(0), {0, n}, {0, n}, weights);
        for (std::size_t row = 0; row < n; ++row) {
            QCOMPARE(std::isnan(rows[row * kDim]), row >= broken);
            QCOMPARE(std::isnan(weights[row * n + broken]), row >= broken);
        }
    }
}

/// A step's rows keep F32 inputs, several rows are rounded as the weights are: either lies within the
/// precision.
void TestCudaTensorKernels::linearLayersAreThoseOfRoundedFactors() {
    HEADLIGHT_FETCH_DEVICE();
    for (const auto& [rows, n_in, n_out] : {std::tuple<std::size_t, std::size_t, std::size_t>{1, 64, 96},
                                            {4, 128, 31},
                                            {5, 513, 33},
                                            {40, 96, 77}}) {
        const std::vector<float> weight =
            randomFloats(n_in * n_out, 1, 1.0f / std::sqrt(static_cast<float>(n_in)));
        const std::vector<float> input = randomFloats(rows * n_in, 2);
        const LinearWeightsPtr layer =
            kernels.prepareLinear(Tensor::fromVector({n_out, n_in}, weight), WeightLayout::OutIn, {}).value();
        const MatrixView output = poisoned(kernels, rows, n_out);
        kernels.linear(*layer, uploaded(kernels, rows, n_in, input), output, Activation::None, false);
        const std::vector<float> found = downloaded(kernels, output);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t o = 0; o < n_out; ++o) {
                double sum = 0.0;
                double squares = 0.0;
                for (std::size_t k = 0; k < n_in; ++k) {
                    const double product = double(input[i * n_in + k]) * double(weight[o * n_in + k]);
                    sum += product;
                    squares += product * product;
                }
                QVERIFY(std::abs(double(found[i * n_out + o]) - sum) <=
                        8 * unitOf(asked) * (std::sqrt(squares) + 1e-3));
            }
        QVERIFY(surroundingsUntouched(kernels, output));
    }
}

QTEST_APPLESS_MAIN(TestCudaTensorKernels)
#include "tst_cuda_tensor_kernels.moc"
