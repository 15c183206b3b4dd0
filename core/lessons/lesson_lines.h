// A lesson file line by line, and the errors that say which.
#pragma once

#include "core/lessons/lesson.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// `head: cross 2.1`
struct Directive {
    std::string name;
    std::string value;
    std::size_t line = 0;
};

class LessonLines {
public:
    LessonLines(std::string_view text, std::filesystem::path file);

    [[nodiscard]] bool atEnd() const { return next_ >= lines_.size(); }
    [[nodiscard]] const std::string& line() const { return lines_[next_]; }
    [[nodiscard]] std::size_t number() const { return next_ + 1; } ///< of line(), from 1
    void advance() { ++next_; }
    void skipBlank();
    [[nodiscard]] bool blank() const;
    /// The line as `name: value` with a name of small letters; continuation lines, which are indented, are
    /// not read yet.
    [[nodiscard]] std::optional<Directive> directive() const;
    /// The same, taken, with its continuation lines.
    Directive takeDirective();
    /// `rest` and the indented lines behind the present one, which is left behind.
    std::string takeContinued(std::string rest);

    [[nodiscard]] Error error(std::size_t line, std::string summary, std::string next_step = {}) const;
    /// `error` at `line` of this file.
    [[nodiscard]] Error at(std::size_t line, Error error) const;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
    std::vector<std::string> lines_;
    std::size_t next_ = 0;
    std::filesystem::path file_;
};

/// Text with values in braces, the first line being `line` of the file; "{{" is a brace. Errors (Format)
/// without line: a brace that is not closed, those of parseExpression.
[[nodiscard]] Result<LessonText> parseLessonText(std::string_view text, std::size_t line);

/// Reads the question that begins at the present line.
[[nodiscard]] Result<LessonQuestion> readQuestion(LessonLines& lines);
/// Takes one directive of a step into its state.
[[nodiscard]] Result<void> readStateDirective(const LessonLines& lines, const Directive& directive,
                                              LessonState& state);
/// Whether a step's state has a directive of that name.
[[nodiscard]] bool isStateDirective(std::string_view name);

} // namespace headlight
