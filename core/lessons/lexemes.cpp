#include "core/lessons/lexemes.h"

#include <charconv>
#include <cmath>

namespace headlight {

namespace {

struct Quotation {
    std::string_view open;
    std::string_view close;
};
constexpr Quotation kQuotations[] = {{"\"", "\""}, {"“", "”"}};

const Lexeme kEnd{};

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

} // namespace

Result<std::vector<Lexeme>> lexemesOf(std::string_view text) {
    std::vector<Lexeme> lexemes;
    while (true) {
        while (!text.empty() && isBlank(text.front()))
            text.remove_prefix(1);
        if (text.empty())
            return lexemes;
        bool quoted = false;
        for (const Quotation& quotation : kQuotations) {
            if (!text.starts_with(quotation.open))
                continue;
            text.remove_prefix(quotation.open.size());
            const std::size_t end = text.find(quotation.close);
            if (end == std::string_view::npos)
                return makeError(ErrorKind::Format, "a quotation mark is not closed")
                    .atItem(std::string(text.substr(0, 40)));
            lexemes.push_back({std::string(text.substr(0, end)), true});
            text.remove_prefix(end + quotation.close.size());
            quoted = true;
            break;
        }
        if (quoted)
            continue;
        std::size_t end = 0;
        while (end < text.size() && !isBlank(text[end]))
            ++end;
        lexemes.push_back({std::string(text.substr(0, end)), false});
        text.remove_prefix(end);
    }
}

const Lexeme& LexemeReader::peek() const {
    return atEnd() ? kEnd : lexemes_[next_];
}

Lexeme LexemeReader::take() {
    return atEnd() ? kEnd : lexemes_[next_++];
}

bool LexemeReader::takeIf(std::string_view plain) {
    if (atEnd() || !peek().is(plain))
        return false;
    ++next_;
    return true;
}

Result<void> LexemeReader::expectEnd() const {
    if (atEnd())
        return {};
    return makeError(ErrorKind::Format, "“" + peek().text + "” is one word too many")
        .nextStep("A word with blanks in it stands in quotation marks");
}

bool readCount(std::string_view text, std::size_t& count) {
    const char* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, count);
    return problem == std::errc() && stop == end && count >= 1;
}

bool readNumber(std::string_view text, double& number) {
    const char* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    return !text.empty() && problem == std::errc() && stop == end && std::isfinite(number);
}

} // namespace headlight
