#include "core/trace/edited_rows.h"

#include <algorithm>

namespace headlight {

void overlay(const EditedRows& edited, std::vector<float> EditedRow::*values, TokenRange rows,
             TokenRange columns, Tensor& tile) {
    for (auto row = edited.lower_bound(rows.begin); row != edited.end() && row->first < rows.end; ++row) {
        const std::vector<float>& all = row->second.*values;
        std::copy(all.begin() + static_cast<std::ptrdiff_t>(columns.begin),
                  all.begin() + static_cast<std::ptrdiff_t>(columns.end),
                  tile.row(row->first - rows.begin).begin());
    }
}

} // namespace headlight
