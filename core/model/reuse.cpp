#include "core/model/reuse.h"

#include <algorithm>

namespace headlight {

namespace {

/// Segment of a token; a sequence without segment ids is all segment 0.
std::uint8_t typeOf(const TokenSequence& sequence, std::size_t index) {
    return sequence.type_ids.empty() ? std::uint8_t{0} : sequence.type_ids[index];
}

std::size_t commonTokens(const TokenSequence& a, const TokenSequence& b) {
    const std::size_t n = std::min(a.size(), b.size());
    std::size_t common = 0;
    while (common < n && a.ids[common] == b.ids[common] && typeOf(a, common) == typeOf(b, common))
        ++common;
    return common;
}

bool sameTokens(const TokenSequence& a, const TokenSequence& b) {
    return a.size() == b.size() && commonTokens(a, b) == a.size();
}

/// Dynamic and LongRope turn every position by angles that depend on the whole text's length once it is
/// longer than `original_positions`; a generated text beyond has rows of several lengths.
bool anglesDependOnLength(const StackSpec& stack, std::size_t n_tokens) {
    const RotarySpec& rotary = stack.positions.rotary;
    const bool by_length =
        rotary.scaling == RotaryScaling::Dynamic || rotary.scaling == RotaryScaling::LongRope;
    return rotary.dims > 0 && by_length && n_tokens > rotary.original_positions;
}

/// Rows whose position is their index: behind a token that stands at no position all others move up.
std::size_t rowsAtTheirIndex(const StackSpec& stack, const TokenSequence& sequence, std::size_t n_rows) {
    if (!stack.positions.skipped_token)
        return n_rows;
    const auto end = sequence.ids.begin() + static_cast<std::ptrdiff_t>(n_rows);
    return static_cast<std::size_t>(std::find(sequence.ids.begin(), end, *stack.positions.skipped_token) -
                                    sequence.ids.begin());
}

} // namespace

Reuse reusableRows(const Model& model, const RunResult* earlier, const ModelInput& input) {
    if (earlier == nullptr || !earlier->trace || earlier->origin != model.origin() || model.backend().lost())
        return {};
    const ModelSpec& spec = model.spec();
    Reuse reuse;
    reuse.trace = earlier->trace.get();
    reuse.source = spec.hasEncoder() && sameTokens(earlier->input.source, input.source);
    const bool reads_same =
        !spec.hasEncoder() || reuse.source; // cross attention reads the source in every row
    if (spec.hasDecoder() && reads_same && spec.decoder->causal &&
        !anglesDependOnLength(*spec.decoder, input.target.size()) &&
        !anglesDependOnLength(*spec.decoder, earlier->input.target.size()))
        reuse.n_target = commonTokens(earlier->input.target, input.target);
    if (spec.hasDecoder() && !sameTokens(earlier->input.target, input.target))
        reuse.n_target = rowsAtTheirIndex(*spec.decoder, input.target, reuse.n_target);
    reuse.everything = reads_same && (!spec.hasDecoder() || (reuse.n_target == input.target.size() &&
                                                             reuse.n_target == earlier->input.target.size()));
    return reuse;
}

} // namespace headlight
