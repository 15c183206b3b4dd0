// A trace as a safetensors file: every number of a forward pass, under the names of the command line's `dump`.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/tensor/tensor.h"
#include "core/trace/trace.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// What `dump` can write. `Hidden` is embedding, every block's output and the final hidden states.
/// `RawScores` are those before soft cap, position bias and mask; they are written when named only.
enum class DumpPart { Weights, Scores, RawScores, Query, Key, Value, Hidden, Logits };

struct DumpOptions {
    std::vector<DumpPart> parts;        ///< empty: all of them but RawScores
    std::vector<std::size_t> layers;    ///< empty: all; layers a stack does not have are left out of that stack
    std::map<std::string, std::string> extra_metadata; ///< added to `__metadata__` as it is
    [[nodiscard]] bool wants(DumpPart part) const;
    [[nodiscard]] bool wantsLayer(std::size_t layer) const;
};

/// "weights,scores,raw_scores,query,key,value,hidden,logits" or any of them; an Error names the word that is none of these.
[[nodiscard]] Result<std::vector<DumpPart>> parseDumpParts(std::string_view list);
/// "0-3", "2", "0,4-5": layers counted from 0; an Error when one is not below `n_layers`.
[[nodiscard]] Result<std::vector<std::size_t>> parseLayers(std::string_view list, std::size_t n_layers);

/// Writes the file. `logits` [n, vocabulary] (or [1, n_classes]) is left out when null; `metadata` becomes `__metadata__`.
/// Errors: not enough memory for the maps asked for, cancelled, anything the file system says.
[[nodiscard]] Result<void> dumpTensors(const std::filesystem::path& path, const Trace& trace, const Tensor* logits,
                                       const std::map<std::string, std::string>& metadata,
                                       const DumpOptions& options = {}, const RunControl& control = {});

} // namespace headlight
