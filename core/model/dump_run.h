// `dump` for a model's run: tensors plus the model's name and hash, the text, tokens and ids.
#pragma once

#include "core/model/model.h"
#include "core/trace/dump.h"

#include <filesystem>

namespace headlight {

/// Writes what `options` ask for of `run` to a safetensors file; see dumpTensors for the names. `__metadata__` holds
/// strings: model and model_hash as they are, text, tokens and ids as JSON (an encoder-decoder's decoder input as
/// target_text, target_tokens, target_ids). Logits are left out of a
/// headless model's file unless they were asked for by name, which is an Error.
[[nodiscard]] Result<void> dumpRun(const std::filesystem::path& path, const Model& model, const RunResult& run,
                                   const DumpOptions& options = {}, const RunControl& control = {});

} // namespace headlight
