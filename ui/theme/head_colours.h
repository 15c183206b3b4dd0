// Colours that tell heads apart. Blue and orange are not among them: those mean query and key.
#pragma once

#include <QColor>

#include <cstddef>

namespace headlight::ui {

struct Theme;

/// So many heads stay apart, also for colour-blind eyes (lightness differs with the hue); further ones
/// repeat.
inline constexpr std::size_t kHeadColours = 8;

[[nodiscard]] QColor headColour(std::size_t index, const Theme& theme);

} // namespace headlight::ui
