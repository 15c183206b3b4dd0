// The tokens a stack reads, with all a person needs to recognise them.
#pragma once

#include "core/tokenizer/tokenizer.h"

#include <string>
#include <vector>

namespace headlight {

/// Parallel vectors, one element a position.
struct TokenSequence {
    std::string text;                       ///< the text it came from; may be empty when ids were given
    std::string text_pair;                  ///< second text of a sentence pair
    std::vector<TokenId> ids;
    std::vector<std::string> tokens;        ///< vocabulary strings ("▁the", "Ġcat"); "<123>" without a tokenizer
    std::vector<std::string> display;       ///< readable (" the", " cat", "</s>")
    std::vector<ByteRange> offsets;         ///< into text or text_pair, see `sequence`
    std::vector<std::uint8_t> type_ids;     ///< segments; zeros for single texts
    std::vector<std::int8_t> sequence;      ///< 0 text, 1 text_pair, -1 added
    std::vector<bool> special;
    [[nodiscard]] std::size_t size() const { return ids.size(); }
};

/// The first `n_tokens` tokens; the texts stay.
[[nodiscard]] TokenSequence firstTokens(TokenSequence sequence, std::size_t n_tokens);

/// Adds `tail`'s tokens behind `head`'s; the texts stay `head`'s.
void append(TokenSequence& head, const TokenSequence& tail);

/// What a model runs on: encoders read `source`, decoders read `target`.
struct ModelInput {
    TokenSequence source;
    TokenSequence target;
};

} // namespace headlight
