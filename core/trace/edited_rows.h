// Rows of attention maps that an intervention changed: they cannot be rebuilt from query, key and softmax
// statistics.
#pragma once

#include "core/base/indices.h"
#include "core/compute/attention.h"
#include "core/tensor/tensor.h"

#include <cstddef>
#include <map>
#include <vector>

namespace headlight {

/// One row as the changed pass used it, [n_key] each; masked cells are kMaskedScore and 0.
struct EditedRow {
    std::vector<float> scores;
    std::vector<float> weights;
};

/// Rows by number, of one head.
using EditedRows = std::map<std::size_t, EditedRow>;

/// Writes those of `rows` that were edited over `tile` [rows.size(), columns.size()].
void overlay(const EditedRows& edited, std::vector<float> EditedRow::*values, TokenRange rows,
             TokenRange columns, Tensor& tile);

} // namespace headlight
