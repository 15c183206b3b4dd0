// Norms, activations, embedding and the elementwise operations of every backend against float64 references.
#include "compute_support.h"

#include "core/compute/cpu/kernels/kernel_table.h"

#include <QtTest>

#include <tuple>

using namespace headlight;
using namespace headlight::test;

class TestRows : public QObject {
    Q_OBJECT
private slots:
    void matchesReference_data();
    void matchesReference();
    void layerNormKeepsDigitsUnderALargeMean();
    void activationsStayAccurateEverywhere();
    void exponentialIsWithinTwoUnits();
    void exponentialTreatsExtremes();
    void refusesMoreMemoryThanThereIs();
    void buffersThatComeBackAreNotShared();
};

namespace {

struct Case {
    const ComputeBackend& compute;
    std::size_t rows;
    std::size_t columns;
    std::vector<float> input;
    std::vector<float> gain;
    std::vector<float> bias;
    std::vector<float> old;
    std::size_t gap = 3;

    [[nodiscard]] MatrixView upload(const std::vector<float>& values) const { return uploaded(compute, rows, columns, values, gap); }
    [[nodiscard]] MatrixView uploadRow(const std::vector<float>& values) const { return uploaded(compute, 1, columns, values, gap); }
    [[nodiscard]] MatrixView empty() const { return poisoned(compute, rows, columns, gap); }
    [[nodiscard]] double at(const std::vector<float>& v, std::size_t r, std::size_t c) const {
        return static_cast<double>(v[r * columns + c]);
    }
    /// The view holds what function(row, column) says.
    template <class Function>
    [[nodiscard]] bool holds(const MatrixView& view, Function function, double tolerance = 1e-5) const {
        std::vector<double> expected(rows * columns);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                expected[r * columns + c] = function(r, c);
        return largestDifference(downloaded(compute, view), expected) < tolerance && surroundingsUntouched(compute, view);
    }
    [[nodiscard]] double mean(std::size_t r) const {
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c)
            sum += at(input, r, c);
        return sum / static_cast<double>(columns);
    }
    [[nodiscard]] double meanSquareAround(std::size_t r, double centre) const {
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c)
            sum += (at(input, r, c) - centre) * (at(input, r, c) - centre);
        return sum / static_cast<double>(columns);
    }
};

void checkNorms(const Case& c) {
    const MatrixView gain = c.uploadRow(c.gain);
    const MatrixView bias = c.uploadRow(c.bias);
    const auto layer_norm = [&](std::size_t r, std::size_t i) {
        return (c.at(c.input, r, i) - c.mean(r)) / std::sqrt(c.meanSquareAround(r, c.mean(r)) + 1e-5);
    };
    const auto rms_norm = [&](std::size_t r, std::size_t i) {
        return c.at(c.input, r, i) / std::sqrt(c.meanSquareAround(r, 0) + 1e-6);
    };
    MatrixView output = c.empty();
    c.compute.layerNorm(c.upload(c.input), gain, bias, 1e-5f, output);
    QVERIFY(c.holds(output, [&](std::size_t r, std::size_t i) {
        return layer_norm(r, i) * static_cast<double>(c.gain[i]) + static_cast<double>(c.bias[i]);
    }));
    c.compute.layerNorm(c.upload(c.input), {}, {}, 1e-5f, output);
    QVERIFY(c.holds(output, layer_norm));
    MatrixView in_place = c.upload(c.input);
    c.compute.rmsNorm(in_place, gain, 1.0f, 1e-6f, in_place);
    QVERIFY(c.holds(in_place, [&](std::size_t r, std::size_t i) { return rms_norm(r, i) * (1 + static_cast<double>(c.gain[i])); }));
    c.compute.rmsNorm(c.upload(c.input), {}, 0.0f, 1e-6f, output);
    QVERIFY(c.holds(output, rms_norm));
}

void checkElementwise(const Case& c) {
    MatrixView target = c.upload(c.old);
    c.compute.add(c.upload(c.input), target);
    QVERIFY(c.holds(target, [&](std::size_t r, std::size_t i) { return c.at(c.old, r, i) + c.at(c.input, r, i); }));
    target = c.upload(c.old);
    c.compute.add(c.uploadRow(c.bias), target);
    QVERIFY(c.holds(target, [&](std::size_t r, std::size_t i) { return c.at(c.old, r, i) + static_cast<double>(c.bias[i]); }));
    target = c.upload(c.old);
    c.compute.multiply(c.upload(c.input), target);
    QVERIFY(c.holds(target, [&](std::size_t r, std::size_t i) { return c.at(c.old, r, i) * c.at(c.input, r, i); }));
    target = c.empty();
    c.compute.copy(c.upload(c.input), target);
    QVERIFY(c.holds(target, [&](std::size_t r, std::size_t i) { return c.at(c.input, r, i); }, 1e-30));
    for (int a = 0; a <= static_cast<int>(Activation::Tanh); ++a) {
        target = c.upload(c.input);
        c.compute.activate(static_cast<Activation>(a), target);
        QVERIFY(c.holds(target, [&](std::size_t r, std::size_t i) {
            return activated(static_cast<Activation>(a), c.at(c.input, r, i));
        }));
    }
}

void checkEmbed(const Case& c) {
    std::vector<std::int32_t> ids;
    for (std::size_t r = 0; r < c.rows; ++r)
        ids.push_back(static_cast<std::int32_t>((r * 7 + 3) % c.rows));
    const MatrixView table = c.upload(c.input);
    const auto row_of = [&](std::size_t r) { return static_cast<std::size_t>(ids[r]); };
    MatrixView output = c.empty();
    c.compute.embed(table, ids, 2.5f, false, output);
    QVERIFY(c.holds(output, [&](std::size_t r, std::size_t i) { return 2.5 * c.at(c.input, row_of(r), i); }));
    output = c.upload(c.old);
    c.compute.embed(table, ids, 0.5f, true, output);
    QVERIFY(c.holds(output, [&](std::size_t r, std::size_t i) { return c.at(c.old, r, i) + 0.5 * c.at(c.input, row_of(r), i); }));
}

} // namespace

void TestRows::matchesReference_data() {
    QTest::addColumn<int>("backend");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("gap");
    for (std::size_t b = 0; b < allBackends().size(); ++b)
        for (const auto& [rows, columns, gap] : {std::tuple{1, 1, 3}, {1, 31, 3}, {3, 16, 3}, {31, 33, 3}, {33, 8, 3}, {257, 129, 3},
                                                 {1, 4, 4}, {33, 8, 4}, {5, 1028, 4}, {7, 1030, 4}})
            QTest::addRow("%s: %d x %d, %d apart", allBackends()[b].name.c_str(), rows, columns, gap)
                << static_cast<int>(b) << rows << columns << gap;
}

void TestRows::matchesReference() {
    QFETCH(int, backend);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(int, gap);
    const auto r = static_cast<std::size_t>(rows);
    const auto c = static_cast<std::size_t>(columns);
    const NamedBackend& named = allBackends()[static_cast<std::size_t>(backend)];
    HEADLIGHT_SKIP_MISSING(named);
    const Case example{*named.backend, r, c, randomFloats(r * c, 1, 2.0f),
                       randomFloats(c, 2), randomFloats(c, 3), randomFloats(r * c, 4), static_cast<std::size_t>(gap)};
    checkNorms(example);
    checkElementwise(example);
    checkEmbed(example);
}

void TestRows::layerNormKeepsDigitsUnderALargeMean() {
    std::vector<float> input = randomFloats(768, 1);
    for (float& x : input)
        x += 1000.0f;
    for (const auto& [name, backend, missing, same_bits] : backends()) {
        const Case example{*backend, 1, 768, input, {}, {}, {}};
        MatrixView output = poisoned(*backend, 1, 768);
        backend->layerNorm(example.upload(input), {}, {}, 1e-5f, output);
        QVERIFY2(example.holds(output, [&](std::size_t r, std::size_t i) {
            return (example.at(input, r, i) - example.mean(r)) / std::sqrt(example.meanSquareAround(r, example.mean(r)) + 1e-5);
        }, 3e-4), name.c_str()); // half a unit of 1000 is 3e-5, and the mean is one such number
    }
}

void TestRows::activationsStayAccurateEverywhere() {
    std::vector<float> input;
    for (int i = -4000; i <= 4000; ++i)
        input.push_back(static_cast<float>(i) * 0.005f);
    input.insert(input.end(), {100.0f, -100.0f, 1e4f, -1e4f, 1e-20f, -0.0f});
    for (const auto& [name, backend, missing, same_bits] : backends()) {
        const Case example{*backend, 1, input.size(), input, {}, {}, {}};
        for (int a = 0; a <= static_cast<int>(Activation::Tanh); ++a) {
            MatrixView target = example.upload(input);
            backend->activate(static_cast<Activation>(a), target);
            const std::vector<float> values = downloaded(*backend, target);
            for (std::size_t i = 0; i < input.size(); ++i) {
                const double expected = activated(static_cast<Activation>(a), static_cast<double>(input[i]));
                const double allowed = 2e-7 + 3e-7 * std::abs(static_cast<double>(input[i]));
                if (!(std::abs(static_cast<double>(values[i]) - expected) <= allowed))
                    QFAIL(qPrintable(QStringLiteral("%1: activation %2 of %3 is %4, expected %5")
                                         .arg(name.c_str()).arg(a).arg(static_cast<double>(input[i]))
                                         .arg(static_cast<double>(values[i])).arg(expected)));
            }
        }
    }
}

void TestRows::exponentialIsWithinTwoUnits() {
    std::vector<float> input;
    for (int i = 0; i < 200000; ++i)
        input.push_back(-87.3f + 176.0f * static_cast<float>(i) / 200000.0f);
    std::vector<float> output(input.size());
    for (const cpu::KernelTable* kernels : cpu::usableKernels()) {
        kernels->exponential(input.data(), output.data(), input.size());
        double worst = 0;
        for (std::size_t i = 0; i < input.size(); ++i) {
            const double exact = std::exp(static_cast<double>(input[i]));
            const double unit = static_cast<double>(std::nextafter(static_cast<float>(exact), INFINITY)) -
                                static_cast<double>(static_cast<float>(exact));
            worst = std::max(worst, std::abs(static_cast<double>(output[i]) - exact) / unit);
        }
        QVERIFY2(worst < 2.0, qPrintable(QStringLiteral("%1: %2 units").arg(kernels->name).arg(worst)));
    }
}

void TestRows::exponentialTreatsExtremes() {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> input{0.0f, -infinity, infinity, -200.0f, 200.0f, 88.7f, std::numeric_limits<float>::quiet_NaN()};
    std::vector<float> output(input.size());
    for (const cpu::KernelTable* kernels : cpu::usableKernels()) {
        kernels->exponential(input.data(), output.data(), input.size());
        QCOMPARE(output[0], 1.0f);
        QCOMPARE(output[1], 0.0f);
        QCOMPARE(output[2], infinity);
        QCOMPARE(output[3], 0.0f);
        QCOMPARE(output[4], infinity);
        QVERIFY(std::isfinite(output[5]) && output[5] > 3e38f);
        QVERIFY(std::isnan(output[6]));
    }
}

void TestRows::refusesMoreMemoryThanThereIs() {
    for (const NamedBackend& named : backends()) {
    const ComputeBackend& compute = *named.backend;
    for (const std::size_t n : {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max() / 4,
                                std::size_t{1} << 50}) {
        const Result<BufferPtr> buffer = compute.allocate(n);
        QVERIFY(!buffer.ok());
        QVERIFY(buffer.error().kind == ErrorKind::Memory);
        QVERIFY(!buffer.error().next_step.empty());
    }
    QVERIFY(compute.allocate(0).ok());
    }
}

/// Large blocks are kept for the next pass: two buffers alive at once must never be the same block.
void TestRows::buffersThatComeBackAreNotShared() {
    for (const NamedBackend& named : backends()) {
    const BackendPtr compute = named.backend;
    constexpr std::size_t kLarge = std::size_t{3} << 20;
    const auto filled = [&](float value) {
        const MatrixView view{compute->allocate(kLarge).value(), 0, 1, kLarge, kLarge};
        compute->upload(std::vector<float>(kLarge, value), view);
        return view;
    };
    MatrixView first = filled(1.0f);
    first.buffer.reset();
    const MatrixView second = filled(2.0f);
    const MatrixView third = filled(3.0f);
    QVERIFY(second.buffer != third.buffer);
    QCOMPARE(third.buffer->size(), kLarge);
    for (const float x : downloaded(*compute, second))
        if (x != 2.0f)
            QFAIL("a buffer was overwritten through another");
    }
}

QTEST_APPLESS_MAIN(TestRows)
#include "tst_rows.moc"
