// Linear layers by exact integer products (core/compute/cpu/digit_linear.cpp): as right as F32 multiply-adds,
// on ordinary numbers and on awkward ones.
#include "compute_support.h"

#include "core/compute/cpu/kernels/digit_kernels.h"
#include "core/tensor/dtype.h"

#include <QtTest>

#include <algorithm>
#include <tuple>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Matrices {
    std::size_t n_rows;
    std::size_t n_in;
    std::size_t n_out;
    std::vector<float> input;  // [n_rows, n_in]
    std::vector<float> weight; // [n_out, n_in]

    [[nodiscard]] const float* inputRow(std::size_t row) const { return input.data() + row * n_in; }
    [[nodiscard]] const float* column(std::size_t output) const { return weight.data() + output * n_in; }
};

Matrices gaussian(std::size_t n_rows, std::size_t n_in, std::size_t n_out) {
    return {n_rows, n_in, n_out, randomFloats(n_rows * n_in, 3), randomFloats(n_out * n_in, 1, 0.02f)};
}

LinearWeightsPtr prepared(const ComputeBackend& backend, const Matrices& m,
                          WeightLayout layout = WeightLayout::OutIn) {
    Tensor weight = Tensor::fromVector({m.n_out, m.n_in}, m.weight);
    if (layout == WeightLayout::InOut) {
        Tensor transposed(Shape{m.n_in, m.n_out});
        transposed.matrix() = weight.matrix().transpose();
        weight = std::move(transposed);
    }
    return backend.prepareLinear(std::move(weight), layout, Tensor()).value();
}

std::vector<float> product(const ComputeBackend& backend, const Matrices& m, const LinearWeights& weights) {
    const MatrixView output = poisoned(backend, m.n_rows, m.n_out);
    backend.linear(weights, uploaded(backend, m.n_rows, m.n_in, m.input), output);
    return downloaded(backend, output);
}
std::vector<float> product(const ComputeBackend& backend, const Matrices& m) {
    return product(backend, m, *prepared(backend, m));
}

const ComputeBackend& panels() {
    static const cpu::CpuBackend backend({.n_threads = 2, .products = cpu::F32Products::Panels});
    return backend;
}

double sumOf(const Matrices& m, std::size_t row, std::size_t output) {
    double sum = 0.0;
    for (std::size_t k = 0; k < m.n_in; ++k)
        sum += static_cast<double>(m.inputRow(row)[k]) * static_cast<double>(m.column(output)[k]);
    return sum;
}

/// Root of the mean square error against float64.
double meanError(const Matrices& m, const std::vector<float>& output) {
    double squares = 0.0;
    for (std::size_t r = 0; r < m.n_rows; ++r)
        for (std::size_t o = 0; o < m.n_out; ++o)
            squares += std::pow(static_cast<double>(output[r * m.n_out + o]) - sumOf(m, r, o), 2);
    return std::sqrt(squares / static_cast<double>(output.size()));
}

/// The error that kernels/digit_kernels.h promises, in the worst case.
double errorBound(const Matrices& m, std::size_t row, std::size_t output) {
    const cpu::DigitDepth depth(m.n_in);
    double bound =
        1.5e-45 * static_cast<double>(depth.n_blocks + 1) + std::ldexp(std::abs(sumOf(m, row, output)), -22);
    for (std::size_t block = 0; block < depth.n_blocks; ++block) {
        const std::size_t begin = depth.firstStep(block) * cpu::kDigitDepthStep;
        const std::size_t end = std::min(m.n_in, depth.firstStep(block + 1) * cpu::kDigitDepthStep);
        double x_sum = 0.0, w_sum = 0.0, x_most = 0.0, w_most = 0.0, sum = 0.0;
        for (std::size_t k = begin; k < end; ++k) {
            const double x = static_cast<double>(m.inputRow(row)[k]);
            const double w = static_cast<double>(m.column(output)[k]);
            x_sum += std::abs(x);
            w_sum += std::abs(w);
            x_most = std::max(x_most, std::abs(x));
            w_most = std::max(w_most, std::abs(w));
            sum += x * w;
        }
        bound += std::ldexp(x_most * w_sum + w_most * x_sum, -23) + std::ldexp(std::abs(sum), -22) +
                 std::ldexp(static_cast<double>(end - begin) * x_most * w_most, -30);
    }
    return bound;
}

bool withinBound(const Matrices& m, const std::vector<float>& output) {
    for (std::size_t r = 0; r < m.n_rows; ++r) {
        for (std::size_t o = 0; o < m.n_out; ++o) {
            const double error = std::abs(static_cast<double>(output[r * m.n_out + o]) - sumOf(m, r, o));
            if (!(error <= errorBound(m, r, o))) {
                qWarning("row %zu, output %zu: %g instead of %g, %g allowed", r, o,
                         static_cast<double>(output[r * m.n_out + o]), sumOf(m, r, o), errorBound(m, r, o));
                return false;
            }
        }
    }
    return true;
}

} // namespace

class TestIntegerProducts : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void errsNoMoreThanMultiplyAdds_data();
    void errsNoMoreThanMultiplyAdds();
    void keepsItsBound_data();
    void keepsItsBound();
    void integersAreExact();
    void manyOutputsAndManyRows();
    void rowsHaveTheSameBitsInAnyCompany();
    void activations();
    void readsWhatItMultipliesWith();
    void halfPrecisionWeightsAreKept();
    void specialInputs();
    void specialWeights();
    void isChosenWhereItCan();

private:
    BackendPtr integers_;
};

void TestIntegerProducts::initTestCase() {
    integers_ = integerBackend(2);
    if (integers_ == nullptr)
        QSKIP("this CPU has no AMX for integers");
}

/// Against float64, beside the F32 kernel of the same machine: how many times its error is ours?
void TestIntegerProducts::errsNoMoreThanMultiplyAdds_data() {
    QTest::addColumn<int>("n_in");
    QTest::addColumn<float>("input_outlier");
    QTest::addColumn<float>("weight_outlier");
    QTest::addColumn<bool>("activated_input");
    QTest::addColumn<double>("allowed");
    for (const int n_in : {256, 512, 768, 1024, 3072, 16400})
        QTest::addRow("gaussian, %d inputs", n_in) << n_in << 1.0f << 1.0f << false << 1.5;
    QTest::addRow("after GELU, 3072 inputs") << 3072 << 1.0f << 1.0f << true << 1.5;
    // Outliers take digits from the rest, but they make the sums and with them F32's own rounding larger,
    // too.
    for (const float factor : {30.0f, 100.0f, 1000.0f}) {
        for (const int n_in : {768, 3072}) {
            QTest::addRow("an input x %g, %d inputs", static_cast<double>(factor), n_in)
                << n_in << factor << 1.0f << false << 4.0;
            QTest::addRow("a weight x %g, %d inputs", static_cast<double>(factor), n_in)
                << n_in << 1.0f << factor << false << 4.0;
        }
    }
}

void TestIntegerProducts::errsNoMoreThanMultiplyAdds() {
    QFETCH(int, n_in);
    QFETCH(float, input_outlier);
    QFETCH(float, weight_outlier);
    QFETCH(bool, activated_input);
    QFETCH(double, allowed);
    Matrices m = gaussian(33, static_cast<std::size_t>(n_in), 64);
    for (std::size_t r = 0; r < m.n_rows; ++r)
        m.input[r * m.n_in + 17] *= input_outlier;
    for (std::size_t o = 0; o < m.n_out; ++o)
        m.weight[o * m.n_in + 17] *= weight_outlier;
    if (activated_input)
        for (float& x : m.input)
            x = static_cast<float>(activated(Activation::GeluTanh, static_cast<double>(x)));
    const double ours = meanError(m, product(*integers_, m));
    const double theirs = meanError(m, product(panels(), m));
    QVERIFY2(ours <= allowed * theirs, qPrintable(QString("%1 against %2").arg(ours).arg(theirs)));
}

void TestIntegerProducts::keepsItsBound_data() {
    QTest::addColumn<int>("n_rows");
    QTest::addColumn<int>("n_in");
    QTest::addColumn<int>("n_out");
    QTest::addColumn<float>("input_scale");
    QTest::addColumn<float>("weight_scale");
    for (const int n_rows : {1, 3, 15, 16, 17, 31, 33})
        for (const int n_in : {1, 5, 63, 64, 65, 769, 3072})
            QTest::addRow("%d x %d -> 7", n_rows, n_in) << n_rows << n_in << 7 << 1.0f << 1.0f;
    for (const int n_out : {1, 31, 32, 33, 64, 100})
        QTest::addRow("2 x 130 -> %d", n_out) << 2 << 130 << n_out << 1.0f << 1.0f;
    QTest::addRow("3 x 16400 -> 17") << 3 << 16400 << 17 << 1.0f << 1.0f;
    for (const auto& [input_scale, weight_scale] : {std::tuple{1e-38f, 1.0f},
                                                    {1e-42f, 1.0f},
                                                    {1e-42f, 1e30f},
                                                    {1e-25f, 1e-18f},
                                                    {1e-44f, 1e-44f},
                                                    {1e37f, 1.0f},
                                                    {1e37f, 1e-37f},
                                                    {1e-30f, 1e37f}})
        QTest::addRow("inputs x %g, weights x %g", static_cast<double>(input_scale),
                      static_cast<double>(weight_scale))
            << 5 << 900 << 33 << input_scale << weight_scale;
}

void TestIntegerProducts::keepsItsBound() {
    QFETCH(int, n_rows);
    QFETCH(int, n_in);
    QFETCH(int, n_out);
    QFETCH(float, input_scale);
    QFETCH(float, weight_scale);
    Matrices m = gaussian(static_cast<std::size_t>(n_rows), static_cast<std::size_t>(n_in),
                          static_cast<std::size_t>(n_out));
    for (float& x : m.input)
        x *= input_scale;
    for (float& w : m.weight)
        w *= weight_scale;
    std::fill_n(m.input.data() + (m.n_rows - 1) / 2 * m.n_in, m.n_rows > 1 ? m.n_in : 0,
                0.0f); // a row of zeros
    std::fill_n(m.weight.data() + (m.n_out - 1) / 2 * m.n_in, m.n_out > 1 ? m.n_in : 0, 0.0f); // and a column
    const std::vector<float> output = product(*integers_, m);
    QVERIFY(withinBound(m, output));
    QVERIFY(product(*integers_, m, *prepared(*integers_, m, WeightLayout::InOut)) == output);
}

/// Small whole numbers lose nothing: the result is the very sum.
void TestIntegerProducts::integersAreExact() {
    Matrices m = gaussian(37, 1000, 45);
    for (float& x : m.input)
        x = std::round(x * 40.0f);
    for (float& w : m.weight)
        w = std::round(w * 3000.0f) / 64.0f;
    const std::vector<float> output = product(*integers_, m);
    for (std::size_t r = 0; r < m.n_rows; ++r)
        for (std::size_t o = 0; o < m.n_out; ++o)
            QCOMPARE(static_cast<double>(output[r * m.n_out + o]), sumOf(m, r, o));
}

void TestIntegerProducts::manyOutputsAndManyRows() {
    const Matrices wide = gaussian(3, 20, 50257);
    QVERIFY(withinBound(wide, product(*integers_, wide)));
    const Matrices tall = gaussian(1000, 70, 5);
    QVERIFY(withinBound(tall, product(*integers_, tall)));
    const Matrices taller = gaussian(700, 4500, 3); // more than is packed at once
    QVERIFY(withinBound(taller, product(*integers_, taller)));
}

void TestIntegerProducts::rowsHaveTheSameBitsInAnyCompany() {
    const Matrices all = gaussian(1000, 1700, 70);
    const std::vector<float> expected = product(*integers_, all);
    const BackendPtr one_thread = integerBackend(1);
    for (const std::size_t n_rows : {1, 2, 15, 16, 17, 33, 129, 999}) {
        Matrices some = all;
        some.n_rows = n_rows;
        some.input.resize(n_rows * all.n_in);
        const std::vector<float> output = product(*one_thread, some);
        QVERIFY(std::equal(output.begin(), output.end(), expected.begin()));
    }
}

void TestIntegerProducts::activations() {
    const Matrices m = gaussian(19, 300, 41);
    const std::vector<float> bias = randomFloats(m.n_out, 2);
    const std::vector<float> old = randomFloats(m.n_rows * m.n_out, 4);
    const LinearWeightsPtr weights =
        integers_
            ->prepareLinear(Tensor::fromVector({m.n_out, m.n_in}, m.weight), WeightLayout::OutIn,
                            Tensor::fromVector({m.n_out}, bias))
            .value();
    const MatrixView input = uploaded(*integers_, m.n_rows, m.n_in, m.input);
    for (std::size_t a = 0; a < cpu::kActivationCount; ++a) {
        for (const bool accumulate : {false, true}) {
            const auto activation = static_cast<Activation>(a);
            const MatrixView output = accumulate ? uploaded(*integers_, m.n_rows, m.n_out, old)
                                                 : poisoned(*integers_, m.n_rows, m.n_out);
            integers_->linear(*weights, input, output, activation, accumulate);
            std::vector<double> expected(old.size());
            for (std::size_t i = 0; i < old.size(); ++i)
                expected[i] = activated(activation, sumOf(m, i / m.n_out, i % m.n_out) +
                                                        static_cast<double>(bias[i % m.n_out])) +
                              (accumulate ? static_cast<double>(old[i]) : 0.0);
            QVERIFY(largestDifference(downloaded(*integers_, output), expected) < 2e-6);
            QVERIFY(surroundingsUntouched(*integers_, output));
        }
    }
}

/// `read` gives the rounded numbers: those that come out where a single 1 goes in.
void TestIntegerProducts::readsWhatItMultipliesWith() {
    Matrices m = gaussian(0, 900, 37);
    m.n_rows = m.n_in;
    m.input.assign(m.n_in * m.n_in, 0.0f);
    for (std::size_t k = 0; k < m.n_in; ++k)
        m.input[k * m.n_in + k] = 1.0f;
    const LinearWeightsPtr weights = prepared(*integers_, m);
    std::vector<float> numbers(m.n_out * m.n_in);
    QVERIFY(weights->read({0, m.n_out, 0, m.n_in}, numbers).ok());
    const std::vector<float> output = product(*integers_, m, *weights);
    for (std::size_t o = 0; o < m.n_out; ++o) {
        const float largest = std::abs(*std::max_element(
            m.column(o), m.column(o) + m.n_in, [](float a, float b) { return std::abs(a) < std::abs(b); }));
        for (std::size_t k = 0; k < m.n_in; ++k) {
            QCOMPARE(output[k * m.n_out + o], numbers[o * m.n_in + k]);
            QVERIFY(std::abs(numbers[o * m.n_in + k] - m.column(o)[k]) <= std::ldexp(largest, -23));
        }
    }
    std::vector<float> part(3 * 5);
    QVERIFY(weights->read({20, 3, 766, 5}, part).ok());
    for (std::size_t i = 0; i < part.size(); ++i)
        QCOMPARE(part[i], numbers[(20 + i / 5) * m.n_in + 766 + i % 5]);
}

/// Numbers of 11 bits, as checkpoints in F16 have them, are multiplied with as they are while none is less
/// than 2^-12 of the largest.
void TestIntegerProducts::halfPrecisionWeightsAreKept() {
    Matrices m = gaussian(1, 640, 50);
    for (float& w : m.weight) {
        const float rounded = f16ToF32(f32ToF16(w));
        w = std::abs(rounded) < 2e-4f ? 0.0f : rounded;
    }
    std::vector<float> numbers(m.weight.size());
    QVERIFY(prepared(*integers_, m)->read({0, m.n_out, 0, m.n_in}, numbers).ok());
    QVERIFY(numbers == m.weight);
}

/// Infinities and NaN of an input row go where multiply-adds take them, and leave the other rows alone.
void TestIntegerProducts::specialInputs() {
    const Matrices plain = gaussian(40, 800, 70);
    const std::vector<float> expected = product(*integers_, plain);
    Matrices m = plain;
    m.weight[3 * m.n_in + 7] = 0.0f; // times infinity: NaN
    m.input[0 * m.n_in + 7] = kInfinity;
    m.input[5 * m.n_in + 799] = kNan;
    m.input[17 * m.n_in + 0] = -kInfinity;
    m.input[17 * m.n_in + 780] = -kInfinity;
    m.input[39 * m.n_in + 100] = -kNan;
    const std::vector<float> output = product(*integers_, m);
    for (std::size_t r = 0; r < m.n_rows; ++r) {
        const bool special = r == 0 || r == 5 || r == 17 || r == 39;
        for (std::size_t o = 0; o < m.n_out; ++o) {
            const float value = output[r * m.n_out + o];
            const auto sum = static_cast<float>(sumOf(m, r, o));
            if (special)
                QVERIFY(std::isnan(sum) ? std::isnan(value) : value == sum);
            else if (o != 3)
                QCOMPARE(value, expected[r * m.n_out + o]);
        }
    }
    m.input.assign(m.input.size(), kNan);
    QVERIFY(std::ranges::all_of(product(*integers_, m), [](float x) { return std::isnan(x); }));
}

/// A matrix with infinities or NaN has no digits and is multiplied as on any other CPU.
void TestIntegerProducts::specialWeights() {
    for (const float special : {kInfinity, -kInfinity, kNan}) {
        Matrices m = gaussian(20, 300, 50);
        m.weight[11 * m.n_in + 299] = special;
        const std::vector<float> ours = product(*integers_, m);
        const std::vector<float> theirs = product(panels(), m);
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::isnan(theirs[i]) ? std::isnan(ours[i]) : ours[i] == theirs[i]);
        std::vector<float> numbers(m.weight.size());
        QVERIFY(prepared(*integers_, m)->read({0, m.n_out, 0, m.n_in}, numbers).ok());
        for (std::size_t i = 0; i < numbers.size(); ++i)
            QVERIFY(std::isnan(m.weight[i]) ? std::isnan(numbers[i]) : numbers[i] == m.weight[i]);
    }
}

void TestIntegerProducts::isChosenWhereItCan() {
    const cpu::CpuBackend best;
    QVERIFY(best.description().find("exact integer products on AMX") != std::string::npos);
    QCOMPARE(best.bytesPerWeight(), std::size_t{3});
    QVERIFY(best.precision() == ComputePrecision::F32);
    const cpu::CpuBackend portable(
        {.kernels = &cpu::portableKernels(), .products = cpu::F32Products::Digits});
    QVERIFY(portable.description().find("packed panels") != std::string::npos);
    QCOMPARE(portable.bytesPerWeight(), sizeof(float));
}

QTEST_APPLESS_MAIN(TestIntegerProducts)
#include "tst_integer_products.moc"
