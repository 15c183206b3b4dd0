// A lesson as data: steps that set what the window shows, text with live numbers, questions that are checked
// against the run.
#pragma once

#include "core/analysis/interventions/change.h"
#include "core/lessons/expression.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headlight {

/// Look at something, predict it, try it, see why.
enum class LessonStepKind { Look, Predict, Try, Reveal };
[[nodiscard]] std::string_view lessonStepKindName(LessonStepKind kind); ///< "look"

/// Markdown with values of the run between its parts.
struct LessonText {
    using Part = std::variant<std::string, Expression>;
    std::vector<Part> parts;
    [[nodiscard]] bool empty() const { return parts.empty(); }
};

/// A setting of a page: `set: softmax temperature = 0.5`.
struct LessonSetting {
    std::string page;
    std::string key;
    std::variant<bool, double, std::string> value;
};

/// What a step sets; nothing stays as the step before left it.
struct LessonState {
    std::optional<std::string> model;
    std::optional<std::string> text;
    std::optional<std::string> page;
    std::optional<HeadAddress> head;
    TokenPick query;
    TokenPick key;
    std::optional<std::string> arithmetic_step; ///< of Step by step: "softmax"
    std::vector<LessonSetting> settings;
    std::vector<Change> changes;           ///< what `changed` values are read from
    std::optional<std::string> pointed_at; ///< the part of the window that is outlined
    std::map<std::string, std::size_t, std::less<>> lines; ///< where in the file each directive stands, of several the last

    /// Line of a directive; 0: there is none.
    [[nodiscard]] std::size_t lineOf(std::string_view directive) const {
        const auto found = lines.find(directive);
        return found == lines.end() ? 0 : found->second;
    }
};

/// One of several answers.
struct LessonChoice {
    LessonText text;
    bool right = false;                ///< unless `right_if` is there
    std::optional<Condition> right_if; ///< decided by the run
};

struct LessonQuestion {
    LessonText text;
    std::vector<LessonChoice> choices; ///< empty: `answer` or `done`
    std::optional<Expression> answer;  ///< a number or a word
    double tolerance = 0.0;            ///< of a number; absolute
    std::optional<Condition> done;     ///< a task: fulfilled as soon as the window shows this
    LessonText explanation;            ///< shown once it is answered
    [[nodiscard]] bool isTask() const { return done.has_value(); }
};

struct LessonStep {
    LessonStepKind kind = LessonStepKind::Look;
    std::string title;
    LessonState state;
    LessonText text;
    std::optional<LessonQuestion> question;
    std::size_t line = 0; ///< of its heading, from 1
};

struct Lesson {
    std::string id; ///< the file's name without extension: what progress is kept under
    std::filesystem::path file;
    std::string title;
    std::string about; ///< what one will learn
    std::size_t minutes = 5;
    std::string model;
    std::string text;
    std::vector<LessonStep> steps;
};

/// The model, text, page, head and tokens that hold in step `index`: what it sets, else what the steps before
/// set.
[[nodiscard]] LessonState stateOfStep(const Lesson& lesson, std::size_t index);

} // namespace headlight
