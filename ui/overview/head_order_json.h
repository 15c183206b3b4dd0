// Order and filters of heads as a session keeps them.
#pragma once

#include "core/analysis/head_order.h"

#include <QJsonObject>

namespace headlight::ui {

/// "sort" ("layer", "head", "role" or a measure's key), "descending", "roles" (keys), "range" ([measure, lowest, highest] or
/// null), "layers" ([first, last], counted from 0, or null).
[[nodiscard]] QJsonObject orderToJson(const HeadOrder& order);

/// What orderToJson() gave, from whatever source: what is missing, unknown or makes no sense stays as in `otherwise`.
[[nodiscard]] HeadOrder orderFromJson(const QJsonObject& json, const HeadOrder& otherwise);

} // namespace headlight::ui
