// headlight run
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Shows the tokens of a text and what the model predicts; see COMMAND_LINE.md.
[[nodiscard]] CommandResult runRunCommand(CommandContext& context);

} // namespace headlight
