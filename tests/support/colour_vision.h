// How colours look to people who do not see all of them, and how far apart two colours are.
#pragma once

#include <QColor>

#include <array>

namespace headlight::test {

/// Full dichromacies: no red, no green, no blue cones; and nobody's.
enum class ColourVision { Normal, Protanopia, Deuteranopia, Tritanopia };

inline constexpr std::array kColourVisions{ColourVision::Normal, ColourVision::Protanopia,
                                           ColourVision::Deuteranopia, ColourVision::Tritanopia};

[[nodiscard]] const char* nameOf(ColourVision vision);

/// CIE L*a*b* under D65.
struct Lab {
    double lightness = 0.0;
    double a = 0.0;
    double b = 0.0;
};

/// The colour as such eyes see it. Machado, Oliveira & Fernandes 2009, "A Physiologically-based Model for
/// Simulation of Color Vision Deficiency", IEEE TVCG 15(6), matrices of severity 1.0, in linear sRGB.
[[nodiscard]] Lab seen(const QColor& colour, ColourVision vision);

/// CIEDE2000 with all weights 1. Sharma, Wu & Dalal 2005, "The CIEDE2000 Color-Difference Formula:
/// Implementation Notes, Supplementary Test Data, and Mathematical Observations". About 1 is just noticeable.
[[nodiscard]] double difference(const Lab& one, const Lab& other);

} // namespace headlight::test
