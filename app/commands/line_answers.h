// --lines: one text a line in, one result a line out.
#pragma once

#include "app/commands/context.h"

#include <functional>
#include <string>

namespace headlight {

/// The answer to one line, itself one line without its line break.
using LineAnswer = std::function<Result<std::string>(const std::string& line)>;

/// Answers every line of standard input as it comes and hands each answer on at once. A line that fails gives an empty
/// line, with --json {"line":N,"error":"..."}, and "line N: ..." on standard error; the rest goes on and the exit code
/// is kExitFailed. With --json every object starts with its line number, counted from 1.
[[nodiscard]] CommandResult answerLines(CommandContext& context, const LineAnswer& answer);

} // namespace headlight
