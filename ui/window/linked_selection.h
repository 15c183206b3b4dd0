// Which tokens the attentions of an encoder-decoder show together: one choice of source and target tokens, seen in each.
#pragma once

#include "ui/selection/selection.h"

namespace headlight::ui {

/// A pair of one attention, told as source and target tokens.
struct LinkedTokens {
    std::optional<std::size_t> source;      ///< a token the encoder reads
    std::optional<std::size_t> source_key;  ///< encoder self-attention: the one it looks at
    std::optional<std::size_t> target;      ///< a token the decoder reads
    std::optional<std::size_t> target_key;  ///< decoder self-attention: the one it looks at
    bool operator==(const LinkedTokens&) const = default;
};

/// What a pair of `kind` says about both texts.
[[nodiscard]] LinkedTokens linkedTokens(AttentionKind kind, const TokenPair& pair);
/// What the attention of `kind` shows of them: cross attention joins a target token with a source token, the other two
/// show theirs as queries.
[[nodiscard]] TokenPair pairOf(AttentionKind kind, const LinkedTokens& tokens);

} // namespace headlight::ui
