// Which classes a classifier's logits favour.
#pragma once

#include "core/generate/predictions.h"
#include "core/model/model_spec.h"
#include "core/tensor/tensor.h"

#include <cstddef>
#include <vector>

namespace headlight {

/// The classes of row `row` of `logits` [n_rows, n_classes], ids their numbers, the highest logit first
/// (question answering: start, then end). Probabilities as `output` says they are meant; 0 where the logits
/// are values. Where they run over the tokens, `logits` must hold the whole text's.
[[nodiscard]] std::vector<Candidate> classCandidates(const OutputSpec& output, const Tensor& logits,
                                                     std::size_t row);

} // namespace headlight
