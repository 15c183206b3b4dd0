#include "ui/colour/colour_image.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace headlight::ui {
namespace {

/// Table index = clamp(weight * factor, 0, 255): linear and row-relative scales.
void linearRow(const float* weights, QRgb* pixels, std::size_t n, float factor, const QRgb* table) {
    for (std::size_t i = 0; i < n; ++i) {
        // Comparisons written so that NaN gives 0; min and max of constants vectorise.
        const float scaled = weights[i] * factor;
        const float positive = scaled > 0.0f ? scaled : 0.0f;
        const float bounded = positive < 255.0f ? positive : 255.0f;
        pixels[i] = table[static_cast<int>(bounded)];
    }
}

/// log2 by the exponent and a polynomial for the mantissa. The error, below 1e-4, is far under one of the 256 steps
/// (0.065 in log2 over five decades), and std::log10 a pixel would cost ten milliseconds a screen.
float fastLog2(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const float exponent = static_cast<float>(static_cast<int>(bits >> 23) - 127);
    const float m = std::bit_cast<float>((bits & 0x007fffffu) | 0x3f800000u); // mantissa in [1, 2)
    // ln(m) = 2 atanh(t), t = (m - 1) / (m + 1) in [0, 1/3); odd series to t^7.
    const float t = (m - 1.0f) / (m + 1.0f);
    const float t2 = t * t;
    return exponent + 2.8853901f * t * (1.0f + t2 * (1.0f / 3.0f + t2 * (0.2f + t2 * (1.0f / 7.0f))));
}

void logRow(const float* weights, QRgb* pixels, std::size_t n, const QRgb* table) {
    const float per_log2 = std::log10(2.0f) / -std::log10(kLogFloor); // positions an octave
    for (std::size_t i = 0; i < n; ++i) {
        const float weight = weights[i];
        const float position = weight > kLogFloor ? 1.0f + fastLog2(weight) * per_log2 : 0.0f;
        const float scaled = position * 256.0f;
        pixels[i] = table[static_cast<int>(scaled < 255.0f ? scaled : 255.0f)];
    }
}

} // namespace

QImage colourImage(const ColourImageInput& input) {
    QImage image(static_cast<int>(input.n_columns), static_cast<int>(input.n_rows), QImage::Format_RGB32);
    const QRgb* table = colourMap(input.map).table().data();
    for (std::size_t row = 0; row < input.n_rows; ++row) {
        const float* weights = input.values.data() + row * input.n_columns;
        auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(row)));
        if (input.scale == ScaleKind::Logarithmic) {
            logRow(weights, pixels, input.n_columns, table);
        } else {
            const float maximum = input.scale == ScaleKind::RowRelative && row < input.row_maximum.size()
                                      ? input.row_maximum[row] : 1.0f;
            linearRow(weights, pixels, input.n_columns, maximum > 0.0f ? 256.0f / maximum : 0.0f, table);
        }
        if (row < input.visible.size()) {
            const std::size_t begin = std::min(input.visible[row].begin, input.n_columns);
            const std::size_t end = std::clamp(input.visible[row].end, begin, input.n_columns);
            std::fill(pixels, pixels + begin, input.masked);
            std::fill(pixels + end, pixels + input.n_columns, input.masked);
        }
    }
    return image;
}

} // namespace headlight::ui
