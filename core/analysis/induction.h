// Induction: a head that looks at what followed the last time this token was there.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/trace/trace.h"

#include <cstdint>
#include <optional>
#include <span>

namespace headlight {

/// Olsson et al. 2022, "In-context Learning and Induction Heads": the mean, over query tokens that were there before, of the
/// weight on the tokens that followed their earlier occurrences. `ids` [n_tokens] are those of the stack whose self attention
/// `head` is. Nothing where no token comes twice. An Error only when cancelled.
[[nodiscard]] Result<std::optional<double>> inductionScore(const Trace& trace, const HeadAddress& head,
                                                           std::span<const std::int32_t> ids, const RunControl& control = {});

} // namespace headlight
