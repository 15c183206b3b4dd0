#include "core/lessons/lesson_files.h"

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

} // namespace headlight
