// From options to a loaded model, its input and one forward pass: what run, dump and export share.
#pragma once

#include "app/commands/context.h"
#include "app/input.h"
#include "app/options.h"
#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/generate/generate.h"
#include "core/model/model.h"

#include <functional>
#include <memory>
#include <optional>

namespace headlight {

/// An error about one change, which says that it came from --change and which.
[[nodiscard]] Error ofChangeOption(Error error, const std::string& change);

/// Finds, loads and says on standard error what deserves a warning. Errors: those of findModel, selectBackend and load.
[[nodiscard]] Result<std::shared_ptr<const Model>> openModel(const ModelArguments& arguments, const RunControl& control);

/// The text with `-` replaced by what standard input holds.
[[nodiscard]] Result<std::string> givenText(const std::string& text, StandardInput& input);

/// What the model shall read. Errors: those of Model::prepare, a target for a model without encoder and decoder.
[[nodiscard]] Result<ModelInput> prepareInput(const Model& model, const TextArguments& arguments, StandardInput& input);

/// Where an encoder-decoder's target came from.
enum class TargetSource { None, Given, Generated };
[[nodiscard]] const char* targetSourceName(TargetSource source); ///< "none", "given", "generated"

struct Forward {
    RunResult run;
    TargetSource target_source = TargetSource::None;
    std::vector<Change> changes = {}; ///< that `run` was made with
};

/// Runs `input`. An encoder-decoder without a target generates one with the checkpoint's own settings, in
/// `target_language` where it can be told (empty: its own), and the trace is that of the generation.
[[nodiscard]] Result<Forward> runForward(const Model& model, ModelInput input, const std::string& target_language,
                                         const RunControl& control);

/// What a command makes of a run: anything that may read the trace.
using RunUse = std::function<Result<void>(const Model&, const Forward&)>;

/// Every change against the model and the text. Errors: those of checkChange, of the option that says it.
[[nodiscard]] Result<void> checkChanges(const std::vector<Change>& changes, const Model& model, const ModelInput& input);

/// runForward, then once more with the changes of `--change` where there are any (of the same target), then `use`; where the GPU fails in either, all again with the model on the CPU, and a warning says so.
[[nodiscard]] Result<void> runAndUse(const Model& model, const ModelInput& input, CommandContext& context, const RunUse& use);

} // namespace headlight
