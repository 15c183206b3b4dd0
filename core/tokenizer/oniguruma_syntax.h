// Oniguruma (Ruby) patterns, which tokenizer.json files are written in, as PCRE2 patterns.
#pragma once

#include <string>
#include <string_view>

namespace headlight {

/// Rewrites what the two read differently: \s \w \d \b \h \v \uHHHH, property names and their Unicode version (16),
/// (?m), {,n}, interval quantifiers followed by +, nested classes and &&. Everything else passes through; what PCRE2
/// does not know fails when it is compiled. Reference: Oniguruma doc/RE, section "Ruby syntax".
[[nodiscard]] std::string pcre2FromOniguruma(std::string_view pattern);

} // namespace headlight
