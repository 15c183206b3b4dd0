// Element types of checkpoint tensors, and conversion to the F32 the engine computes with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace headlight {

/// Every dtype the safetensors format knows. The engine computes with F32, F16 and BF16.
enum class DType {
    Bool, F4, F6E2M3, F6E3M2, U8, I8, F8E5M2, F8E4M3, F8E8M0, F8E4M3FNUZ, F8E5M2FNUZ,
    I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64,
};

[[nodiscard]] std::string_view dtypeName(DType dtype);                    ///< "F32", "F8_E4M3", ...
[[nodiscard]] std::optional<DType> dtypeFromName(std::string_view name);
[[nodiscard]] std::uint32_t dtypeBits(DType dtype);                       ///< bits an element takes (F4: 4)

[[nodiscard]] float f16ToF32(std::uint16_t bits);   ///< IEEE 754 binary16
[[nodiscard]] float bf16ToF32(std::uint16_t bits);
[[nodiscard]] std::uint16_t f32ToF16(float value);  ///< round to nearest even
[[nodiscard]] std::uint16_t f32ToBf16(float value); ///< round to nearest even, NaN stays NaN

/// Converts `bytes` of type F32, F16, BF16 or F64 (any alignment) into `out`; false if `dtype` is none of these.
/// `bytes.size()` must be `out.size()` elements.
[[nodiscard]] bool convertToF32(DType dtype, std::span<const std::byte> bytes, std::span<float> out);

/// Whether no element is NaN or infinite.
[[nodiscard]] bool allFinite(std::span<const float> values);

} // namespace headlight
