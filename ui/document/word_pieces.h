// Which tokens are pieces of one word.
#pragma once

#include "core/base/indices.h"
#include "core/model/token_sequence.h"

#include <vector>

namespace headlight::ui {

/// [i]: token i continues the word of token i - 1: it follows in the text without a blank, and is no
/// punctuation. The first `n_placed` tokens know where in the text they are; generated ones do not.
[[nodiscard]] std::vector<bool> joinedTokens(const TokenSequence& sequence, std::size_t n_placed);

/// The tokens of the word that token `index` belongs to, as `joined` says.
[[nodiscard]] TokenRange wordOf(const std::vector<bool>& joined, std::size_t index);

} // namespace headlight::ui
