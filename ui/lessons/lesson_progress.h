// Which steps of which lessons a person has done; kept in the user's settings.
#pragma once

#include "core/lessons/lesson.h"

#include <QString>

namespace headlight::ui {

/// A step is done once it was read and its question, if it has one, answered.
class LessonProgress {
public:
    [[nodiscard]] static bool isDone(const Lesson& lesson, std::size_t step);
    static void setDone(const Lesson& lesson, std::size_t step);
    [[nodiscard]] static std::size_t nDone(const Lesson& lesson);
    /// The step to go on with: the first that is not done, or the first of all.
    [[nodiscard]] static std::size_t nextStep(const Lesson& lesson);
    static void forget(const Lesson& lesson);
};

} // namespace headlight::ui
