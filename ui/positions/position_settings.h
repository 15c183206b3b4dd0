// What a person chose in the view of positions: which kind, and the sizes it is explained with.
#pragma once

#include "core/model/position_spec.h"
#include "core/trace/trace.h"

#include <QString>

#include <array>

namespace headlight::ui {

enum class PositionPage { Own, Off, Sinusoidal, Learned, RelativeBias, Rotary, Alibi, Compare };

inline constexpr std::array kPositionPages{
    PositionPage::Own,          PositionPage::Off,    PositionPage::Sinusoidal, PositionPage::Learned,
    PositionPage::RelativeBias, PositionPage::Rotary, PositionPage::Alibi,      PositionPage::Compare};

struct PositionSettings {
    PositionPage page = PositionPage::Own;
    StackKind stack = StackKind::Encoder; ///< of the model's two, where both know positions
    int d_model = 64;                     ///< Sinusoidal, Compare; even
    int n_positions = 64;                 ///< how many are drawn
    int position = 10;                    ///< Sinusoidal, Rotary: the one that is shifted or turned
    int shift = 5;
    SinusoidLayout layout = SinusoidLayout::Marian;
    int rotary_dims = 32; ///< even
    double rotary_base = 10000.0;
    RotaryScaling scaling = RotaryScaling::None;
    double factor = 4.0;          ///< of the scaling
    int original_positions = 128; ///< of the scaling
    int alibi_heads = 8;
    int n_buckets = 32; ///< RelativeBias; even
    int max_distance = 128;
    bool bidirectional = true;
    bool operator==(const PositionSettings&) const = default;
};

/// In session files; never translated.
[[nodiscard]] QString pageKey(PositionPage page);
/// For people: "This model", "Switched off".
[[nodiscard]] QString pageName(PositionPage page);
/// What the page shows, in a sentence.
[[nodiscard]] QString pageText(PositionPage page);
[[nodiscard]] QString scalingKey(RotaryScaling scaling);

/// How far `position` goes: where positions are drawn it is one of them.
[[nodiscard]] int greatestPosition(const PositionSettings& settings);

/// Every number brought into its range, odd widths made even.
[[nodiscard]] PositionSettings validated(PositionSettings settings);

/// The rotary spec the Rotary page explains.
[[nodiscard]] RotarySpec rotaryOf(const PositionSettings& settings);

} // namespace headlight::ui
