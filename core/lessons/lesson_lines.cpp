#include "core/lessons/lesson_lines.h"

#include <utility>

namespace headlight {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool isIndented(const std::string& line) {
    return (line.starts_with("  ") || line.starts_with('\t')) && !trimmed(line).empty();
}

} // namespace

LessonLines::LessonLines(std::string_view text, std::filesystem::path file)
    : file_(std::move(file)) {
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        lines_.emplace_back(line);
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
}

bool LessonLines::blank() const {
    return trimmed(line()).empty();
}

void LessonLines::skipBlank() {
    while (!atEnd() && blank())
        advance();
}

std::optional<Directive> LessonLines::directive() const {
    const std::string& text = line();
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0 || colon > 20)
        return std::nullopt;
    for (std::size_t i = 0; i < colon; ++i)
        if (!((text[i] >= 'a' && text[i] <= 'z') || text[i] == '-'))
            return std::nullopt;
    if (colon + 1 < text.size() && text[colon + 1] != ' ' && text[colon + 1] != '\t')
        return std::nullopt; // an address: http://
    return Directive{text.substr(0, colon), std::string(trimmed(std::string_view(text).substr(colon + 1))),
                     number()};
}

Directive LessonLines::takeDirective() {
    Directive taken = *directive();
    taken.value = takeContinued(std::move(taken.value));
    return taken;
}

std::string LessonLines::takeContinued(std::string rest) {
    advance();
    while (!atEnd() && isIndented(line())) {
        rest += rest.empty() ? "" : " ";
        rest += trimmed(line());
        advance();
    }
    return rest;
}

Error LessonLines::error(std::size_t line, std::string summary, std::string next_step) const {
    return at(line, makeError(ErrorKind::Format, std::move(summary)).nextStep(std::move(next_step)));
}

Error LessonLines::at(std::size_t line, Error error) const {
    error.file = file_.string();
    error.item = "line " + std::to_string(line);
    return error;
}

Result<LessonText> parseLessonText(std::string_view text, std::size_t line) {
    LessonText parsed;
    std::string plain;
    while (!text.empty()) {
        if (text.starts_with("{{")) {
            plain += '{';
            text.remove_prefix(2);
        } else if (text.front() == '{') {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos)
                return makeError(ErrorKind::Format, "a brace is not closed")
                    .nextStep(
                        "A value of the run stands in braces: {weight cross 2.1 chat -> cat}; {{ is a brace");
            HEADLIGHT_ASSIGN(Expression value, parseExpression(text.substr(1, end - 1)));
            if (!plain.empty())
                parsed.parts.emplace_back(std::exchange(plain, {}));
            value.line = line;
            parsed.parts.emplace_back(std::move(value));
            text.remove_prefix(end + 1);
        } else {
            line += text.front() == '\n' ? 1 : 0;
            plain += text.front();
            text.remove_prefix(1);
        }
    }
    if (!plain.empty())
        parsed.parts.emplace_back(std::move(plain));
    return parsed;
}

} // namespace headlight
