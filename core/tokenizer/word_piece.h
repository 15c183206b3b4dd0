// WordPiece and WordLevel: words looked up whole or as the longest pieces from the left.
#pragma once

#include "core/tokenizer/token_model.h"

#include <cstddef>
#include <string>

namespace headlight {

struct WordPieceOptions {
    std::string unknown_token = "[UNK]";
    std::string continuing_subword_prefix = "##";
    std::size_t max_input_chars_per_word = 100; ///< longer words are unknown
};

/// Greedy longest match first. Reference: Schuster and Nakajima, "Japanese and Korean Voice Search" (2012).
TokenModelPtr makeWordPiece(Vocabulary vocabulary, WordPieceOptions options, const std::string& file);
/// A word is in the vocabulary or unknown.
TokenModelPtr makeWordLevel(Vocabulary vocabulary, std::string unknown_token, const std::string& file);

} // namespace headlight
