#include "core/model/forward.h"

#include "core/base/memory.h"
#include "core/model/decoder_start.h"
#include "core/model/model_state.h"
#include "core/model/output_head.h"

#include <algorithm>
#include <cassert>

namespace headlight {

namespace {

Result<void> checkLength(std::size_t n_tokens, const StackSpec& stack) {
    const std::size_t limit = stack.positions.max_positions;
    if (limit == 0 || n_tokens <= limit)
        return {};
    return makeError(ErrorKind::TextTooLong, "the text is too long for this model: " + std::to_string(n_tokens) +
                                          " tokens, and it has positions for " + std::to_string(limit))
        .butFound("at most " + std::to_string(limit) + " tokens", std::to_string(n_tokens))
        .nextStep("Shorten the text by " + std::to_string(n_tokens - limit) + " tokens or more");
}

Result<void> checkSequence(const TokenSequence& sequence, std::size_t vocabulary_size, const StackSpec& stack) {
    for (const TokenId id : sequence.ids)
        if (id < 0 || static_cast<std::size_t>(id) >= vocabulary_size)
            return makeError(ErrorKind::Text, "token id " + std::to_string(id) + " is outside the model's vocabulary of " +
                                                  std::to_string(vocabulary_size))
                .because("The ids come from another model's tokenizer");
    if (!sequence.type_ids.empty() && sequence.type_ids.size() != sequence.ids.size())
        return makeError(ErrorKind::Usage, "there are " + std::to_string(sequence.type_ids.size()) + " segment ids for " +
                                               std::to_string(sequence.ids.size()) + " tokens");
    for (const std::uint8_t type : sequence.type_ids)
        if (type > 0 && type >= stack.n_token_types && stack.n_token_types > 0)
            return makeError(ErrorKind::Text, "segment id " + std::to_string(type) + " is outside the model's " +
                                                  std::to_string(stack.n_token_types) + " segments");
    return checkLength(sequence.size(), stack);
}

} // namespace

Result<void> checkInput(const ModelSpec& spec, const ModelInput& input) {
    if (spec.hasEncoder()) {
        if (input.source.size() == 0)
            return makeError(ErrorKind::Text, "there are no tokens to run").nextStep("Enter a text");
        HEADLIGHT_CHECK(checkSequence(input.source, spec.vocabularyOf(StackKind::Encoder), *spec.encoder));
    } else if (input.source.size() > 0) {
        return makeError(ErrorKind::Usage, spec.architecture + " has no encoder: it reads one text only");
    }
    if (!spec.hasDecoder() && input.target.size() > 0)
        return makeError(ErrorKind::Usage, spec.architecture + " has no decoder: it takes no target text");
    if (spec.hasDecoder())
        HEADLIGHT_CHECK(checkSequence(input.target, spec.vocabulary_size, *spec.decoder));
    if (spec.kind == ModelKind::DecoderOnly && input.target.size() == 0)
        return makeError(ErrorKind::Text, "there are no tokens to run").nextStep("Enter a text");
    return {};
}

RunControl partOf(const RunControl& control, double begin, double end) {
    RunControl part{control.stop, {}};
    if (control.progress)
        part.progress = [&control, begin, end](double fraction, std::string_view what) {
            control.report(begin + fraction * (end - begin), what);
        };
    return part;
}

namespace {

/// What self attention adds to its scores.
RelativeBias biasOf(const StackWeights& weights, PositionUse positions) {
    return positions == PositionUse::AsTrained ? weights.relative_bias : RelativeBias{};
}

} // namespace

Result<EncodedSource> encodeSource(const Model& model, const TokenSequence& source, const Reuse& reuse, const RunControl& control,
                                   PositionUse positions) {
    const ModelSpec& spec = model.spec();
    if (reuse.source) {
        EncodedSource earlier{reuse.trace->stack(StackKind::Encoder), {}};
        if (spec.hasDecoder())
            earlier.memory = memoryOf(reuse.trace->stack(StackKind::Decoder));
        return earlier;
    }
    HEADLIGHT_ASSIGN(StackState state, StackState::create(model.sharedBackend(), *spec.encoder, 1, source.size(), Keep::Everything,
                                                           biasOf(*model.weights().encoder, positions)));
    const TransformerStack encoder(*spec.encoder, *model.weights().encoder, model.backend(), "encoder", positions);
    HEADLIGHT_CHECK(encoder.advance(state, source.ids, source.type_ids, nullptr, control));
    EncodedSource encoded{state.record(), {}};
    if (spec.hasDecoder()) {
        HEADLIGHT_ASSIGN(encoded.memory, decoderStack(model).projectMemory(encoded.record.final_hidden));
    }
    return encoded;
}

Result<StackState> decoderState(const Model& model, std::size_t capacity, const Reuse& reuse, PositionUse positions) {
    HEADLIGHT_ASSIGN(StackState state, StackState::create(model.sharedBackend(), *model.spec().decoder, 1, capacity, Keep::Everything,
                                                           biasOf(*model.weights().decoder, positions)));
    if (reuse.n_target > 0)
        state.takeOver(reuse.trace->stack(StackKind::Decoder), reuse.n_target);
    return state;
}

TransformerStack decoderStack(const Model& model, PositionUse positions) {
    return {*model.spec().decoder, *model.weights().decoder, model.backend(), "decoder", positions};
}

namespace {

/// Appends what `state` does not have yet of `ids`.
Result<void> advanceToEnd(const TransformerStack& stack, StackState& state, const TokenSequence& target, const CrossMemory* memory,
                          const RunControl& control) {
    const std::size_t n_there = state.nTokens();
    if (n_there == target.size())
        return {};
    std::span<const std::uint8_t> type_ids = target.type_ids;
    return stack.advance(state, std::span(target.ids).subspan(n_there), type_ids.empty() ? type_ids : type_ids.subspan(n_there),
                         memory, control);
}

/// The pass itself: the encoder, then the decoder on what it gave.
Result<RunResult> runStacks(const Model& model, ModelInput input, const RunControl& control, const RunResult* earlier,
                            PositionUse positions = PositionUse::AsTrained) {
    const ModelSpec& spec = model.spec();
    if (spec.kind == ModelKind::EncoderDecoder && input.target.size() == 0) {
        HEADLIGHT_ASSIGN(input.target, decoderPrompt(model, input.source));
    }
    HEADLIGHT_CHECK(checkInput(spec, input));
    const Reuse reuse = reusableRows(model, earlier, input);
    if (reuse.everything) {
        control.report(1.0, "done");
        return RunResult{std::move(input), earlier->trace, 0, model.origin()};
    }
    const double decoder_begin = spec.hasEncoder() && spec.hasDecoder() && !reuse.source ? 0.5 : 0.0;
    std::optional<EncodedSource> encoded;
    if (spec.hasEncoder()) {
        HEADLIGHT_ASSIGN(encoded, encodeSource(model, input.source, reuse, partOf(control, 0.0, spec.hasDecoder() ? 0.5 : 1.0), positions));
    }
    std::optional<StackRecord> decoder;
    if (spec.hasDecoder()) {
        const CrossMemory* const memory = encoded ? &*encoded->memory : nullptr;
        HEADLIGHT_ASSIGN(StackState state, decoderState(model, input.target.size(), reuse, positions));
        HEADLIGHT_CHECK(advanceToEnd(decoderStack(model, positions), state, input.target, memory, partOf(control, decoder_begin, 1.0)));
        decoder = state.record(memory);
    }
    control.report(1.0, "done");
    auto trace = std::make_shared<const Trace>(
        model.sharedBackend(), encoded ? std::optional(std::move(encoded->record)) : std::nullopt, std::move(decoder));
    const std::size_t n_computed = input.source.size() + input.target.size() - reuse.size(input);
    return RunResult{std::move(input), std::move(trace), n_computed, model.origin()};
}

} // namespace

Result<RunResult> Model::run(ModelInput input, const RunControl& control, const RunResult* earlier) const {
    return guardMemory([&] { return runStacks(*this, std::move(input), control, earlier); });
}

Result<RunResult> Model::runWithoutPositions(ModelInput input, const RunControl& control) const {
    HEADLIGHT_ASSIGN(RunResult result, guardMemory([&] {
                         return runStacks(*this, std::move(input), control, nullptr, PositionUse::Off);
                     }));
    result.origin = std::make_shared<char>(); // of no model: its rows are not those of a proper pass
    return result;
}

Result<Tensor> Model::logits(const Trace& trace, TokenRange rows) const {
    const ModelSpec& spec = state_->spec;
    if (spec.head == HeadKind::None || !state_->weights.head.output)
        return makeError(ErrorKind::Unsupported, spec.architecture + " has no head: it gives hidden states, not predictions")
            .nextStep("Use a checkpoint with a head, such as one for language modelling");
    if (!trace.has(spec.outputStack()))
        return makeError(ErrorKind::Usage, "the trace is not one of this model");
    const MatrixView& final_hidden = trace.stack(spec.outputStack()).final_hidden;
    if (rows.begin >= rows.end || rows.end > final_hidden.rows)
        return makeError(ErrorKind::Usage, "there are no rows " + std::to_string(rows.begin) + " to " +
                                               std::to_string(rows.end) + " among " + std::to_string(final_hidden.rows));
    const bool classifier = spec.head == HeadKind::SequenceClassification;
    return guardMemory([&] {
        return outputLogits(spec, state_->weights.head, *state_->backend,
                            classifier ? final_hidden : final_hidden.rowsFrom(rows.begin, rows.size()));
    });
}

} // namespace headlight
