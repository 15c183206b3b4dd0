#include "core/analysis/measure_input.h"

namespace headlight {

MeasureInput measureInputOf(const ModelInput& input, AttentionKind kind) {
    const TokenSequence& keys = kind == AttentionKind::DecoderSelf ? input.target : input.source;
    MeasureInput measured{.special_keys = keys.special};
    if (kind != AttentionKind::Cross)
        measured.ids.assign(keys.ids.begin(), keys.ids.end());
    return measured;
}

} // namespace headlight
