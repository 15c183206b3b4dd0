// Attention of every backend: forward pass against float64, rebuilt tiles against the forward pass bit for bit.
#include "compute_support.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

using namespace headlight;
using namespace headlight::test;

class TestAttention : public QObject {
    Q_OBJECT
private slots:
    void matchesReference_data();
    void matchesReference();
    void tilesHaveTheBitsOfTheWholeMap_data();
    void tilesHaveTheBitsOfTheWholeMap();
    void outputIsMadeOfTheRebuiltWeights();
    void pooledMapsReduceTheWholeMap_data();
    void pooledMapsReduceTheWholeMap();
    void rowsThatSeeNothingGiveZeros();
    void severalThreadsAtOnceGetTheSame();
};

namespace {

struct Shape3 {
    const char* name;
    std::size_t n_query, n_key, n_heads, n_kv_heads, head_dim, value_dim;
    bool causal;
    std::size_t window, query_offset;
    bool bias;
    float softcap;
};

// Odd sizes on purpose: one token, one more than a vector, one more than a block of depth.
constexpr Shape3 kShapes[] = {
    {"one token", 1, 1, 1, 1, 8, 8, true, 0, 0, false, 0},
    {"cross, 31 x 33", 31, 33, 2, 2, 32, 32, false, 0, 0, false, 0},
    {"causal, 33", 33, 33, 4, 2, 64, 64, true, 0, 0, false, 0},
    {"causal, 257, grouped 6 / 1", 257, 257, 6, 1, 80, 80, true, 0, 0, false, 0},
    {"full, 257, head size 33", 257, 257, 2, 2, 33, 33, false, 0, 0, false, 0},
    {"cached step, 1 x 193", 1, 193, 3, 3, 64, 64, true, 0, 192, false, 0},
    {"cached steps, 5 x 70", 5, 70, 2, 1, 128, 64, true, 0, 65, false, 0},
    {"window 16, 100", 100, 100, 2, 2, 16, 16, true, 16, 0, false, 0},
    {"window 40 not causal, 90", 90, 90, 2, 2, 16, 24, false, 40, 0, false, 0},
    {"relative bias, 65 x 65", 65, 65, 4, 4, 64, 64, false, 0, 0, true, 0},
    {"relative bias causal cached", 3, 40, 2, 2, 64, 64, true, 0, 37, true, 0},
    {"softcap, 50", 50, 50, 2, 2, 256, 256, true, 0, 0, false, 5.0f},
    {"everything, 210 x 230", 210, 230, 4, 2, 72, 40, true, 150, 20, true, 20.0f},
};

/// A problem on a backend, its inputs also as plain vectors.
struct Example {
    const ComputeBackend& compute;
    Shape3 shape;
    std::vector<float> query, key, value, bias;
    AttentionProblem problem;
    MatrixView output;
    SoftmaxRows softmax;

    Example(const ComputeBackend& backend, const Shape3& s)
        : compute(backend), shape(s), query(randomFloats(s.n_query * s.n_heads * s.head_dim, 1)),
          key(randomFloats(s.n_key * s.n_kv_heads * s.head_dim, 2)),
          value(randomFloats(s.n_key * s.n_kv_heads * s.value_dim, 3)), bias(randomFloats(s.n_heads * 40, 4)) {
        problem.query = heads(query, s.n_query, s.n_heads, s.head_dim);
        problem.key = heads(key, s.n_key, s.n_kv_heads, s.head_dim);
        problem.value = heads(value, s.n_key, s.n_kv_heads, s.value_dim);
        problem.scale = 1.0f / std::sqrt(static_cast<float>(s.head_dim));
        problem.softcap = s.softcap;
        problem.mask = {s.causal, s.window, s.query_offset};
        if (s.bias)
            problem.bias = {uploaded(compute, s.n_heads, 40, bias), -20};
        output = poisoned(compute, s.n_query, s.n_heads * s.value_dim);
        softmax = {poisoned(compute, s.n_query, s.n_heads), poisoned(compute, s.n_query, s.n_heads)};
    }

    void run() const { compute.attention(problem, output, softmax); }

    [[nodiscard]] HeadsView heads(const std::vector<float>& v, std::size_t n, std::size_t n_heads, std::size_t dim) const {
        const MatrixView m = uploaded(compute, n, n_heads * dim, v);
        return {m.buffer, m.offset, n, n_heads, dim, m.row_stride, dim};
    }
    [[nodiscard]] bool sees(std::size_t i, std::size_t j) const {
        const std::size_t position = shape.query_offset + i;
        return (!shape.causal || j <= position) && (shape.window == 0 || j + shape.window > position);
    }
    /// Row i of head h: scores before softmax, masked ones minus infinity.
    [[nodiscard]] std::vector<double> scores(std::size_t h, std::size_t i) const {
        const std::size_t kv = h / (shape.n_heads / shape.n_kv_heads);
        std::vector<double> row(shape.n_key, -std::numeric_limits<double>::infinity());
        for (std::size_t j = 0; j < shape.n_key; ++j) {
            if (!sees(i, j))
                continue;
            double score = 0;
            for (std::size_t d = 0; d < shape.head_dim; ++d)
                score += static_cast<double>(query[(i * shape.n_heads + h) * shape.head_dim + d]) *
                         static_cast<double>(key[(j * shape.n_kv_heads + kv) * shape.head_dim + d]);
            score *= static_cast<double>(problem.scale);
            const auto cap = static_cast<double>(shape.softcap);
            if (cap > 0)
                score = cap * std::tanh(score / cap);
            if (shape.bias) {
                const long distance = static_cast<long>(j) - static_cast<long>(shape.query_offset + i) + 20;
                score += static_cast<double>(bias[h * 40 + static_cast<std::size_t>(std::clamp(distance, 0L, 39L))]);
            }
            row[j] = score;
        }
        return row;
    }
    [[nodiscard]] static std::vector<double> softmaxOf(std::vector<double> row) {
        const double maximum = *std::max_element(row.begin(), row.end());
        double sum = 0;
        for (double& x : row)
            sum += x = std::exp(x - maximum);
        for (double& x : row)
            x /= sum;
        return row;
    }
    [[nodiscard]] std::vector<float> weights(std::size_t h, TokenRange rows, TokenRange columns) const {
        std::vector<float> out(rows.size() * columns.size(), std::numeric_limits<float>::quiet_NaN());
        compute.attentionWeights(problem, softmax, HeadIndex(h), rows, columns, out);
        return out;
    }
    [[nodiscard]] std::vector<float> rebuiltScores(std::size_t h, TokenRange rows, TokenRange columns) const {
        std::vector<float> out(rows.size() * columns.size(), std::numeric_limits<float>::quiet_NaN());
        compute.attentionScores(problem, HeadIndex(h), rows, columns, out);
        return out;
    }
    [[nodiscard]] std::vector<float> wholeMap(std::size_t h) const {
        return weights(h, {0, shape.n_query}, {0, shape.n_key});
    }
};

/// Those of every operation, and the CPU's BF16.
const std::vector<NamedBackend>& attentionBackends() {
    static const std::vector<NamedBackend> list = [] {
        std::vector<NamedBackend> all = allBackends();
        for (const std::size_t n_threads : {std::size_t{1}, std::size_t{3}})
            all.push_back({"BF16 on AMX, " + std::to_string(n_threads) + " threads", bf16Backend(n_threads), "this CPU has no AMX for BF16"});
        return all;
    }();
    return list;
}
std::vector<NamedBackend> thoseThatAreThere() {
    std::vector<NamedBackend> list = attentionBackends();
    std::erase_if(list, [](const NamedBackend& one) { return one.backend == nullptr; });
    return list;
}

/// How far results may be from float64. BF16 scores are those of factors with 16 bits (what is left out: the product of what
/// rounding to 8 bits leaves over, 2^-9 of each, and the rounding of that, 2^-17 of each); the sums of values those of 8 bits.
struct Tolerance {
    double score;
    double weight;
    double output;
};
Tolerance toleranceOf(const ComputeBackend& backend) {
    if (backend.attentionPrecision() == ComputePrecision::BF16)
        return {1e-4, 1e-4, 1e-2};
    return {1e-5, 2e-6, 5e-6};
}

void addBackendAndShapeRows() {
    QTest::addColumn<int>("backend");
    QTest::addColumn<int>("shape");
    for (std::size_t b = 0; b < attentionBackends().size(); ++b)
        for (std::size_t s = 0; s < std::size(kShapes); ++s)
            QTest::addRow("%s: %s", attentionBackends()[b].name.c_str(), kShapes[s].name) << static_cast<int>(b) << static_cast<int>(s);
}

const NamedBackend& fetchBackend() {
    QFETCH(int, backend);
    return attentionBackends()[static_cast<std::size_t>(backend)];
}
std::size_t fetchProducts() {
    QFETCH(int, shape);
    const Shape3& s = kShapes[shape];
    return s.n_query * s.n_key * s.n_heads * (s.head_dim + s.value_dim);
}

Example fetchExample() {
    QFETCH(int, shape);
    return Example(*fetchBackend().backend, kShapes[shape]);
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

} // namespace

void TestAttention::matchesReference_data() { addBackendAndShapeRows(); }

void TestAttention::matchesReference() {
    HEADLIGHT_SKIP_MISSING(fetchBackend());
    HEADLIGHT_SKIP_TOO_SLOW(fetchBackend(), fetchProducts());
    const Example e = fetchExample();
    const Shape3& s = e.shape;
    const Tolerance tolerance = toleranceOf(e.compute);
    e.run();
    std::vector<double> expected_output(s.n_query * s.n_heads * s.value_dim, 0.0);
    for (std::size_t h = 0; h < s.n_heads; ++h) {
        std::vector<double> expected_scores;
        std::vector<double> expected_weights;
        for (std::size_t i = 0; i < s.n_query; ++i) {
            const std::vector<double> scores = e.scores(h, i);
            const std::vector<double> weights = Example::softmaxOf(scores);
            expected_scores.insert(expected_scores.end(), scores.begin(), scores.end());
            expected_weights.insert(expected_weights.end(), weights.begin(), weights.end());
            const std::size_t kv = h / (s.n_heads / s.n_kv_heads);
            for (std::size_t j = 0; j < s.n_key; ++j)
                for (std::size_t d = 0; d < s.value_dim; ++d)
                    expected_output[(i * s.n_heads + h) * s.value_dim + d] +=
                        weights[j] * static_cast<double>(e.value[(j * s.n_kv_heads + kv) * s.value_dim + d]);
        }
        QVERIFY(largestDifference(e.rebuiltScores(h, {0, s.n_query}, {0, s.n_key}), expected_scores) < tolerance.score);
        const std::vector<float> weights = e.wholeMap(h);
        QVERIFY(largestDifference(weights, expected_weights) < tolerance.weight);
        for (std::size_t i = 0; i < s.n_query; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < s.n_key; ++j)
                sum += static_cast<double>(weights[i * s.n_key + j]);
            QVERIFY(std::abs(sum - 1) < 2e-6);
        }
    }
    QVERIFY(largestDifference(downloaded(e.compute, e.output), expected_output) < tolerance.output);
    QVERIFY(surroundingsUntouched(e.compute, e.output));
    QVERIFY(surroundingsUntouched(e.compute, e.softmax.maximum));
    QVERIFY(surroundingsUntouched(e.compute, e.softmax.inverse_sum));
}

void TestAttention::tilesHaveTheBitsOfTheWholeMap_data() { addBackendAndShapeRows(); }

void TestAttention::tilesHaveTheBitsOfTheWholeMap() {
    HEADLIGHT_SKIP_MISSING(fetchBackend());
    HEADLIGHT_SKIP_TOO_SLOW(fetchBackend(), fetchProducts());
    const Example e = fetchExample();
    const Shape3& s = e.shape;
    e.run();
    const std::size_t h = s.n_heads - 1;
    const std::vector<float> whole_weights = e.wholeMap(h);
    const std::vector<float> whole_scores = e.rebuiltScores(h, {0, s.n_query}, {0, s.n_key});
    std::mt19937 random(7);
    const auto range = [&](std::size_t n) {
        const std::size_t a = random() % n;
        return TokenRange{a, a + 1 + random() % (n - a)};
    };
    for (int repeat = 0; repeat < 20; ++repeat) {
        const TokenRange rows = range(s.n_query);
        const TokenRange columns = range(s.n_key);
        const auto cut = [&](const std::vector<float>& whole) {
            std::vector<float> part;
            for (std::size_t i = rows.begin; i < rows.end; ++i)
                part.insert(part.end(), whole.begin() + static_cast<std::ptrdiff_t>(i * s.n_key + columns.begin),
                            whole.begin() + static_cast<std::ptrdiff_t>(i * s.n_key + columns.end));
            return part;
        };
        QVERIFY(sameBits(e.weights(h, rows, columns), cut(whole_weights)));
        QVERIFY(sameBits(e.rebuiltScores(h, rows, columns), cut(whole_scores)));
    }
    QVERIFY(e.weights(h, {0, 0}, {0, s.n_key}).empty());
}

/// With the identity as values, the output of a head is its row of weights: on the CPU bit for bit those that are rebuilt.
void TestAttention::outputIsMadeOfTheRebuiltWeights() {
    for (const auto& [name, backend, missing, same_bits] : thoseThatAreThere()) {
        for (const std::size_t n : {std::size_t{1}, std::size_t{33}, std::size_t{250}}) {
            if (n > 33 && needsSmallSizes(name)) {
                qInfo("%s: not with %zu tokens, which takes minutes under the thread sanitizer", name.c_str(), n);
                continue;
            }
            Example e(*backend, {"identity", n, n, 2, 1, 64, n, true, 0, 0, false, 0});
            std::vector<float> identity(n * n, 0.0f);
            for (std::size_t i = 0; i < n; ++i)
                identity[i * n + i] = 1.0f;
            e.problem.value = e.heads(identity, n, 1, n);
            e.run();
            for (std::size_t h = 0; h < 2; ++h) {
                const std::vector<float> weights = e.wholeMap(h);
                const std::vector<float> output = downloaded(*backend, e.output.columnsFrom(h * n, n));
                if (backend->attentionPrecision() == ComputePrecision::BF16) // each is rounded as a factor
                    for (std::size_t i = 0; i < output.size(); ++i)
                        QVERIFY2(std::abs(output[i] - weights[i]) <= weights[i] / 256, name.c_str());
                else if (same_bits)
                    QVERIFY2(sameBits(output, weights), name.c_str());
                else // a running maximum rounds once more where it grows
                    QVERIFY2(largestDifference(output, {weights.begin(), weights.end()}) < 1e-6, name.c_str());
            }
        }
    }
}

void TestAttention::pooledMapsReduceTheWholeMap_data() { addBackendAndShapeRows(); }

void TestAttention::pooledMapsReduceTheWholeMap() {
    HEADLIGHT_SKIP_MISSING(fetchBackend());
    HEADLIGHT_SKIP_TOO_SLOW(fetchBackend(), fetchProducts());
    const Example e = fetchExample();
    const Shape3& s = e.shape;
    e.run();
    const std::vector<float> whole = e.wholeMap(0);
    const TokenRange rows{s.n_query / 5, s.n_query};
    const TokenRange columns{s.n_key / 7, s.n_key};
    for (const auto& [out_rows, out_columns] : {std::pair{std::size_t{1}, std::size_t{1}}, {rows.size(), columns.size()},
                                                {(rows.size() + 2) / 3, (columns.size() + 4) / 5}}) {
        for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean}) {
            std::vector<double> expected;
            for (std::size_t r = 0; r < out_rows; ++r) {
                for (std::size_t c = 0; c < out_columns; ++c) {
                    double maximum = 0;
                    double sum = 0;
                    double count = 0;
                    for (std::size_t i = r * rows.size() / out_rows; i < (r + 1) * rows.size() / out_rows; ++i) {
                        for (std::size_t j = c * columns.size() / out_columns; j < (c + 1) * columns.size() / out_columns; ++j) {
                            const auto weight = static_cast<double>(whole[(rows.begin + i) * s.n_key + columns.begin + j]);
                            maximum = std::max(maximum, weight);
                            sum += weight;
                            count += 1;
                        }
                    }
                    expected.push_back(pooling == Pooling::Maximum ? maximum : sum / count);
                }
            }
            std::vector<float> out(out_rows * out_columns, std::numeric_limits<float>::quiet_NaN());
            e.compute.attentionPooled(e.problem, e.softmax, HeadIndex(0), rows, columns, out_rows, out_columns, pooling, out);
            QVERIFY(largestDifference(out, expected) <= (pooling == Pooling::Maximum ? 0.0 : 1e-7));
        }
    }
}

/// A window that lies beyond the keys: no weight, no NaN.
void TestAttention::rowsThatSeeNothingGiveZeros() {
    for (const auto& [name, backend, missing, same_bits] : thoseThatAreThere()) {
        const Example e(*backend, {"far away", 3, 40, 2, 2, 16, 16, false, 8, 100, false, 0});
        e.run();
        for (const float x : downloaded(*backend, e.output))
            QVERIFY2(x == 0.0f, name.c_str());
        for (const float x : e.wholeMap(1))
            QVERIFY2(x == 0.0f, name.c_str());
    }
}

void TestAttention::severalThreadsAtOnceGetTheSame() {
    for (const auto& [name, backend, missing, same_bits] : thoseThatAreThere()) {
        const Shape3& shape = kShapes[needsSmallSizes(name) ? 2 : 3];
        qInfo("%s: %s", name.c_str(), shape.name);
        const Example shared(*backend, shape);
        shared.run();
        const std::vector<float> expected_output = downloaded(*backend, shared.output);
        const std::vector<float> expected_weights = shared.wholeMap(2);
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int repeat = 0; repeat < 3; ++repeat) {
                    const Example own(*backend, shape);
                    own.run();
                    if (!sameBits(downloaded(*backend, own.output), expected_output))
                        ++wrong;
                    if (!sameBits(shared.wholeMap(2), expected_weights))
                        ++wrong;
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        QVERIFY2(wrong.load() == 0, name.c_str());
    }
}

QTEST_APPLESS_MAIN(TestAttention)
#include "tst_attention.moc"
