// The small languages inside option values: id lists, layer lists, file names. Each says what is wrong with a bad one.
#pragma once

#include "app/options.h"
#include "core/base/nearest_name.h"
#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// "1,2, 3" as token ids. Error (Usage): empty, not a number, negative, beyond 2^31 - 1.
[[nodiscard]] Result<std::vector<TokenId>> parseIds(std::string_view option, std::string_view value);

/// "0-3" or "0,2,5-6" as ranges. Error (Usage): empty, not a number, a range that runs backwards.
[[nodiscard]] Result<std::vector<LayerRange>> parseLayerRanges(std::string_view value);

/// The format a file name's extension asks for, in any case. Error (Usage): another or none.
[[nodiscard]] Result<ExportFormat> exportFormatOf(const std::string& path);

/// All layers of `ranges` in ascending order, each once; none (which means all) when there are no ranges.
/// Error (Usage): a layer outside 0 .. n_layers - 1.
[[nodiscard]] Result<std::vector<std::size_t>> selectLayers(const std::vector<LayerRange>& ranges, std::size_t n_layers);

} // namespace headlight
