// Roles and measures of heads as a file holds them.
#pragma once

#include "core/analysis/head_table.h"

#include <QString>

namespace headlight::ui {

/// RFC 4180: "layer,head,role,entropy,...", a line a head. Layers and heads count from 0, roles and measures have the keys the
/// command line uses, every digit is there; no role and nothing to measure are empty.
[[nodiscard]] QString headsCsv(const HeadTable& table, const std::vector<HeadAddress>& heads);

} // namespace headlight::ui
