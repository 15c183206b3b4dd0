// How large the residual stream is on its way through a stack.
#pragma once

#include "core/trace/trace.h"

#include <Eigen/Core>

namespace headlight {

/// Root of the mean square of each token's vector, in double precision: row 0 what block 0 reads, row L + 1
/// block L's output, and where there is a final norm a last row behind it, [n_layers + 1 or + 2, n_tokens].
/// The stack must be in the trace.
[[nodiscard]] Eigen::MatrixXd residualSizes(const Trace& trace, StackKind stack);

} // namespace headlight
