#include "core/generate/decoder_session.h"

#include "core/model/output_head.h"
#include "core/model/weights.h"

#include <algorithm>

namespace headlight {

namespace {

/// Up to this size the record of the longest possible text is reserved at once; beyond, it doubles as it grows.
constexpr std::size_t kReservedFloats = std::size_t{8} << 20;

std::size_t firstCapacity(const StackSpec& spec, const DecodingPlan& plan) {
    const std::size_t affordable = kReservedFloats / StackState::floatsPerToken(spec);
    return std::max(plan.n_prompt, std::min(plan.max_length, affordable));
}

/// Only the end of a generation is worth a report a layer.
RunControl withoutProgress(const RunControl& control) { return {control.stop, {}}; }

} // namespace

Result<DecoderSession> DecoderSession::start(const Model& model, ModelInput prompt, const DecodingPlan& plan,
                                             const RunControl& control, const RunResult* earlier) {
    const Reuse reuse = reusableRows(model, earlier, prompt);
    std::optional<EncodedSource> encoded;
    if (model.spec().hasEncoder()) {
        HEADLIGHT_ASSIGN(encoded, encodeSource(model, prompt.source, reuse, withoutProgress(control)));
    }
    HEADLIGHT_ASSIGN(StackState state, decoderState(model, firstCapacity(*model.spec().decoder, plan), reuse));
    const std::size_t n_reused = reuse.size(prompt);
    DecoderSession session(model, std::move(prompt), std::move(encoded), std::move(state), n_reused);
    const std::span<const TokenId> rest = std::span(session.prompt_.target.ids).subspan(session.state_.nTokens());
    if (!rest.empty())
        HEADLIGHT_CHECK(session.advance(rest, control));
    return session;
}

Result<void> DecoderSession::advance(std::span<const TokenId> ids, const RunControl& control) {
    return decoderStack(*model_).advance(state_, ids, {}, memory(), withoutProgress(control));
}

Result<Tensor> DecoderSession::logits(TokenRange rows) const {
    const StackRecord record = state_.record(memory());
    return outputLogits(model_->spec(), model_->weights().head, model_->backend(),
                        record.final_hidden.rowsFrom(rows.begin, rows.size()));
}

Result<MatrixView> DecoderSession::lastLogits() const {
    return logitsOnBackend(model_->spec(), model_->weights().head, model_->backend(), state_.newestFinalHidden());
}

Result<StackState> DecoderSession::fork(std::size_t n_sequences, std::size_t capacity) const {
    const StackSpec& spec = state_.spec();
    const std::size_t affordable = std::max<std::size_t>(state_.nTokens() + 16, kReservedFloats / StackState::floatsPerToken(spec));
    HEADLIGHT_ASSIGN(StackState forked, StackState::create(model_->sharedBackend(), spec, n_sequences,
                                                           std::min(capacity, affordable), Keep::KeysAndValues,
                                                           model_->weights().decoder->relative_bias));
    for (std::size_t sequence = 0; sequence < n_sequences; ++sequence)
        forked.copyKeysAndValues(state_, 0, sequence, 0, state_.nTokens());
    forked.commit(state_.nTokens());
    return forked;
}

Result<MatrixView> DecoderSession::advanceFork(StackState& forked, std::span<const TokenId> ids, const RunControl& control) const {
    HEADLIGHT_CHECK(decoderStack(*model_).advance(forked, ids, {}, memory(), withoutProgress(control)));
    return logitsOnBackend(model_->spec(), model_->weights().head, model_->backend(), forked.newestFinalHidden());
}

RunResult DecoderSession::finish(std::span<const TokenId> new_ids) && {
    StackRecord decoder = state_.record(memory());
    append(prompt_.target, model_->describe({new_ids.begin(), new_ids.end()}));
    auto trace = std::make_shared<const Trace>(
        model_->sharedBackend(), encoded_ ? std::optional(std::move(encoded_->record)) : std::nullopt, std::move(decoder));
    const std::size_t n_computed = prompt_.source.size() + prompt_.target.size() - n_reused_;
    return {std::move(prompt_), std::move(trace), n_computed, model_->origin()};
}

} // namespace headlight
