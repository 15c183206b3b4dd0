// exp, erf, tanh and the activations, sixteen (or eight, or four) at a time.
// Polynomials are minimax fits of our own (Lawson's iteration in double precision); errors below are of the fit.
#pragma once

#include "core/compute/cpu/kernels/vector.h"

namespace headlight::cpu {
namespace {

/// e^x within 1.5 units in the last place where the result is a normal number; 0 below, infinity above, NaN stays NaN.
HEADLIGHT_INLINE Vec exponential(Vec x) {
    constexpr float kLowest = -87.33654f; // log of the smallest normal number
    constexpr float kHighest = 88.72283f; // log of the largest number
    constexpr float kRounder = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer in the low bits
    const Vec clamped = x < kLowest ? broadcast(kLowest) : (x > kHighest ? broadcast(kHighest) : x);
    const Vec shifted = clamped * 1.44269504f + kRounder;
    const Vec k = shifted - kRounder; // x = k log 2 + r, |r| <= log(2) / 2
    const Vec r = (clamped - k * 0.693145752f) - k * 1.42860677e-6f;
    Vec p = r * 1.3950600e-3f + 8.3689541e-3f; // e^r = 1 + r + r^2 p(r), error 3e-9
    p = p * r + 4.1666206e-2f;
    p = p * r + 1.6666518e-1f;
    p = p * r + 0.5f;
    p = (p * r) * r + r;
    p = p + 1.0f;
    // The exponent field of p takes k: no rounding, and 2^128 is never formed on its own.
    const Vec scaled = reinterpret_cast<Vec>(reinterpret_cast<IntVec>(p) + (reinterpret_cast<IntVec>(shifted) << 23));
    const Vec bounded = x < kLowest ? broadcast(0.0f) : (x > kHighest ? broadcast(__builtin_inff()) : scaled);
    return x == x ? bounded : x;
}

/// Gauss error function, absolute error under 1e-7.
HEADLIGHT_INLINE Vec errorFunction(Vec x) {
    const Vec magnitude = x < 0.0f ? -x : x;
    const Vec z = x * x;
    Vec inner = z * 7.6471156e-5f - 7.9423556e-4f; // erf(x) = x p(x^2) for |x| < 1, error 6e-10
    inner = inner * z + 5.1797493e-3f;
    inner = inner * z - 2.6848592e-2f;
    inner = inner * z + 1.1283430e-1f;
    inner = inner * z - 3.7612605e-1f;
    inner = inner * z + 1.1283791f;
    inner = inner * x;
    const Vec y = magnitude > 4.0f ? broadcast(4.0f) : magnitude;
    Vec outer = y * -1.8557490e-4f + 2.9396159e-3f; // erfc(y) = exp(-q(y)) for 1 <= y <= 4, error 1e-9
    outer = outer * y - 2.1805352e-2f;
    outer = outer * y + 1.0303744e-1f;
    outer = outer * y + 6.3822562e-1f;
    outer = outer * y + 1.1270400f;
    outer = outer * y + 3.5370892e-4f;
    outer = 1.0f - exponential(-outer);
    outer = x < 0.0f ? -outer : outer;
    const Vec value = magnitude < 1.0f ? inner : outer;
    return x == x ? value : x;
}

HEADLIGHT_INLINE Vec hyperbolicTangent(Vec x) {
    const Vec magnitude = x < 0.0f ? -x : x;
    const Vec z = x * x;
    Vec small = z * -5.7170368e-3f + 2.0650579e-2f; // tanh(x) = x + x^3 p(x^2) for |x| < 0.625, error 4e-9
    small = small * z - 5.3743497e-2f;
    small = small * z + 1.3331491e-1f;
    small = small * z - 3.3333284e-1f;
    small = small * z * x + x;
    Vec large = 1.0f - 2.0f / (exponential(magnitude * 2.0f) + 1.0f);
    large = x < 0.0f ? -large : large;
    return magnitude < 0.625f ? small : large;
}

HEADLIGHT_INLINE Vec sigmoid(Vec x) { return 1.0f / (1.0f + exponential(-x)); }

HEADLIGHT_INLINE Vec relu(Vec x) { return x < 0.0f ? broadcast(0.0f) : x; }
HEADLIGHT_INLINE Vec gelu(Vec x) { return 0.5f * x * (1.0f + errorFunction(x * 0.70710678f)); }
/// 0.5 x (1 + tanh u) = x sigmoid(2 u), which loses nothing where tanh u is near -1.
HEADLIGHT_INLINE Vec geluTanh(Vec x) {
    const Vec u = 0.79788456f * (x + 0.044715f * (x * x * x));
    return x * sigmoid(2.0f * u);
}
HEADLIGHT_INLINE Vec geluQuick(Vec x) { return x * sigmoid(1.702f * x); }
HEADLIGHT_INLINE Vec silu(Vec x) { return x * sigmoid(x); }

template <Vec (*function)(Vec)>
void activateAll(float* values, std::size_t n) {
    transform(values, values, n, [](Vec x, Vec) { return function(x); });
}

} // namespace
} // namespace headlight::cpu
