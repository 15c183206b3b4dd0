// Which chips stand close together.
#pragma once

#include "core/model/token_sequence.h"

#include <cstddef>
#include <vector>

namespace headlight::ui {

/// [i]: token i continues the word of token i - 1: it follows in the text without a blank, and is no
/// punctuation. The first `n_placed` tokens know where in the text they are; generated ones do not.
[[nodiscard]] std::vector<bool> joinedTokens(const TokenSequence& sequence, std::size_t n_placed);

} // namespace headlight::ui
