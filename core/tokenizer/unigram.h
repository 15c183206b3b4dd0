// Unigram language model segmentation, as SentencePiece trains it.
#pragma once

#include "core/tokenizer/token_model.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace headlight {

struct UnigramOptions {
    std::optional<std::int64_t> unknown_id;
    bool byte_fallback = false; ///< unknown text becomes tokens "<0x..>" where all of them exist
};

/// The segmentation with the highest sum of log probabilities; unknown characters cost the lowest score - 10 and
/// neighbouring ones become one token. Reference: Kudo, "Subword Regularization" (2018), and Hugging Face's
/// encode_optimized. `pieces` are (token, log probability), the id is the position.
Result<TokenModelPtr> makeUnigram(const std::vector<std::pair<std::string_view, double>>& pieces, UnigramOptions options, const std::string& file);

/// The same segmentation with ids from another vocabulary (Marian: SentencePiece cuts, vocab.json numbers). Pieces the
/// vocabulary lacks are unknown too, and unknown tokens are spelled as the text they stand for, or as byte tokens.
TokenModelPtr makeRenumberedUnigram(const std::vector<std::pair<std::string_view, double>>& pieces, Vocabulary vocabulary, TokenId unknown_id,
                                    bool byte_fallback, const std::string& file);

} // namespace headlight
