#include "core/tensor/dtype.h"

#include "core/base/multiversion.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace headlight {

namespace {

struct DTypeRow {
    DType dtype;
    std::string_view name;
    std::uint32_t bits;
};

constexpr std::array<DTypeRow, 22> kDTypes = {{
    {DType::Bool, "BOOL", 8},
    {DType::F4, "F4", 4},
    {DType::F6E2M3, "F6_E2M3", 6},
    {DType::F6E3M2, "F6_E3M2", 6},
    {DType::U8, "U8", 8},
    {DType::I8, "I8", 8},
    {DType::F8E5M2, "F8_E5M2", 8},
    {DType::F8E4M3, "F8_E4M3", 8},
    {DType::F8E8M0, "F8_E8M0", 8},
    {DType::F8E4M3FNUZ, "F8_E4M3FNUZ", 8},
    {DType::F8E5M2FNUZ, "F8_E5M2FNUZ", 8},
    {DType::I16, "I16", 16},
    {DType::U16, "U16", 16},
    {DType::F16, "F16", 16},
    {DType::BF16, "BF16", 16},
    {DType::I32, "I32", 32},
    {DType::U32, "U32", 32},
    {DType::F32, "F32", 32},
    {DType::C64, "C64", 64},
    {DType::F64, "F64", 64},
    {DType::I64, "I64", 64},
    {DType::U64, "U64", 64},
}};

const DTypeRow& rowOf(DType dtype) {
    return kDTypes[static_cast<std::size_t>(dtype)];
}

/// An IEEE half as a float. No branch, and no float denormal on the way (those take a slow path in the
/// processor and become zero where a library has switched them off), so that a loop over it vectorises and is
/// exact.
inline float halfToFloat(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7fffu;
    // Normal: move exponent and mantissa into place and add the difference of the exponent biases, 112.
    const std::uint32_t normal = (magnitude << 13) + (112u << 23);
    // Infinity and NaN: the largest exponent again, payload kept.
    const std::uint32_t special = (magnitude << 13) | 0x7f800000u;
    // Zero and subnormal: mantissa * 2^-24 = (2^-14 + mantissa * 2^-24) - 2^-14.
    const float small = std::bit_cast<float>((magnitude << 13) + (113u << 23)) - 0x1p-14f;
    const std::uint32_t finite = magnitude < 0x0400u ? std::bit_cast<std::uint32_t>(small) : normal;
    return std::bit_cast<float>(sign | (magnitude >= 0x7c00u ? special : finite));
}

inline float brainToFloat(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <class Source>
inline Source load(const std::byte* bytes) {
    Source source;
    std::memcpy(&source, bytes, sizeof(Source)); // any alignment
    return source;
}

HEADLIGHT_MULTIVERSION
void convertHalves(const std::byte* bytes, float* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = halfToFloat(load<std::uint16_t>(bytes + 2 * i));
}

HEADLIGHT_MULTIVERSION
void convertBrains(const std::byte* bytes, float* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = brainToFloat(load<std::uint16_t>(bytes + 2 * i));
}

HEADLIGHT_MULTIVERSION
void convertDoubles(const std::byte* bytes, float* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<float>(load<double>(bytes + 8 * i));
}

HEADLIGHT_MULTIVERSION
std::uint32_t largestExponent(const float* values, std::size_t count) {
    std::uint32_t largest = 0;
    for (std::size_t i = 0; i < count; ++i)
        largest = std::max(largest, std::bit_cast<std::uint32_t>(values[i]) & 0x7f800000u);
    return largest;
}

} // namespace

std::string_view dtypeName(DType dtype) {
    return rowOf(dtype).name;
}

std::optional<DType> dtypeFromName(std::string_view name) {
    for (const DTypeRow& row : kDTypes)
        if (row.name == name)
            return row.dtype;
    return std::nullopt;
}

std::uint32_t dtypeBits(DType dtype) {
    return rowOf(dtype).bits;
}

float bf16ToF32(std::uint16_t bits) {
    return brainToFloat(bits);
}

float f16ToF32(std::uint16_t bits) {
    return halfToFloat(bits);
}

std::uint16_t f32ToF16(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 0x477ff000u) // rounds to 65536 or more
        return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude < 0x38800000u) { // subnormal half: let the float adder round at the right place
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

std::uint16_t f32ToBf16(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

bool convertToF32(DType dtype, std::span<const std::byte> bytes, std::span<float> out) {
    assert(bytes.size() == out.size() * dtypeBits(dtype) / 8);
    if (out.empty())
        return dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F64;
    switch (dtype) {
    case DType::F32:
        std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
        return true;
    case DType::F16:
        convertHalves(bytes.data(), out.data(), out.size());
        return true;
    case DType::BF16:
        convertBrains(bytes.data(), out.data(), out.size());
        return true;
    case DType::F64:
        convertDoubles(bytes.data(), out.data(), out.size());
        return true;
    default:
        return false;
    }
}

bool allFinite(std::span<const float> values) {
    return largestExponent(values.data(), values.size()) < 0x7f800000u;
}

} // namespace headlight
