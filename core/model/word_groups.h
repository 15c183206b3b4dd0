// Which tokens make up a word: for maps that show words instead of their parts.
#pragma once

#include "core/base/indices.h"
#include "core/model/token_sequence.h"

#include <string>
#include <vector>

namespace headlight {

/// Parallel vectors, one element a word.
struct WordGroups {
    std::vector<TokenRange> tokens; ///< one range behind the other, all tokens in one of them
    std::vector<std::string> texts; ///< what each reads as, without the blank before it
};

/// A word ends where the text has white space, at punctuation (an apostrophe between letters belongs to its
/// word), and in scripts written without spaces (Chinese, Japanese, Thai, ...) with every token; "##" goes
/// on; bytes of one character stay together; special tokens stand alone. Where the text is known (offsets) it
/// decides, else the tokens' display text
/// ("▁", "Ġ" as a blank).
[[nodiscard]] WordGroups wordGroups(const TokenSequence& sequence);

} // namespace headlight
