// Byte pair encoding. Reference: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016).
#pragma once

#include "core/tokenizer/token_model.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace headlight {

struct BpeOptions {
    std::optional<std::string> unknown_token;
    std::string continuing_subword_prefix; ///< in front of every symbol but a word's first
    std::string end_of_word_suffix;        ///< behind a word's last symbol
    bool fuse_unknown = false;             ///< neighbouring unknown characters become one token
    bool byte_fallback = false;            ///< unknown characters become tokens "<0x..>" where all of them exist
    bool ignore_merges = false;            ///< a word that is a token is that token
};

/// Merges in order of rank, of the same rank from left to right, as Hugging Face's Word::merge_all. Merges whose parts
/// or result are not in the vocabulary are an Error.
Result<TokenModelPtr> makeBpe(Vocabulary vocabulary, const std::vector<std::pair<std::string, std::string>>& merges, BpeOptions options,
                              const std::string& file);

/// The two parts of a line of merges.txt ("Ġ t"), or an Error that names the line. Tokens can hold spaces themselves;
/// such a line has two parts only where the vocabulary allows exactly one way to cut it.
Result<std::pair<std::string, std::string>> splitMerge(std::string_view line, std::size_t number, const Vocabulary& vocabulary, const std::string& file);

} // namespace headlight
