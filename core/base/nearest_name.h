// "Did you mean ...?" for names a person mistyped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// The one of `known` that `word` was probably meant to be, or "" when none is near (edit distance 2 or less).
[[nodiscard]] std::string nearestName(std::string_view word, const std::vector<std::string>& known);

} // namespace headlight
