// A step's question or task, and its answer.
#include "core/lessons/lesson_lines.h"
#include "core/lessons/lesson_vocabulary.h"
#include "core/lessons/lexemes.h"

#include <algorithm>
#include <array>

namespace headlight {

namespace {

constexpr std::array<std::string_view, 6> kNames{"question",  "task", "answer",
                                                 "tolerance", "done", "explain"};

Condition atLine(Condition condition, std::size_t line) {
    condition.left.line = condition.right.line = line;
    return condition;
}

struct QuestionReader {
    LessonLines& lines;
    LessonQuestion question = {};
    std::size_t line = 0;           ///< of the question
    std::size_t tolerance_line = 0; ///< 0: none

    Result<LessonText> text(std::size_t at, const std::string& value) const {
        Result<LessonText> parsed = parseLessonText(value, at);
        if (!parsed.ok())
            return lines.at(at, parsed.error());
        return parsed;
    }

    /// `[x] A word`, `[weight here > 0.5] More than half`
    Result<void> takeChoice() {
        const std::size_t at = lines.number();
        const std::string rest = lines.takeContinued(lines.line().substr(2));
        const std::size_t end = rest.find(']');
        if (!rest.starts_with('[') || end == std::string::npos)
            return lines.error(at, "a choice begins with a box",
                               "Write - [ ] before a wrong answer, - [x] before the right one");
        LessonChoice choice;
        const std::string box = rest.substr(1, end - 1);
        if (box == "x" || box == "X") {
            choice.right = true;
        } else if (box.find_first_not_of(' ') != std::string::npos) {
            Result<Condition> condition = parseCondition(box);
            if (!condition.ok())
                return lines.at(at, condition.error());
            choice.right_if = atLine(std::move(*condition), at);
        }
        const std::size_t begin = rest.find_first_not_of(' ', end + 1);
        if (begin == std::string::npos)
            return lines.error(at, "a choice has no text");
        HEADLIGHT_ASSIGN(choice.text, text(at, rest.substr(begin)));
        question.choices.push_back(std::move(choice));
        return {};
    }

    Result<void> takeDirective() {
        const Directive directive = lines.takeDirective();
        if (directive.value.empty())
            return lines.error(directive.line, "“" + directive.name + ":” says nothing");
        const auto twice = [&] {
            return lines.error(directive.line, "“" + directive.name + "” is there twice");
        };
        if (directive.name == "explain") {
            if (!question.explanation.empty())
                return twice();
            HEADLIGHT_ASSIGN(question.explanation, text(directive.line, directive.value));
            return {};
        }
        if (directive.name == "answer") {
            if (question.answer)
                return twice();
            Result<Expression> answer = parseExpression(directive.value);
            if (!answer.ok())
                return lines.at(directive.line, answer.error());
            question.answer = std::move(*answer);
            question.answer->line = directive.line;
            return {};
        }
        if (directive.name == "done") {
            if (question.done)
                return twice();
            Result<Condition> done = parseCondition(directive.value);
            if (!done.ok())
                return lines.at(directive.line, done.error());
            question.done = atLine(std::move(*done), directive.line);
            return {};
        }
        if (directive.name == "tolerance") {
            if (tolerance_line != 0)
                return twice();
            tolerance_line = directive.line;
            if (!readNumber(directive.value, question.tolerance) || question.tolerance <= 0.0)
                return lines.error(directive.line, "“" + directive.value + "” is no number above 0");
            return {};
        }
        if (directive.name == "question" || directive.name == "task")
            return lines.error(directive.line, "a step has one question or task",
                               "Begin another step with ## before it");
        return lines.error(directive.line,
                           "there is no directive “" + directive.name + "” of a question" +
                               suggestion(directive.name, kNames),
                           "Behind a question stand choices, answer, tolerance, done and explain");
    }

    Result<void> checkChoices() const {
        if (question.choices.size() == 1)
            return lines.error(line, "there is only one choice");
        const auto right = std::ranges::count_if(question.choices, &LessonChoice::right);
        const bool decided = std::ranges::any_of(
            question.choices, [](const LessonChoice& choice) { return choice.right_if.has_value(); });
        if (right == 0 && !decided)
            return lines.error(line, "none of the choices is the right one", "Mark it with - [x]");
        if (right > 1 || (right > 0 && decided))
            return lines.error(line,
                               right > 1 ? "several choices are marked as right"
                                         : "one choice is always right, another by a condition",
                               "Mark one with - [x], or give every right one a condition");
        return {};
    }

    Result<void> check(bool is_task) const {
        if (is_task) {
            if (!question.done)
                return lines.error(line, "the task never ends",
                                   "Say what the window shows then, as in done: weight here > 0.5");
            if (question.answer || !question.choices.empty())
                return lines.error(line, "a task has no answer but what is done");
            return {};
        }
        if (question.done)
            return lines.error(line, "“done” belongs to a task", "Write task: instead of question:");
        if (question.answer && !question.choices.empty())
            return lines.error(line, "the question has both choices and an answer");
        if (!question.answer && question.choices.empty())
            return lines.error(line, "the question has no answer",
                               "Give it choices (- [ ] and - [x]) or an answer: line");
        if (!question.choices.empty())
            HEADLIGHT_CHECK(checkChoices());
        if (tolerance_line != 0 && (!question.answer || isWord(*question.answer)))
            return lines.error(tolerance_line, "only an answer that is a number has a tolerance");
        return {};
    }
};

} // namespace

Result<LessonQuestion> readQuestion(LessonLines& lines) {
    QuestionReader reader{lines};
    reader.line = lines.number();
    const Directive begin = lines.takeDirective();
    if (begin.value.empty())
        return lines.error(begin.line, "“" + begin.name + ":” says nothing");
    HEADLIGHT_ASSIGN(reader.question.text, reader.text(begin.line, begin.value));
    for (lines.skipBlank(); !lines.atEnd() && !lines.line().starts_with("#"); lines.skipBlank()) {
        if (lines.line().starts_with("- ")) {
            HEADLIGHT_CHECK(reader.takeChoice());
        } else if (lines.directive()) {
            HEADLIGHT_CHECK(reader.takeDirective());
        } else {
            return lines.error(
                lines.number(), "text stands after the question",
                "Text comes before the question; what is shown once it is answered is its explain: line");
        }
    }
    HEADLIGHT_CHECK(reader.check(begin.name == "task"));
    return std::move(reader.question);
}

} // namespace headlight
