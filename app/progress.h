// What a command says while it takes long.
#pragma once

#include <functional>
#include <string_view>

namespace headlight {

/// A RunControl's progress function that keeps one line on the terminal ("headlight: encoder layer 3 of 12,
/// 25 %") once the work has taken a third of a second, at most ten times a second. Empty where standard error
/// is no terminal.
[[nodiscard]] std::function<void(double fraction, std::string_view what)> terminalProgress();

} // namespace headlight
