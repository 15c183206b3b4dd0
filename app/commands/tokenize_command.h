// headlight tokenize
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Shows ids, token strings and byte offsets of a text; see COMMAND_LINE.md.
[[nodiscard]] CommandResult runTokenizeCommand(CommandContext& context);

} // namespace headlight
