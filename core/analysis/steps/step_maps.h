// What a step's linear maps, norms and rotations compute with: read from the model when a cell is asked for.
#pragma once

#include "core/compute/backend.h"
#include "core/model/model_spec.h"
#include "core/model/weights.h"
#include "core/tensor/tensor.h"

#include <memory>
#include <variant>
#include <vector>

namespace headlight {

struct CellArithmetic;

/// Rows of a linear layer: column c of the result is output first_output + c.
struct LinearMap {
    LinearWeightsPtr weights; ///< [n_outputs, n_inputs]
    std::size_t first_output = 0;
    bool biased = true;
    Activation activation = Activation::None; ///< of the outputs; in a gated layer of the gate's
    LinearWeightsPtr
        gate; ///< the outputs are multiplied with its activated ones (Shazeer 2020); null: no gate
};

/// A layer norm or RMS norm of each row.
struct NormMap {
    NormKind kind = NormKind::LayerNorm;
    double epsilon = 0.0;
    std::vector<float> gain; ///< with the spec's offset; empty: 1
    std::vector<float> bias; ///< empty: 0
};

/// Rotary positions: pairs of dimensions turned by position times frequency, behind the head's own norm where
/// there is one.
struct TurnMap {
    std::shared_ptr<const NormMap> norm;
    std::vector<float> frequencies;     ///< radians a token, [dims / 2]
    std::vector<std::size_t> positions; ///< of the rows; empty: 0, 1, 2, ...
    bool interleaved = false;
    double factor = 1.0; ///< on cosines and sines
};

/// How one result of a step follows from an operand.
struct StepMap {
    std::size_t operand = 0;
    std::variant<LinearMap, NormMap, TurnMap> how;
};

[[nodiscard]] NormMap normMapOf(const ComputeBackend& backend, const NormSpec& spec, const NormWeights& norm);

/// Spells out (row, column) of what `map` makes of `input` [n_rows, n_inputs]; leaves `cell` as it is where
/// the backend cannot read its weights back.
void fillMapped(const StepMap& map, const Tensor& input, std::size_t row, std::size_t column,
                CellArithmetic& cell);

/// In double precision, as the backends compute it.
[[nodiscard]] double activated(Activation activation, double x);

} // namespace headlight
