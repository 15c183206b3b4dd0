#include "core/lessons/lesson.h"

#include <algorithm>

namespace headlight {

std::string_view lessonStepKindName(LessonStepKind kind) {
    switch (kind) {
    case LessonStepKind::Look:
        return "look";
    case LessonStepKind::Predict:
        return "predict";
    case LessonStepKind::Try:
        return "try";
    case LessonStepKind::Reveal:
        break;
    }
    return "reveal";
}

LessonState stateOfStep(const Lesson& lesson, std::size_t index) {
    LessonState state;
    state.model = lesson.model;
    state.text = lesson.text;
    for (std::size_t i = 0; i <= index && i < lesson.steps.size(); ++i) {
        const LessonState& step = lesson.steps[i].state;
        if (step.model && step.model != state.model) { // another model has other heads
            state.head.reset();
            state.query.clear();
            state.key.clear();
        }
        if (step.model)
            state.model = step.model;
        if (step.text)
            state.text = step.text;
        if (step.page)
            state.page = step.page;
        if (step.head)
            state.head = step.head;
        if (!step.query.empty())
            state.query = step.query;
        if (!step.key.empty())
            state.key = step.key;
        if (step.arithmetic_step)
            state.arithmetic_step = step.arithmetic_step;
        for (const auto& [directive, line] : step.lines)
            state.lines[directive] = line;
    }
    if (index < lesson.steps.size()) {
        state.settings = lesson.steps[index].state.settings;
        state.changes = lesson.steps[index].state.changes;
        state.pointed_at = lesson.steps[index].state.pointed_at;
    }
    return state;
}

} // namespace headlight
