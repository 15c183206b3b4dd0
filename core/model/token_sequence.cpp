#include "core/model/token_sequence.h"

#include <algorithm>

namespace headlight {

TokenSequence firstTokens(TokenSequence sequence, std::size_t n_tokens) {
    const auto cut = [n_tokens](auto& list) { list.resize(std::min(list.size(), n_tokens)); };
    cut(sequence.ids);
    cut(sequence.tokens);
    cut(sequence.display);
    cut(sequence.offsets);
    cut(sequence.type_ids);
    cut(sequence.sequence);
    cut(sequence.special);
    return sequence;
}

void append(TokenSequence& head, const TokenSequence& tail) {
    const auto extend = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    extend(head.ids, tail.ids);
    extend(head.tokens, tail.tokens);
    extend(head.display, tail.display);
    extend(head.offsets, tail.offsets);
    extend(head.type_ids, tail.type_ids);
    extend(head.sequence, tail.sequence);
    extend(head.special, tail.special);
}

} // namespace headlight
