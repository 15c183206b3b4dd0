// The words an expression is written in.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace headlight {

struct Lexeme {
    std::string text;
    bool quoted = false; ///< stood in quotation marks: a word whatever it looks like
    [[nodiscard]] bool is(std::string_view plain) const { return !quoted && text == plain; }
};

/// Parts between blanks; "…" and “…” keep blanks. Error (Format): a quotation mark that is not closed.
[[nodiscard]] Result<std::vector<Lexeme>> lexemesOf(std::string_view text);

/// Reads lexemes one after the other.
class LexemeReader {
public:
    explicit LexemeReader(std::vector<Lexeme> lexemes)
        : lexemes_(std::move(lexemes)) {}
    [[nodiscard]] bool atEnd() const { return next_ == lexemes_.size(); }
    /// The next one without taking it; empty at the end.
    [[nodiscard]] const Lexeme& peek() const;
    Lexeme take();
    /// Takes the next one if it is this, unquoted.
    bool takeIf(std::string_view plain);
    /// Error (Format) where something is left over.
    [[nodiscard]] Result<void> expectEnd() const;

private:
    std::vector<Lexeme> lexemes_;
    std::size_t next_ = 0;
};

/// A whole number from 1, nothing else. Nothing where it is none.
[[nodiscard]] bool readCount(std::string_view text, std::size_t& count);
/// A finite number, nothing else.
[[nodiscard]] bool readNumber(std::string_view text, double& number);

} // namespace headlight
