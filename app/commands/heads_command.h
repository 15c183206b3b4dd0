// headlight heads: every measure of every head, and the role it has.
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Errors: those of opening and running the model; no such attention.
[[nodiscard]] CommandResult runHeadsCommand(CommandContext& context);

} // namespace headlight
