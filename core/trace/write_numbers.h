// One head's map as a file of numbers, for spreadsheets (CSV) and for NumPy (NPY). Written atomically.
#pragma once

#include "core/base/result.h"
#include "core/tensor/tensor.h"

#include <filesystem>
#include <string>
#include <vector>

namespace headlight {

/// Writes `values` [n_query, n_key] as UTF-8 CSV (RFC 4180): a header row with an empty corner and the key tokens, then
/// one row a query token, its token first. Numbers are the shortest text that reads back as the same float; -inf, inf
/// and nan as these words. Errors: sizes that do not match (Usage), anything the file system says (File).
[[nodiscard]] Result<void> writeCsv(const std::filesystem::path& path, const Tensor& values,
                                    const std::vector<std::string>& query_tokens,
                                    const std::vector<std::string>& key_tokens);

/// Writes a tensor of any rank as NPY version 1.0, '<f4', C order.
/// Reference: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
[[nodiscard]] Result<void> writeNpy(const std::filesystem::path& path, const Tensor& values);

} // namespace headlight
