// Which of a model's attentions a command is about.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"

#include <optional>

namespace headlight {

/// The attention asked for, or cross attention where there is one, else the only one there is.
/// Error (Usage): the model has no such attention.
[[nodiscard]] Result<AttentionKind> chooseAttention(const Model& model, std::optional<AttentionKind> asked);

} // namespace headlight
