#include "core/lessons/lesson_reader.h"

#include "core/checkpoint/regular_file.h"
#include "core/lessons/lesson_lines.h"
#include "core/lessons/lesson_vocabulary.h"
#include "core/lessons/lexemes.h"
#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <array>
#include <set>

namespace headlight {

namespace {

constexpr std::array<std::string_view, 4> kFront{"about", "minutes", "model", "text"};
constexpr std::array<std::string_view, 4> kKinds{"look", "predict", "try", "reveal"};
constexpr std::size_t kMostMinutes = 120;

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

Result<void> readTitle(LessonLines& lines, Lesson& lesson) {
    lines.skipBlank();
    if (lines.atEnd())
        return lines.error(1, "the file is empty", "A lesson begins with its title: # What is a token?");
    if (!lines.line().starts_with("# "))
        return lines.error(lines.number(), "the lesson has no title",
                           "Its first line is # and the title: # What is a token?");
    lesson.title = trimmed(std::string_view(lines.line()).substr(2));
    if (lesson.title.empty())
        return lines.error(lines.number(), "the title is empty");
    lines.advance();
    return {};
}

Result<void> takeFrontDirective(const LessonLines& lines, const Directive& directive, Lesson& lesson) {
    if (std::ranges::find(kFront, directive.name) == kFront.end())
        return lines.error(directive.line,
                           "there is no directive “" + directive.name + "” of a lesson" +
                               suggestion(directive.name, kFront),
                           "Before the first step there are: " + listed(kFront));
    if (directive.value.empty())
        return lines.error(directive.line, "“" + directive.name + ":” says nothing");
    if (directive.name == "about")
        lesson.about = directive.value;
    else if (directive.name == "model")
        lesson.model = directive.value;
    else if (directive.name == "text")
        lesson.text = directive.value;
    else if (!readCount(directive.value, lesson.minutes) || lesson.minutes > kMostMinutes)
        return lines.error(directive.line, "“" + directive.value + "” is no number of minutes from 1 to 120");
    return {};
}

Result<void> readFront(LessonLines& lines, Lesson& lesson) {
    std::set<std::string> seen;
    for (lines.skipBlank(); !lines.atEnd() && !lines.line().starts_with("#"); lines.skipBlank()) {
        const std::size_t number = lines.number();
        if (!lines.directive())
            return lines.error(number, "text stands before the first step",
                               "A step begins with a line like ## look: Text becomes pieces");
        const Directive directive = lines.takeDirective();
        if (!seen.insert(directive.name).second)
            return lines.error(number, "“" + directive.name + "” is there twice");
        HEADLIGHT_CHECK(takeFrontDirective(lines, directive, lesson));
    }
    for (const std::string_view name : {"about", "model", "text"})
        if (!seen.contains(std::string(name)))
            return lines.error(1, "the lesson does not say its “" + std::string(name) + "”",
                               "Write a line " + std::string(name) + ": … below the title");
    return {};
}

/// `## look: Text becomes pieces`
Result<LessonStep> readHeading(LessonLines& lines) {
    LessonStep step;
    step.line = lines.number();
    const std::string heading = lines.line();
    if (!heading.starts_with("## "))
        return lines.error(step.line, "a step's heading begins with ##",
                           "For example: ## look: Text becomes pieces");
    const std::size_t colon = heading.find(':');
    const std::string kind(
        trimmed(std::string_view(heading).substr(3, colon == std::string::npos ? colon : colon - 3)));
    const auto found = std::ranges::find(kKinds, kind);
    if (found == kKinds.end())
        return lines.error(step.line, "a step cannot be “" + kind + "”" + suggestion(kind, kKinds),
                           "There are: " + listed(kKinds) + ", as in ## look: Text becomes pieces");
    step.kind = static_cast<LessonStepKind>(found - kKinds.begin());
    if (colon != std::string::npos)
        step.title = trimmed(std::string_view(heading).substr(colon + 1));
    if (step.title.empty())
        return lines.error(step.line, "the step has no title", "For example: ## look: Text becomes pieces");
    lines.advance();
    return step;
}

Result<void> readBody(LessonLines& lines, LessonStep& step) {
    std::string text;
    const std::size_t first = lines.number();
    while (!lines.atEnd() && !lines.line().starts_with("# ") && !lines.line().starts_with("## ")) {
        const std::optional<Directive> directive = lines.directive();
        if (directive && (directive->name == "question" || directive->name == "task")) {
            HEADLIGHT_ASSIGN(step.question, readQuestion(lines));
            break;
        }
        if (directive && isStateDirective(directive->name))
            return lines.error(lines.number(), "“" + directive->name + ":” stands after the text",
                               "What a step sets comes right below its heading, before the first blank line");
        if (Result<LessonText> line = parseLessonText(lines.line(), lines.number()); !line.ok())
            return lines.at(lines.number(), line.error());
        text += lines.line() + "\n";
        lines.advance();
    }
    while (text.ends_with('\n'))
        text.pop_back();
    if (trimmed(text).empty())
        return lines.error(step.line, "the step has no text", "Write it after a blank line");
    Result<LessonText> parsed = parseLessonText(text, first);
    if (!parsed.ok())
        return lines.at(first, parsed.error());
    step.text = std::move(*parsed);
    return {};
}

Result<LessonStep> readStep(LessonLines& lines) {
    HEADLIGHT_ASSIGN(LessonStep step, readHeading(lines));
    while (!lines.atEnd() && !lines.blank()) {
        const std::optional<Directive> next = lines.directive();
        if (!next || next->name == "question" || next->name == "task")
            break;
        HEADLIGHT_CHECK(readStateDirective(lines, lines.takeDirective(), step.state));
    }
    lines.skipBlank();
    HEADLIGHT_CHECK(readBody(lines, step));
    if (step.kind == LessonStepKind::Predict && !step.question)
        return lines.error(step.line, "there is nothing to predict", "A predict step ends with a question:");
    if (step.kind == LessonStepKind::Predict && step.question->isTask())
        return lines.error(step.line, "a task is nothing to predict",
                           "Make it a try step, or ask a question:");
    return step;
}

} // namespace

Result<Lesson> readLesson(std::string_view text, const std::filesystem::path& file) {
    LessonLines lines(text, file);
    if (text.size() > kLargestLesson)
        return lines.error(1, "the file is too long for a lesson", "A lesson has at most 1 MB");
    if (const std::size_t bad = firstInvalidUtf8(text); bad < text.size())
        return lines.error(static_cast<std::size_t>(std::count(
                               text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n')) +
                               1,
                           "the file is not UTF-8", "Save it as UTF-8 in your editor");
    Lesson lesson;
    lesson.file = file;
    lesson.id = file.stem().string();
    HEADLIGHT_CHECK(readTitle(lines, lesson));
    HEADLIGHT_CHECK(readFront(lines, lesson));
    while (!lines.atEnd()) {
        HEADLIGHT_ASSIGN(LessonStep step, readStep(lines));
        lesson.steps.push_back(std::move(step));
        if (lesson.steps.size() > kMostLessonSteps)
            return lines.error(lesson.steps.back().line, "a lesson has at most 100 steps");
        lines.skipBlank();
    }
    if (lesson.steps.empty())
        return lines.error(1, "the lesson has no steps",
                           "A step begins with a line like ## look: Text becomes pieces");
    if (std::ranges::none_of(lesson.steps, [](const LessonStep& step) { return step.question.has_value(); }))
        return lines.error(1, "the lesson asks nothing", "One step at least has a question: or a task:");
    return lesson;
}

Result<Lesson> readLessonFile(const std::filesystem::path& file) {
    HEADLIGHT_ASSIGN(const RegularFile opened, RegularFile::open(file));
    if (opened.size() > kLargestLesson)
        return makeError(ErrorKind::Format, "the file is too long for a lesson")
            .inFile(file.string())
            .nextStep("A lesson has at most 1 MB");
    HEADLIGHT_ASSIGN(const std::string text, opened.readAll());
    return readLesson(text, file);
}

} // namespace headlight
