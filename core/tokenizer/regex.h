// Regular expressions of tokenizer.json files: Oniguruma syntax, run by PCRE2.
#pragma once

#include "core/tokenizer/tokenizer.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Immutable; may be used from several threads at once.
class Regex {
public:
    /// `file` and `item` are only for messages. An invalid pattern is an Error that quotes it.
    static Result<Regex> compile(std::string_view pattern, const std::string& file, const std::string& item);
    /// Matches exactly this text.
    static Regex literal(std::string_view text);

    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// All matches from left to right, without overlap; an empty match right behind another match is not one.
    /// `text` is valid UTF-8. A pattern that takes more than the match limit is an Error, never a hang.
    Result<void> findAll(std::string_view text, std::vector<ByteRange>& matches) const;

private:
    Regex();
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

} // namespace headlight
