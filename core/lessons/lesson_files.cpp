#include "core/lessons/lesson_files.h"

#include "core/base/nearest_name.h"
#include "core/checkpoint/hub_cache.h"
#include "core/checkpoint/model_folder.h"
#include "core/lessons/lesson_reader.h"

#include <algorithm>
#include <iterator>

namespace headlight {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kMostLessons = 500; ///< of one folder
}

fs::path ownLessonsFolder() {
    if (const auto data = environmentVariable("XDG_DATA_HOME"))
        return fs::path(*data) / "headlight" / "lessons";
    if (const auto home = environmentVariable("HOME"))
        return fs::path(*home) / ".local" / "share" / "headlight" / "lessons";
    return {};
}

std::vector<LessonListing> lessonsIn(const fs::path& folder, bool bundled) {
    std::vector<fs::path> files;
    std::error_code problem;
    for (fs::directory_iterator entry(folder, problem);
         !problem && entry != fs::directory_iterator() && files.size() < kMostLessons;
         entry.increment(problem))
        if (entry->path().extension() == ".md" && !entry->path().filename().string().starts_with('.'))
            files.push_back(entry->path());
    std::ranges::sort(files);
    std::vector<LessonListing> lessons;
    for (const fs::path& file : files)
        lessons.push_back({file, bundled, readLessonFile(file)});
    return lessons;
}

std::vector<LessonListing> allLessons() {
    std::vector<LessonListing> lessons;
    if (const auto roots = bundledRoots("lessons"); !roots.empty())
        lessons = lessonsIn(roots.front(), true);
    if (const fs::path own = ownLessonsFolder(); !own.empty())
        std::ranges::move(lessonsIn(own, false), std::back_inserter(lessons));
    return lessons;
}

Result<std::filesystem::path> findLesson(const std::string& name) {
    const std::filesystem::path path = name;
    std::error_code ignored;
    if (path.has_extension() || path.has_parent_path() || std::filesystem::exists(path, ignored))
        return path; // reading it says what is wrong
    const auto without_number = [](const std::string& stem) {
        return stem.substr(std::min(stem.find_first_not_of("0123456789-"), stem.size()));
    };
    std::vector<LessonListing> lessons = allLessons();
    std::ranges::reverse(lessons);
    std::vector<std::string> names;
    for (const LessonListing& lesson : lessons) {
        const std::string stem = lesson.file.stem().string();
        if (stem == name || without_number(stem) == name)
            return lesson.file;
        names.push_back(stem);
        names.push_back(without_number(stem));
    }
    const std::string nearest = nearestName(name, names);
    return makeError(ErrorKind::Usage, "there is no lesson “" + name + "”")
        .nextStep((nearest.empty() ? "" : "Did you mean “" + nearest + "”? ") +
                  "headlight lessons lists them; a file's name ends in .md");
}

} // namespace headlight
