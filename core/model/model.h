// A loaded transformer: spec, weights on a backend, tokenizer. Immutable, shared, safe from several threads.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/compute/backend.h"
#include "core/model/model_spec.h"
#include "core/model/token_sequence.h"
#include "core/tokenizer/tokenizer.h"
#include "core/trace/trace.h"

#include <filesystem>
#include <memory>
#include <string>

namespace headlight {

struct PassOptions;
struct ModelWeights;    // stays inside core/model
struct ParameterTensor; // core/model/parameter_list.h
struct ModelSlots;   // likewise: which tensors of the checkpoint the weights come from

/// Text as a user gives it. `target` is for encoder-decoders; without it the decoder starts empty (generate fills it), or
/// reads the text again (classifiers). Languages: of Tokenizer::languages(), empty for the checkpoint's own.
struct TextInput {
    std::string text;
    std::optional<std::string> text_pair;
    std::optional<std::string> target;
    std::string source_language = {};
    std::string target_language = {};
};

/// What one forward pass gave: the input it ran on and the trace, lengths matching always.
struct RunResult {
    ModelInput input;
    std::shared_ptr<const Trace> trace;
    std::size_t n_computed = 0;         ///< tokens of both stacks whose rows were computed; the others' came from an earlier run
    std::shared_ptr<const void> origin; ///< Model::origin() of the model that ran
    std::string notice = {};            ///< why it was computed elsewhere than the model's backend; empty where it was not
};

class Model {
public:
    /// Opens a Hugging Face folder. Errors name file, item, expected, found; cancellation is honoured between tensors.
    /// A model that does not fit a backend is loaded on its fallback, where it has one, and warnings() says why.
    static Result<std::shared_ptr<const Model>> load(const std::filesystem::path& folder, BackendPtr backend,
                                                     const RunControl& control = {});
    ~Model();

    [[nodiscard]] const ModelSpec& spec() const;
    [[nodiscard]] const std::string& name() const;            ///< the folder's name, or the hub id from the cache's layout
    [[nodiscard]] const std::filesystem::path& folder() const;
    [[nodiscard]] const std::string& identityHash() const;    ///< see Checkpoint::identityHash
    [[nodiscard]] std::size_t parameterCount() const;
    /// Every trained tensor once, with the part of the model it belongs to; their counts sum to parameterCount().
    [[nodiscard]] const std::vector<ParameterTensor>& parameters() const;
    [[nodiscard]] const std::vector<std::string>& warnings() const;
    [[nodiscard]] const ComputeBackend& backend() const;
    [[nodiscard]] BackendPtr sharedBackend() const;           ///< the same, for what outlives a call
    /// The same checkpoint on the backend's fallback: loaded when first asked for, which takes as long as loading, and kept.
    /// Errors: there is no fallback, those of load, files that have changed.
    [[nodiscard]] Result<std::shared_ptr<const Model>> fallback(const RunControl& control = {}) const;
    /// Null for a checkpoint without tokenizer files; `tokenizerProblem()` says why.
    [[nodiscard]] std::shared_ptr<const Tokenizer> tokenizer() const;
    [[nodiscard]] const std::string& tokenizerProblem() const;

    /// Tokenizes for this model: encoder text to `source` (special tokens added), decoder-only text to `target`,
    /// an encoder-decoder's target text behind the decoder start token and without the final end token (as labels
    /// shifted right). Errors: no tokenizer, bad UTF-8, empty, longer than the model's positions or than there is memory for
    /// (says the limit).
    [[nodiscard]] Result<ModelInput> prepare(const TextInput& text) const;
    /// The longest beginning of `text` whose tokens, special ones included, fit the model's positions and the free memory; all
    /// of it when it fits. Never applied silently: callers offer it when `prepare` says ErrorKind::TextTooLong or Memory.
    /// `text_pair` is counted and left whole: the result is empty when it fills the positions alone.
    [[nodiscard]] Result<std::string> beginningThatFits(const std::string& text,
                                                        const std::optional<std::string>& text_pair = {}) const;
    /// The same from ids; `target_ids` are decoder input ids exactly as given (start token included).
    [[nodiscard]] Result<ModelInput> prepareIds(std::vector<TokenId> ids, std::vector<TokenId> target_ids = {}) const;
    /// A sequence for display from ids of this model's vocabulary.
    [[nodiscard]] TokenSequence describe(std::vector<TokenId> ids) const;

    /// One forward pass with its full trace. An encoder-decoder with an empty target runs its start token only.
    /// Rows that `earlier`, a run of this model, has for the same beginning are taken over instead of computed again; the
    /// numbers are those of a full pass, bit for bit (see core/model/reuse.h). A run of another model is ignored.
    [[nodiscard]] Result<RunResult> run(ModelInput input, const RunControl& control = {}, const RunResult* earlier = nullptr) const;

    /// The same pass, watched or changed at the points of core/model/pass_hook.h, always computed in full. No later run takes over
    /// rows of one that is not the usual pass.
    [[nodiscard]] Result<RunResult> runWith(const PassOptions& options, ModelInput input, const RunControl& control = {}) const;
    /// The same pass with every position taken away (PositionUse::Off), always computed in full. No later run takes over its rows.
    [[nodiscard]] Result<RunResult> runWithoutPositions(ModelInput input, const RunControl& control = {}) const;

    /// Logits of rows of the output stack, [rows.size(), vocabulary] (a classifier: [1, n_classes]), computed from the
    /// trace's final hidden states when asked for. Error: headless model, rows outside.
    [[nodiscard]] Result<Tensor> logits(const Trace& trace, TokenRange rows) const;

    [[nodiscard]] const ModelWeights& weights() const;
    /// Stands for this loaded model: two models share it never, however alike they are.
    [[nodiscard]] const std::shared_ptr<const void>& origin() const;
    [[nodiscard]] const ModelSlots& tensorSlots() const; // "slots" is a macro of Qt

private:
    Model();
    static Result<std::shared_ptr<const Model>> loadOn(const std::filesystem::path& folder, BackendPtr backend, const RunControl& control);
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace headlight
