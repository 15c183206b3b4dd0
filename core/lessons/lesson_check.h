// Whether a lesson holds on the model and text it names: heads, tokens and values are there, and every
// question has an answer.
#pragma once

#include "core/lessons/evaluate.h"

#include <functional>

namespace headlight {

/// Opens a model and runs a text.
using LessonRunner = std::function<Result<LessonRun>(const std::string& model, const std::string& text)>;

/// Errors: those of `run`, and (Format, with file and line) a head, token or value the run does not have, a
/// question none of whose choices is right, a task that is done before anybody did anything.
[[nodiscard]] Result<void> checkLesson(const Lesson& lesson, const LessonRunner& run,
                                       const RunControl& control = {});
/// One step on the run its state asks for.
[[nodiscard]] Result<void> checkLessonStep(const Lesson& lesson, std::size_t index, LessonRun& run,
                                           const RunControl& control = {});

} // namespace headlight
