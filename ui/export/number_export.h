// The weights behind the figures as CSV, NPY and safetensors.
#pragma once

#include "ui/export/figure_export.h"

namespace headlight::ui {

/// One head, [n_query, n_key]; see core/trace/write_numbers.h. Safetensors: the tensor `weights`, and in `__metadata__`
/// model, model_hash, text, attention, layer, head (counted from 0), query_tokens and key_tokens (JSON). Errors: not enough memory, anything the file system says.
[[nodiscard]] Result<void> exportHeadNumbers(const HeadMap& map, FigureFormat format, const std::filesystem::path& path);

/// All heads of the kind. NPY, safetensors: [n_layers, n_heads, n_query, n_key]. CSV: one line a query of each head, beginning with
/// layer and head (counted from 0, as on the command line) and the query's word; written head by head.
[[nodiscard]] Result<void> exportAllNumbers(const HeadMap& map, FigureFormat format, const std::filesystem::path& path,
                                            const RunControl& control);

} // namespace headlight::ui
