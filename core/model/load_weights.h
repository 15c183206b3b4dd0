// From a checkpoint's tensors to a model's weights: checked against the config first, then read in parallel.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/checkpoint/checkpoint.h"
#include "core/model/model_spec.h"
#include "core/model/slots.h"
#include "core/model/weights.h"

namespace headlight {

/// Compares headers with slots without reading any weight. Errors (ErrorKind::Weights): a tensor of another shape (and
/// whether it looks transposed), of a dtype that cannot be computed with, missing or unknown ones, named.
[[nodiscard]] Result<void> checkTensors(const ModelSlots& slots, const Checkpoint& checkpoint);

/// Reads, converts and packs everything; raw copies are dropped as it goes. Call checkTensors first.
/// Errors: not enough memory (before reading), cancelled (between tensors), files that change while they are read.
[[nodiscard]] Result<ModelWeights> loadWeights(const ModelSpec& spec, const ModelSlots& slots, const Checkpoint& checkpoint,
                                               const ComputeBackend& backend, const RunControl& control = {});

} // namespace headlight
