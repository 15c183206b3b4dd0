// Running error analysis: a number in double precision, and how far F32 arithmetic may have come from it at
// most. Higham, "Accuracy and Stability of Numerical Algorithms" (2002), sections 3.1 to 3.3. Formulas
// written with these operators carry their own tolerance along, so that "agrees with the F32 run" means
// something at every step.
#pragma once

#include <cmath>
#include <cstddef>

namespace headlight::provenance {

/// Unit roundoff of F32: half the distance from 1 to the next number.
inline constexpr double kRoundoff = 0x1p-24;
/// Unit roundoff of BF16, to which a BF16 linear layer rounds its input.
inline constexpr double kBf16Roundoff = 0x1p-8;
/// Below it F32 numbers are not normal, and errors no longer relative.
inline constexpr double kSmallest = 0x1p-126;
/// What the functions of the kernels are good for, in roundoffs: e^x, tanh, 1 / sqrt(x).
inline constexpr double kFunctionRoundoffs = 8.0;

/// What rounding a factor to fewer bits than F32's may cost it: relatively, and where F16 numbers are not
/// normal.
struct FactorRounding {
    double relative = 0.0;
    double absolute = 0.0;
};

struct Tracked {
    double value = 0.0;
    double bound = 0.0; ///< |F32 result - value| is at most this
};

/// A number both have: stored in F32.
[[nodiscard]] inline Tracked exactly(double value) {
    return {value, 0.0};
}
/// A result that is off by `carried` and then rounded to F32 `roundings` times.
[[nodiscard]] inline Tracked rounded(double value, double carried, double roundings = 1.0) {
    return {value, carried + roundings * kRoundoff * (std::abs(value) + carried) + kSmallest};
}
/// A factor rounded once more before it is multiplied, `scale` times as large as `a`.
[[nodiscard]] inline Tracked asFactor(const Tracked& a, const FactorRounding& rounding, double scale = 1.0) {
    const double largest = std::abs(a.value) + a.bound;
    return {a.value, a.bound + rounding.relative * largest + rounding.absolute / scale};
}
/// Relative error of n additions of products in any order: gamma_n.
[[nodiscard]] inline double gammaOf(std::size_t n) {
    const double nu = static_cast<double>(n) * kRoundoff;
    return nu / (1.0 - nu);
}

[[nodiscard]] inline Tracked operator-(const Tracked& a) {
    return {-a.value, a.bound};
}
[[nodiscard]] inline Tracked operator+(const Tracked& a, const Tracked& b) {
    return rounded(a.value + b.value, a.bound + b.bound);
}
[[nodiscard]] inline Tracked operator-(const Tracked& a, const Tracked& b) {
    return a + (-b);
}
[[nodiscard]] inline Tracked operator*(const Tracked& a, const Tracked& b) {
    return rounded(a.value * b.value,
                   std::abs(a.value) * b.bound + std::abs(b.value) * a.bound + a.bound * b.bound);
}
[[nodiscard]] inline Tracked operator/(const Tracked& a, const Tracked& b) {
    const double smallest = std::abs(b.value) - b.bound;
    const double quotient = a.value / b.value;
    return rounded(quotient, smallest > 0.0 ? (a.bound + std::abs(quotient) * b.bound) / smallest : HUGE_VAL);
}
[[nodiscard]] inline Tracked squareRoot(const Tracked& a) {
    const double root = std::sqrt(a.value);
    return rounded(root, root - std::sqrt(std::fmax(0.0, a.value - a.bound)), kFunctionRoundoffs);
}
[[nodiscard]] inline Tracked exponential(const Tracked& a) {
    const double power = std::exp(a.value);
    return rounded(power, power * std::expm1(a.bound), kFunctionRoundoffs);
}
[[nodiscard]] inline Tracked hyperbolicTangent(const Tracked& a) {
    return rounded(std::tanh(a.value),
                   a.bound + kFunctionRoundoffs * kRoundoff); // near 1 it is 1 - 2 / (e^2x + 1)
}
/// The kernels' tables are computed in double precision from an F32 angle, then rounded.
[[nodiscard]] inline Tracked cosine(const Tracked& angle) {
    return rounded(std::cos(angle.value), angle.bound);
}
[[nodiscard]] inline Tracked sine(const Tracked& angle) {
    return rounded(std::sin(angle.value), angle.bound);
}

} // namespace headlight::provenance
