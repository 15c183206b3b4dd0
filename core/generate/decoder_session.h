// One prompt being continued: the encoder's output, the decoder's growing record, and logits of its newest
// tokens.
#pragma once

#include "core/generate/decoding_plan.h"
#include "core/model/forward.h"

namespace headlight {

class DecoderSession {
public:
    /// Runs the encoder, where there is one, and the decoder over the whole prompt; what `earlier` has of
    /// both is taken over.
    static Result<DecoderSession> start(const Model& model, ModelInput prompt, const DecodingPlan& plan,
                                        const RunControl& control, const RunResult* earlier = nullptr);

    [[nodiscard]] const Model& model() const { return *model_; }
    [[nodiscard]] const ModelInput& prompt() const { return prompt_; }
    [[nodiscard]] const StackState& state() const { return state_; }

    /// Appends tokens to the record.
    Result<void> advance(std::span<const TokenId> ids, const RunControl& control);
    /// Logits after the newest token, [1, vocabulary], where the backend keeps its numbers.
    [[nodiscard]] Result<MatrixView> lastLogits() const;
    /// Logits of rows of the record, [rows.size(), vocabulary].
    [[nodiscard]] Result<Tensor> logits(TokenRange rows) const;

    /// Several sequences that continue this prompt, each with the prompt's keys and values.
    [[nodiscard]] Result<StackState> fork(std::size_t n_sequences, std::size_t capacity) const;
    /// Appends one token to each of these sequences; logits of all, [n_sequences, vocabulary], as lastLogits().
    [[nodiscard]] Result<MatrixView> advanceFork(StackState& fork, std::span<const TokenId> ids,
                                                 const RunControl& control) const;

    /// The trace of everything read so far, `new_ids` being the tokens behind the prompt.
    [[nodiscard]] RunResult finish(std::span<const TokenId> new_ids) &&;

private:
    DecoderSession(const Model& model, ModelInput prompt, std::optional<EncodedSource> encoded,
                   StackState state, std::size_t n_reused)
        : model_(&model)
        , prompt_(std::move(prompt))
        , encoded_(std::move(encoded))
        , state_(std::move(state))
        , n_reused_(n_reused) {}
    [[nodiscard]] const CrossMemory* memory() const { return encoded_ ? &*encoded_->memory : nullptr; }

    const Model* model_;
    ModelInput prompt_;
    std::optional<EncodedSource> encoded_;
    StackState state_;
    std::size_t n_reused_; ///< tokens of both stacks that were taken over
};

} // namespace headlight
