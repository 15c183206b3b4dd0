// Where lessons are found on disk: bundled ones, and those a person put into her own folder.
#pragma once

#include "core/lessons/lesson.h"

#include <filesystem>
#include <vector>

namespace headlight {

/// A lesson, or why its file is none.
struct LessonListing {
    std::filesystem::path file;
    bool bundled = true;
    Result<Lesson> lesson;
};

/// $XDG_DATA_HOME/headlight/lessons, usually ~/.local/share/headlight/lessons. May not exist. Empty where
/// there is no home.
[[nodiscard]] std::filesystem::path ownLessonsFolder();
/// The .md files of a folder in the order of their names; none where it cannot be read.
[[nodiscard]] std::vector<LessonListing> lessonsIn(const std::filesystem::path& folder, bool bundled);
/// Bundled ones, then one's own.
[[nodiscard]] std::vector<LessonListing> allLessons();
/// The file of a lesson: `name` is a file, or what a lesson's file is called, with or without its number ("04-softmax",
/// "softmax"). One's own before bundled ones. Error (Usage): neither, with the name that was
/// probably meant.
[[nodiscard]] Result<std::filesystem::path> findLesson(const std::string& name);

} // namespace headlight
