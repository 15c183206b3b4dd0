#include "core/lessons/lesson_check.h"

#include <algorithm>

namespace headlight {

namespace {

struct StepCheck {
    const Lesson& lesson;
    const LessonStep& step;
    const LessonRun& run;
    const RunControl& control;
    LessonPlaces places = {};

    Error at(std::size_t line, Error error) const {
        error.file = lesson.file.string();
        error.item = "line " + std::to_string(line == 0 ? step.line : line);
        return error;
    }
    Error fault(std::size_t line, std::string what) const {
        return at(line, makeError(ErrorKind::Format, std::move(what)));
    }

    Result<void> value(const Expression& expression) const {
        if (const auto found = evaluate(expression, run, places, control); !found.ok()) {
            Error error = found.error();
            error.summary = "“" + expression.source + "”: " + error.summary;
            return at(expression.line, std::move(error));
        }
        return {};
    }

    Result<void> text(const LessonText& parts) const {
        for (const LessonText::Part& part : parts.parts)
            if (const auto* expression = std::get_if<Expression>(&part))
                HEADLIGHT_CHECK(value(*expression));
        return {};
    }

    Result<bool> condition(const Condition& condition) const {
        HEADLIGHT_CHECK(value(condition.left));
        HEADLIGHT_CHECK(value(condition.right));
        return holds(condition, run, places, control);
    }

    Result<void> question(const LessonQuestion& asked) const {
        HEADLIGHT_CHECK(text(asked.text));
        HEADLIGHT_CHECK(text(asked.explanation));
        if (asked.answer)
            HEADLIGHT_CHECK(value(*asked.answer));
        if (asked.done) {
            HEADLIGHT_ASSIGN(const bool done, condition(*asked.done));
            if (done)
                return fault(asked.done->left.line, "the task is done before anybody did anything");
        }
        bool any_right = asked.choices.empty();
        for (const LessonChoice& choice : asked.choices) {
            HEADLIGHT_CHECK(text(choice.text));
            any_right |= choice.right;
            if (choice.right_if) {
                HEADLIGHT_ASSIGN(const bool right, condition(*choice.right_if));
                any_right |= right;
            }
        }
        if (!any_right)
            return fault(step.line, "with the lesson's own text none of the choices is right");
        return {};
    }
};

/// The line of the directive that placeOf cannot follow.
std::size_t lineOfFault(const LessonState& state, const LessonRun& run) {
    if (state.head && !run.run.trace->check(*state.head).ok())
        return state.lineOf("head");
    LessonState without_key = state;
    without_key.key.clear();
    return state.lineOf(placeOf(without_key, run).ok() ? "key" : "query");
}

} // namespace

Result<void> checkLessonStep(const Lesson& lesson, std::size_t index, LessonRun& run,
                             const RunControl& control) {
    StepCheck check{lesson, lesson.steps[index], run, control};
    const LessonState state = stateOfStep(lesson, index);
    if (const auto changed = applyChanges(state, run, control); !changed.ok())
        return changed.error().cancelled() ? changed.error()
                                           : check.at(state.lineOf("change"), changed.error());
    Result<LessonPlace> place = placeOf(state, run);
    if (!place.ok())
        return check.at(lineOfFault(state, run), place.error());
    check.places = {*place, *place};
    HEADLIGHT_CHECK(check.text(check.step.text));
    if (check.step.question)
        HEADLIGHT_CHECK(check.question(*check.step.question));
    return {};
}

Result<void> checkLesson(const Lesson& lesson, const LessonRunner& runner, const RunControl& control) {
    std::optional<LessonRun> run;
    std::string model, text;
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
        const LessonState state = stateOfStep(lesson, i);
        if (!run || model != *state.model || text != *state.text) {
            model = *state.model;
            text = *state.text;
            Result<LessonRun> next = runner(model, text);
            if (!next.ok()) {
                Error error = next.error();
                if (error.cancelled())
                    return error;
                error.summary = "model “" + model + "” could not run “" + text + "”: " + error.summary;
                error.file = lesson.file.string();
                error.item = "line " + std::to_string(lesson.steps[i].line);
                return error;
            }
            run = std::move(*next);
        }
        HEADLIGHT_CHECK(checkLessonStep(lesson, i, *run, control));
    }
    return {};
}

} // namespace headlight
