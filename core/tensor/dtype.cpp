#include "core/tensor/dtype.h"

#include <array>
#include <bit>
#include <cstring>

namespace headlight {

namespace {

struct DTypeRow {
    DType dtype;
    std::string_view name;
    std::uint32_t bits;
};

constexpr std::array<DTypeRow, 22> kDTypes = {{
    {DType::Bool, "BOOL", 8},          {DType::F4, "F4", 4},
    {DType::F6E2M3, "F6_E2M3", 6},     {DType::F6E3M2, "F6_E3M2", 6},
    {DType::U8, "U8", 8},              {DType::I8, "I8", 8},
    {DType::F8E5M2, "F8_E5M2", 8},     {DType::F8E4M3, "F8_E4M3", 8},
    {DType::F8E8M0, "F8_E8M0", 8},     {DType::F8E4M3FNUZ, "F8_E4M3FNUZ", 8},
    {DType::F8E5M2FNUZ, "F8_E5M2FNUZ", 8},
    {DType::I16, "I16", 16},           {DType::U16, "U16", 16},
    {DType::F16, "F16", 16},           {DType::BF16, "BF16", 16},
    {DType::I32, "I32", 32},           {DType::U32, "U32", 32},
    {DType::F32, "F32", 32},           {DType::C64, "C64", 64},
    {DType::F64, "F64", 64},           {DType::I64, "I64", 64},
    {DType::U64, "U64", 64},
}};

const DTypeRow& rowOf(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)]; }

template <class Source, class Convert>
void convertEach(std::span<const std::byte> bytes, std::span<float> out, Convert convert) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        Source source;
        std::memcpy(&source, bytes.data() + i * sizeof(Source), sizeof(Source));
        out[i] = convert(source);
    }
}

} // namespace

std::string_view dtypeName(DType dtype) { return rowOf(dtype).name; }

std::optional<DType> dtypeFromName(std::string_view name) {
    for (const DTypeRow& row : kDTypes)
        if (row.name == name)
            return row.dtype;
    return std::nullopt;
}

std::uint32_t dtypeBits(DType dtype) { return rowOf(dtype).bits; }

float bf16ToF32(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

float f16ToF32(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) // infinity and NaN keep their payload
        return std::bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
    // Shifting a half's magnitude into a float and multiplying by 2^112 repairs the exponent bias, subnormals included.
    const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1.0p112f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(scaled));
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
    switch (dtype) {
    case DType::F32:
        std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
        return true;
    case DType::F16:
        convertEach<std::uint16_t>(bytes, out, f16ToF32);
        return true;
    case DType::BF16:
        convertEach<std::uint16_t>(bytes, out, bf16ToF32);
        return true;
    case DType::F64:
        convertEach<double>(bytes, out, [](double value) { return static_cast<float>(value); });
        return true;
    default:
        return false;
    }
}

} // namespace headlight
