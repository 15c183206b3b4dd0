// Heads and their measures as a list.
#pragma once

#include "core/analysis/head_table.h"
#include "ui/table/list_table.h"

namespace headlight::ui {

/// A row a head, in this order; layers and heads from 1, measures those of the kind of attention. What has
/// not been measured yet, or has nothing to measure on this text, is empty.
[[nodiscard]] ListTable headsList(const HeadTable& table, const std::vector<HeadAddress>& heads);

} // namespace headlight::ui
