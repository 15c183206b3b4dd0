// headlight dump
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Writes a forward pass as safetensors; see COMMAND_LINE.md.
[[nodiscard]] CommandResult runDumpCommand(CommandContext& context);

} // namespace headlight
