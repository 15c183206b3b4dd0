// What a pass may take over from an earlier one of the same model, so that typing computes only what changed.
//
// A row of a causal stack depends on the tokens up to its own and on nothing behind them, and the backend
// gives a row the same bits whatever other rows run with it (a GPU: the same within a rounding): the rows of
// a common beginning are those of a full pass, bit for bit. In an encoder every row reads every token, so one changed token changes them all:
// it is computed again unless its whole input is the same.
#pragma once

#include "core/model/model.h"

#include <cstddef>

namespace headlight {

struct Reuse {
    const Trace* trace = nullptr; ///< the earlier run's; null when nothing of it can be taken over
    bool source = false;          ///< the encoder's record, and with it what cross attention reads
    std::size_t n_target = 0;     ///< first rows of the decoder
    bool everything = false;      ///< the earlier trace is the new one

    /// Tokens of both stacks of `input` that need no computing.
    [[nodiscard]] std::size_t size(const ModelInput& input) const {
        return (source ? input.source.size() : 0) + n_target;
    }
};

/// `earlier` may be null or of another model: then nothing is reusable. `trace` refers to it.
[[nodiscard]] Reuse reusableRows(const Model& model, const RunResult* earlier, const ModelInput& input);

} // namespace headlight
