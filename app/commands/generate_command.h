// headlight generate
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Translates or continues a text; see COMMAND_LINE.md.
[[nodiscard]] CommandResult runGenerateCommand(CommandContext& context);

} // namespace headlight
