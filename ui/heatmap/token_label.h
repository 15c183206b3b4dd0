// A token as a label: nothing in it may break a line, turn the writing direction around or stay invisible.
#pragma once

#include <QString>

namespace headlight::ui {

/// The word with control characters made visible: newline ⏎, tab ⇥, lone spaces ·, other controls as their picture or
/// as ‹U+202E›. An empty word becomes ∅.
[[nodiscard]] QString visibleWord(const QString& word);

} // namespace headlight::ui
