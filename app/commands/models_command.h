// headlight models
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Lists the models that --model can name; see COMMAND_LINE.md.
[[nodiscard]] CommandResult runModelsCommand(CommandContext& context);

} // namespace headlight
