#include "core/model/forward.h"

#include "core/base/memory.h"
#include "core/model/decoder_start.h"
#include "core/model/fallback.h"
#include "core/model/model_state.h"
#include "core/model/output_head.h"
#include "core/model/text_limit.h"

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
                .butFound("0 to " + std::to_string(vocabulary_size - 1), std::to_string(id))
                .because("The ids come from another model's tokenizer")
                .nextStep("Use the tokenizer files of this model, or ids in that range");
    if (!sequence.type_ids.empty() && sequence.type_ids.size() != sequence.ids.size())
        return makeError(ErrorKind::Usage, "there are " + std::to_string(sequence.type_ids.size()) + " segment ids for " +
                                               std::to_string(sequence.ids.size()) + " tokens")
            .nextStep("Give one for each token");
    for (const std::uint8_t type : sequence.type_ids)
        if (type > 0 && type >= stack.n_token_types && stack.n_token_types > 0)
            return makeError(ErrorKind::Text, "segment id " + std::to_string(type) + " is outside the model's " +
                                                  std::to_string(stack.n_token_types) + " segments")
                .butFound("0 to " + std::to_string(stack.n_token_types - 1), std::to_string(type))
                .because("The model was trained with fewer kinds of text")
                .nextStep("Use segment ids in that range");
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
    return checkMemoryOfPass(spec, input.source.size(), input.target.size());
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
                                   const PassOptions& options) {
    const ModelSpec& spec = model.spec();
    if (reuse.source) {
        EncodedSource earlier{reuse.trace->stack(StackKind::Encoder), {}};
        if (spec.hasDecoder())
            earlier.memory = memoryOf(reuse.trace->stack(StackKind::Decoder));
        return earlier;
    }
    HEADLIGHT_ASSIGN(StackState state, StackState::create(model.sharedBackend(), *spec.encoder, 1, source.size(), Keep::Everything,
                                                           biasOf(*model.weights().encoder, options.positions)));
    const TransformerStack encoder(*spec.encoder, *model.weights().encoder, model.backend(), StackKind::Encoder, options);
    HEADLIGHT_CHECK(encoder.advance(state, source.ids, source.type_ids, nullptr, control));
    EncodedSource encoded{state.record(), {}};
    if (spec.hasDecoder()) {
        HEADLIGHT_ASSIGN(encoded.memory, decoderStack(model).projectMemory(encoded.record.final_hidden));
    }
    return encoded;
}

Result<StackState> decoderState(const Model& model, std::size_t capacity, const Reuse& reuse, const PassOptions& options) {
    HEADLIGHT_ASSIGN(StackState state, StackState::create(model.sharedBackend(), *model.spec().decoder, 1, capacity, Keep::Everything,
                                                           biasOf(*model.weights().decoder, options.positions)));
    if (reuse.n_target > 0)
        state.takeOver(reuse.trace->stack(StackKind::Decoder), reuse.n_target);
    return state;
}

TransformerStack decoderStack(const Model& model, const PassOptions& options) {
    return {*model.spec().decoder, *model.weights().decoder, model.backend(), StackKind::Decoder, options};
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
                            const PassOptions& options = {}) {
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
        HEADLIGHT_ASSIGN(encoded, encodeSource(model, input.source, reuse, partOf(control, 0.0, spec.hasDecoder() ? 0.5 : 1.0), options));
    }
    std::optional<StackRecord> decoder;
    if (spec.hasDecoder()) {
        const CrossMemory* const memory = encoded ? &*encoded->memory : nullptr;
        HEADLIGHT_ASSIGN(StackState state, decoderState(model, input.target.size(), reuse, options));
        HEADLIGHT_CHECK(advanceToEnd(decoderStack(model, options), state, input.target, memory, partOf(control, decoder_begin, 1.0)));
        decoder = state.record(memory);
    }
    control.report(1.0, "done");
    auto trace = std::make_shared<const Trace>(
        model.sharedBackend(), encoded ? std::optional(std::move(encoded->record)) : std::nullopt, std::move(decoder),
        options.hook != nullptr ? options.hook->editedRows() : std::map<HeadAddress, EditedRows>{});
    const std::size_t n_computed = input.source.size() + input.target.size() - reuse.size(input);
    return RunResult{std::move(input), std::move(trace), n_computed, model.origin()};
}

} // namespace

Result<RunResult> Model::run(ModelInput input, const RunControl& control, const RunResult* earlier) const {
    const bool once = state_->backend->fallback() == nullptr;
    std::string notice;
    auto result = withFallback(*this, control, notice, [&](const Model& model) {
        return runStacks(model, once ? std::move(input) : input, control, earlier);
    });
    if (result.ok())
        result.value().notice = std::move(notice);
    return result;
}

Result<RunResult> Model::runWith(const PassOptions& options, ModelInput input, const RunControl& control) const {
    HEADLIGHT_ASSIGN(RunResult result, guardMemory([&] { return runStacks(*this, std::move(input), control, nullptr, options); }));
    if (!options.usual())
        result.origin = std::make_shared<char>(); // of no model: its rows are not those of a proper pass
    return result;
}

Result<RunResult> Model::runWithoutPositions(ModelInput input, const RunControl& control) const {
    return runWith({PositionUse::Off}, std::move(input), control);
}

Result<Tensor> Model::logits(const Trace& trace, TokenRange rows) const {
    if (const BackendPtr other = state_->backend->fallback(); other && &trace.backend() == other.get()) {
        HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, fallback()); // whose trace it is
        return model->logits(trace, rows);
    }
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
