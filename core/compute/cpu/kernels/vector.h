// A register of HEADLIGHT_LANES floats through GCC's vector extension: one source for every instruction set.
// Everything is in an unnamed namespace, because each translation unit that includes this is compiled differently.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headlight::cpu {
namespace {

constexpr std::size_t kLanes = HEADLIGHT_LANES;
typedef float Vec __attribute__((vector_size(kLanes * sizeof(float)), may_alias));
typedef float UnalignedVec __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));
typedef std::int32_t IntVec __attribute__((vector_size(kLanes * sizeof(float)), may_alias));

#define HEADLIGHT_INLINE [[gnu::always_inline]] inline

HEADLIGHT_INLINE Vec load(const float* from) { return *reinterpret_cast<const UnalignedVec*>(from); }
HEADLIGHT_INLINE void store(float* to, Vec value) { *reinterpret_cast<UnalignedVec*>(to) = value; }
HEADLIGHT_INLINE Vec broadcast(float value) { return value - Vec{}; }
HEADLIGHT_INLINE IntVec broadcastInt(std::int32_t value) { return value - IntVec{}; }
HEADLIGHT_INLINE Vec maximumOf(Vec a, Vec b) { return a > b ? a : b; }

/// Lane numbers 0, 1, 2, ...
HEADLIGHT_INLINE IntVec laneNumbers() {
    IntVec lanes = {};
    for (std::size_t i = 0; i < kLanes; ++i)
        lanes[i] = static_cast<std::int32_t>(i);
    return lanes;
}
HEADLIGHT_INLINE float sumOfLanes(Vec value) {
    float sum = 0.0f;
    for (std::size_t i = 0; i < kLanes; ++i)
        sum += value[i];
    return sum;
}
HEADLIGHT_INLINE float maximumOfLanes(Vec value) {
    float maximum = value[0];
    for (std::size_t i = 1; i < kLanes; ++i)
        maximum = value[i] > maximum ? value[i] : maximum;
    return maximum;
}
/// The first `count` < kLanes floats; the other lanes are `filler`.
HEADLIGHT_INLINE Vec loadPartly(const float* from, std::size_t count, float filler = 0.0f) {
    Vec value = broadcast(filler);
    for (std::size_t i = 0; i < count; ++i)
        value[i] = from[i];
    return value;
}
HEADLIGHT_INLINE void storePartly(float* to, Vec value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = value[i];
}

/// target[i] = function(target[i], source[i]) for n floats.
template <class Function>
HEADLIGHT_INLINE void transform(const float* source, float* target, std::size_t n, Function function) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        store(target + i, function(load(target + i), load(source + i)));
    if (i < n)
        storePartly(target + i, function(loadPartly(target + i, n - i), loadPartly(source + i, n - i)), n - i);
}

/// A short row, for which calling memcpy would cost as much as the copying.
HEADLIGHT_INLINE void copyFloats(const float* source, float* target, std::size_t n) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        store(target + i, load(source + i));
    if (i < n)
        storePartly(target + i, loadPartly(source + i, n - i), n - i);
}

} // namespace
} // namespace headlight::cpu
