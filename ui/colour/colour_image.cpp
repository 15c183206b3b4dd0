#include "ui/colour/colour_image.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace headlight::ui {
namespace {

/// Pixels of a stretch: indices first, in a loop that vectorises, then the table's entries.
template <class ToIndex>
void colourRow(const float* weights, QRgb* pixels, std::size_t n, const QRgb* table, const ToIndex& to_index) {
    constexpr std::size_t kStretch = 256;
    std::array<std::int32_t, kStretch> indices;
    for (std::size_t begin = 0; begin < n; begin += kStretch) {
        const std::size_t count = std::min(kStretch, n - begin);
        for (std::size_t i = 0; i < count; ++i)
            indices[i] = to_index(weights[begin + i]);
        for (std::size_t i = 0; i < count; ++i)
            pixels[begin + i] = table[indices[i]];
    }
}

/// Linear and row-relative scales: clamp(weight * factor, 0, 255). NaN becomes 0.
void linearRow(const float* weights, QRgb* pixels, std::size_t n, float factor, const QRgb* table) {
    colourRow(weights, pixels, n, table, [factor](float weight) {
        const float scaled = weight * factor;
        const float positive = scaled > 0.0f ? scaled : 0.0f;
        return static_cast<std::int32_t>(positive < 255.0f ? positive : 255.0f);
    });
}

/// Values of either sign: -limit to limit over the whole table, 0 in its middle. NaN becomes 0.
void signedRow(const float* values, QRgb* pixels, std::size_t n, float limit, const QRgb* table) {
    const float factor = limit > 0.0f ? 128.0f / limit : 0.0f;
    colourRow(values, pixels, n, table, [factor](float value) {
        const float scaled = (value == value ? value : 0.0f) * factor + 128.0f;
        const float positive = scaled > 0.0f ? scaled : 0.0f;
        return static_cast<std::int32_t>(positive < 255.0f ? positive : 255.0f);
    });
}

/// `part` of 256 parts `to`, the rest `from`.
QRgb mixed(QRgb from, QRgb to, int part) {
    const auto mix = [part](int a, int b) { return (a * (256 - part) + b * part) / 256; };
    return qRgb(mix(qRed(from), qRed(to)), mix(qGreen(from), qGreen(to)), mix(qBlue(from), qBlue(to)));
}

constexpr int kDimmed = 180; // of 256 parts that a dimmed cell takes of the blank colour

/// What is not to be looked at: dimmed cells turn pale, gaps and small values blank.
void applyMarks(const ColourImageInput& input, std::size_t row, QRgb* pixels) {
    const float* values = input.values.data() + row * input.n_columns;
    const AxisMark row_mark = input.row_marks.empty() ? AxisMark::Shown : input.row_marks[row];
    if (row_mark == AxisMark::Shown && input.column_marks.empty() && input.threshold <= 0.0f)
        return;
    for (std::size_t column = 0; column < input.n_columns; ++column) {
        const AxisMark mark = std::max(row_mark, input.column_marks.empty() ? AxisMark::Shown : input.column_marks[column]);
        if (mark == AxisMark::Gap || std::abs(values[column]) < input.threshold)
            pixels[column] = input.blank;
        else if (mark == AxisMark::Dimmed)
            pixels[column] = mixed(pixels[column], input.blank, kDimmed);
    }
}

/// The logarithmic scale by the weight's own bits: exponent and eight bits of mantissa choose one of some 4,000 colours.
/// Within such a bin the scale moves by a tenth of one of the map's 256 steps, and no logarithm is taken a pixel.
class LogTable {
public:
    explicit LogTable(ColourMapKind kind) : colours_(bin(1.0f) - bin(kLogFloor) + 1) {
        for (std::size_t i = 0; i < colours_.size(); ++i) {
            const auto middle = std::bit_cast<float>((bin(kLogFloor) + static_cast<std::uint32_t>(i)) << kShift | 1u << (kShift - 1));
            colours_[i] = colourMap(kind).rgb(scalePosition(ScaleKind::Logarithmic, middle, 0.0f));
        }
        colours_.front() = colourMap(kind).rgb(0.0f);
    }

    void row(const float* weights, QRgb* pixels, std::size_t n) const {
        const auto first = static_cast<std::int32_t>(bin(kLogFloor));
        const auto last = static_cast<std::int32_t>(colours_.size()) - 1;
        colourRow(weights, pixels, n, colours_.data(), [first, last](float weight) {
            const float number = weight > 0.0f ? weight : 0.0f; // NaN becomes 0, as on the other scales
            const std::int32_t at = (std::bit_cast<std::int32_t>(number) >> kShift) - first;
            const std::int32_t positive = at > 0 ? at : 0;
            return positive < last ? positive : last;
        });
    }

private:
    static constexpr int kShift = 15;
    static constexpr std::uint32_t bin(float weight) { return std::bit_cast<std::uint32_t>(weight) >> kShift; }
    std::vector<QRgb> colours_;
};

const LogTable& logTable(ColourMapKind kind) {
    static const std::array<LogTable, 5> tables = {
        LogTable(ColourMapKind::Viridis), LogTable(ColourMapKind::Magma), LogTable(ColourMapKind::Cividis),
        LogTable(ColourMapKind::Greys), LogTable(ColourMapKind::Signed)};
    return tables[static_cast<std::size_t>(kind)];
}

} // namespace

QImage colourImage(const ColourImageInput& input) {
    QImage image(static_cast<int>(input.n_columns), static_cast<int>(input.n_rows), QImage::Format_RGB32);
    const QRgb* table = colourMap(input.map).table().data();
    for (std::size_t row = 0; row < input.n_rows; ++row) {
        const float* weights = input.values.data() + row * input.n_columns;
        auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(row)));
        const bool by_row = input.scale == ScaleKind::RowRelative && row < input.row_maximum.size();
        if (input.signed_limit > 0.0f) {
            signedRow(weights, pixels, input.n_columns, by_row ? input.row_maximum[row] : input.signed_limit, table);
        } else if (input.scale == ScaleKind::Logarithmic) {
            logTable(input.map).row(weights, pixels, input.n_columns);
        } else {
            const float maximum = by_row ? input.row_maximum[row] : 1.0f;
            linearRow(weights, pixels, input.n_columns, maximum > 0.0f ? 256.0f / maximum : 0.0f, table);
        }
        applyMarks(input, row, pixels);
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
