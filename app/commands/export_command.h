// headlight export
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Writes heads as pictures or numbers; see COMMAND_LINE.md.
[[nodiscard]] CommandResult runExportCommand(CommandContext& context);

} // namespace headlight
