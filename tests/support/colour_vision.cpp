#include "tests/support/colour_vision.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headlight::test {
namespace {

using Row = std::array<double, 3>;
using Matrix = std::array<Row, 3>;

constexpr Matrix kAsIs{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix kProtanopia{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix kDeuteranopia{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix kTritanopia{
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
/// IEC 61966-2-1: linear sRGB to XYZ, D65.
constexpr Matrix kToXyz{{{0.4124564, 0.3575761, 0.1804375},
                         {0.2126729, 0.7151522, 0.0721750},
                         {0.0193339, 0.1191920, 0.9503041}}};
constexpr Row kWhite{0.95047, 1.0, 1.08883};

Row times(const Matrix& matrix, const Row& column) {
    Row out{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            out[i] += matrix[i][j] * column[j];
    return out;
}

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double labCurve(double ratio) {
    constexpr double epsilon = 216.0 / 24389.0, kappa = 24389.0 / 27.0;
    return ratio > epsilon ? std::cbrt(ratio) : (kappa * ratio + 16.0) / 116.0;
}

const Matrix& matrixOf(ColourVision vision) {
    switch (vision) {
    case ColourVision::Protanopia:
        return kProtanopia;
    case ColourVision::Deuteranopia:
        return kDeuteranopia;
    case ColourVision::Tritanopia:
        return kTritanopia;
    case ColourVision::Normal:
        break;
    }
    return kAsIs;
}

double radians(double degrees) {
    return degrees * std::numbers::pi / 180.0;
}

double hueOf(double a, double b) {
    if (a == 0.0 && b == 0.0)
        return 0.0;
    const double degrees = std::atan2(b, a) * 180.0 / std::numbers::pi;
    return degrees < 0.0 ? degrees + 360.0 : degrees;
}

/// C^7 / (C^7 + 25^7), what both corrections for grey and for blue are made of.
double seventh(double chroma) {
    const double power = std::pow(chroma, 7.0);
    return power / (power + std::pow(25.0, 7.0));
}

} // namespace

const char* nameOf(ColourVision vision) {
    switch (vision) {
    case ColourVision::Protanopia:
        return "protanopia";
    case ColourVision::Deuteranopia:
        return "deuteranopia";
    case ColourVision::Tritanopia:
        return "tritanopia";
    case ColourVision::Normal:
        break;
    }
    return "normal";
}

Lab seen(const QColor& colour, ColourVision vision) {
    Row rgb = times(matrixOf(vision), {linear(double(colour.redF())), linear(double(colour.greenF())),
                                       linear(double(colour.blueF()))});
    for (double& channel : rgb)
        channel = std::clamp(channel, 0.0, 1.0);
    Row f = times(kToXyz, rgb);
    for (std::size_t i = 0; i < 3; ++i)
        f[i] = labCurve(f[i] / kWhite[i]);
    return {116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])};
}

double difference(const Lab& one, const Lab& other) {
    const double mean_before = (std::hypot(one.a, one.b) + std::hypot(other.a, other.b)) / 2.0;
    const double grey = 1.0 + 0.5 * (1.0 - std::sqrt(seventh(mean_before)));
    const double a1 = one.a * grey, a2 = other.a * grey;
    const double c1 = std::hypot(a1, one.b), c2 = std::hypot(a2, other.b);
    const double h1 = hueOf(a1, one.b), h2 = hueOf(a2, other.b);
    const bool coloured = c1 * c2 != 0.0;
    const double turn = !coloured          ? 0.0
                        : h2 - h1 > 180.0  ? h2 - h1 - 360.0
                        : h2 - h1 < -180.0 ? h2 - h1 + 360.0
                                           : h2 - h1;
    const double d_lightness = other.lightness - one.lightness;
    const double d_chroma = c2 - c1;
    const double d_hue = 2.0 * std::sqrt(c1 * c2) * std::sin(radians(turn / 2.0));
    const double lightness = (one.lightness + other.lightness) / 2.0;
    const double chroma = (c1 + c2) / 2.0;
    const double hue = !coloured                    ? h1 + h2
                       : std::abs(h1 - h2) <= 180.0 ? (h1 + h2) / 2.0
                       : h1 + h2 < 360.0            ? (h1 + h2 + 360.0) / 2.0
                                                    : (h1 + h2 - 360.0) / 2.0;
    const double t = 1.0 - 0.17 * std::cos(radians(hue - 30.0)) + 0.24 * std::cos(radians(2.0 * hue)) +
                     0.32 * std::cos(radians(3.0 * hue + 6.0)) - 0.20 * std::cos(radians(4.0 * hue - 63.0));
    const double blue = 30.0 * std::exp(-std::pow((hue - 275.0) / 25.0, 2.0));
    const double rotation = -2.0 * std::sqrt(seventh(chroma)) * std::sin(radians(2.0 * blue));
    const double off_middle = std::pow(lightness - 50.0, 2.0);
    const double l = d_lightness / (1.0 + 0.015 * off_middle / std::sqrt(20.0 + off_middle));
    const double c = d_chroma / (1.0 + 0.045 * chroma);
    const double h = d_hue / (1.0 + 0.015 * chroma * t);
    return std::sqrt(l * l + c * c + h * h + rotation * c * h);
}

} // namespace headlight::test
