// Reads a lesson from its text file; README, "Write your own lesson", says how one is written.
#pragma once

#include "core/lessons/lesson.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace headlight {

/// Longer files are no lessons.
inline constexpr std::size_t kLargestLesson = 1u << 20; ///< bytes
inline constexpr std::size_t kMostLessonSteps = 100;

/// Errors (Format): file, "line 12", what is wrong there, what was probably meant. Whether heads and tokens
/// are there is for checkLesson to say.
[[nodiscard]] Result<Lesson> readLesson(std::string_view text, const std::filesystem::path& file);
/// The same from a file. Errors (File): missing, no regular file, unreadable.
[[nodiscard]] Result<Lesson> readLessonFile(const std::filesystem::path& file);

} // namespace headlight
