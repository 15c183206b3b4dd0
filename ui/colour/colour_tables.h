// The published tables behind the perceptual colour maps.
#pragma once

#include <array>
#include <cstdint>

namespace headlight::ui {

extern const std::array<std::uint32_t, 256> kViridisTable; ///< 0xRRGGBB
extern const std::array<std::uint32_t, 256> kMagmaTable;
extern const std::array<std::uint32_t, 256> kCividisTable;

} // namespace headlight::ui
