#include "core/model/token_sequence.h"

namespace headlight {

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
