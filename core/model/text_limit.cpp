#include "core/model/text_limit.h"

#include "core/base/memory.h"
#include "core/model/stack_state.h"

#include <algorithm>
#include <string>

namespace headlight {

namespace {

constexpr double kShare = 0.8; ///< of the free memory that one text may take: others want some too
constexpr std::size_t kLikelyTarget = 512; ///< tokens of a translation, where nobody knows them yet
constexpr std::size_t kRowStep = 16;       ///< a trace has room for the next multiple

/// Floats a token of this stack takes: the trace's, and what the pass computes with (see
/// TransformerStack::makeScratch and the packed keys and values of the attention).
std::size_t floatsPerToken(const StackSpec& stack) {
    const std::size_t scratch = 3 * stack.d_model + stack.n_heads * stack.head_dim + stack.embeddingWidth() +
                                stack.positions.rotary.dims;
    return StackState::floatsPerToken(stack) + scratch + 2 * stack.n_kv_heads * stack.head_dim;
}

double bytesOf(const StackSpec& stack, std::size_t n_tokens) {
    const std::size_t rows = (n_tokens + kRowStep - 1) / kRowStep * kRowStep;
    const std::size_t inner =
        2 * stack.d_feed_forward * std::min<std::size_t>(n_tokens, 512); // of as many rows at a time
    return (double(rows) * double(floatsPerToken(stack)) + double(inner)) * sizeof(float);
}

} // namespace

double passBytes(const ModelSpec& spec, std::size_t n_source, std::size_t n_target) {
    double bytes = 0.0;
    if (spec.hasEncoder())
        bytes += bytesOf(*spec.encoder, n_source);
    if (spec.hasDecoder())
        bytes += bytesOf(*spec.decoder, n_target);
    if (spec.hasEncoder() && spec.hasDecoder()) // keys and values of the cross attention
        bytes += double(n_source) *
                 double(2 * spec.decoder->n_layers * spec.decoder->n_kv_heads * spec.decoder->head_dim) *
                 sizeof(float);
    return bytes;
}

std::size_t longestText(const ModelSpec& spec, std::optional<std::uint64_t> memory) {
    const std::size_t positions = (spec.hasEncoder() ? *spec.encoder : *spec.decoder).positions.max_positions;
    if (!memory)
        return positions;
    const auto fits = [&](std::size_t n) {
        const std::size_t n_source = spec.hasEncoder() ? n : 0;
        const std::size_t n_target = spec.hasEncoder() ? std::min(n, kLikelyTarget) : n;
        return passBytes(spec, n_source, n_target) <= kShare * double(*memory);
    };
    if (positions > 0 && fits(positions))
        return positions;
    std::size_t longest = 0; // the bytes grow with the tokens: halve the steps
    for (std::size_t step = std::size_t{1} << 40; step > 0; step /= 2)
        if (fits(longest + step))
            longest += step;
    return std::max<std::size_t>(longest, 1);
}

Result<void> checkMemoryOfPass(const ModelSpec& spec, std::size_t n_source, std::size_t n_target) {
    const std::size_t n_tokens = n_source + n_target;
    const auto enough =
        checkMemory(passBytes(spec, n_source, n_target), "a text of " + std::to_string(n_tokens) + " tokens");
    if (enough.ok())
        return {};
    Error error = enough.error();
    error.next_step = "Use at most " + std::to_string(longestText(spec, availableMemory())) +
                      " tokens, or close other programs";
    return error;
}

} // namespace headlight
