// Colour maps: a number in [0, 1] becomes a colour through a table of 256 entries.
#pragma once

#include <QColor>
#include <QString>

#include <array>
#include <vector>

namespace headlight::ui {

struct Theme;

enum class ColourMapKind {
    Viridis, ///< the default: perceptually even, safe for colour-blind eyes
    Magma,
    Cividis, ///< looks nearly the same with and without colour blindness
    Greys,   ///< white to black, for print
    Signed,  ///< orange - white - blue; 0.5 stands for zero
};

/// 256 opaque colours from position 0 to 1.
class ColourMap {
public:
    explicit ColourMap(ColourMapKind kind);

    [[nodiscard]] ColourMapKind kind() const { return kind_; }
    /// The table's entry for a position in [0, 1]; outside positions (and NaN) are clamped.
    [[nodiscard]] QRgb rgb(float position) const { return table_[index(position)]; }
    [[nodiscard]] QColor colour(float position) const { return QColor::fromRgb(rgb(position)); }
    [[nodiscard]] const std::array<QRgb, 256>& table() const { return table_; }

    /// Table index of a position: 256 equal bins, the last one closed.
    [[nodiscard]] static std::size_t index(float position) {
        const float scaled = position * 256.0f;
        return scaled >= 255.0f ? 255 : scaled > 0.0f ? static_cast<std::size_t>(scaled) : 0;
    }

private:
    ColourMapKind kind_;
    std::array<QRgb, 256> table_{};
};

/// The shared, constant instance of a map.
[[nodiscard]] const ColourMap& colourMap(ColourMapKind kind);
/// Name for menus and settings files: "viridis".
[[nodiscard]] QString colourMapName(ColourMapKind kind);
/// The maps one can choose for weights, the default first.
[[nodiscard]] std::vector<ColourMapKind> weightColourMaps();

} // namespace headlight::ui
