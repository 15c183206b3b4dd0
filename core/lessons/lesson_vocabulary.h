// The names a lesson file may use for the window's parts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

enum class SettingKind { YesNo, Number, Name };

struct LessonSettingInfo {
    std::string_view page;
    std::string_view key;
    SettingKind kind;
    std::string_view names; ///< of SettingKind::Name: those there are, with blanks between them
};

/// Pages of the window as `page:` names them: "heatmap", "step-by-step".
[[nodiscard]] std::span<const std::string_view> lessonPages();
[[nodiscard]] std::span<const LessonSettingInfo> lessonSettings();
/// Steps of Step by step: "softmax".
[[nodiscard]] std::span<const std::string_view> lessonArithmeticSteps();
/// Parts of the window that `point:` can outline.
[[nodiscard]] std::span<const std::string_view> lessonParts();

/// "look, predict, try, reveal".
[[nodiscard]] std::string listed(std::span<const std::string_view> names);
/// ", did you mean “text”?", or nothing where none is near.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> names);

} // namespace headlight
