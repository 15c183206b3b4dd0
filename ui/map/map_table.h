// The map of a model as a list: a row a box, with its tensors' shapes and parameters.
#pragma once

#include "ui/map/architecture_map.h"
#include "ui/table/list_table.h"

namespace headlight::ui {

/// Boxes that compute something, in the order of the pass.
[[nodiscard]] ListTable mapTable(const ArchitectureMap& map);

} // namespace headlight::ui
