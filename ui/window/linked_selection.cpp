#include "ui/window/linked_selection.h"

namespace headlight::ui {

LinkedTokens linkedTokens(AttentionKind kind, const TokenPair& pair) {
    switch (kind) {
    case AttentionKind::EncoderSelf: return {pair.query, pair.key, std::nullopt, std::nullopt};
    case AttentionKind::DecoderSelf: return {std::nullopt, std::nullopt, pair.query, pair.key};
    case AttentionKind::Cross: return {pair.key, std::nullopt, pair.query, std::nullopt};
    }
    return {};
}

TokenPair pairOf(AttentionKind kind, const LinkedTokens& tokens) {
    switch (kind) {
    case AttentionKind::EncoderSelf: return {tokens.source, tokens.source_key};
    case AttentionKind::DecoderSelf: return {tokens.target, tokens.target_key};
    case AttentionKind::Cross: return {tokens.target, tokens.source};
    }
    return {};
}

} // namespace headlight::ui
