// Which tokens of two texts are the same, in order: a longest common subsequence, as a diff finds it.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/maps/difference.h"

#include <span>
#include <string>

namespace headlight {

/// All of `a` and of `b` in reading order: pairs of equal tokens, as many as possible, and between them what
/// only one of the two has (that of A first). Bit-parallel (Hyyrö 2004, "Bit-parallel LCS-length computation
/// revisited") and divided as Hirschberg 1975 does, so that 16,384 tokens a side take a fraction of a second
/// and little memory. An Error only when cancelled.
[[nodiscard]] Result<Alignment> alignTokens(std::span<const std::string> a, std::span<const std::string> b,
                                            const RunControl& control = {});

} // namespace headlight
