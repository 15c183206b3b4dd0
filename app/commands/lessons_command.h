// headlight lessons: lists lessons, or checks lesson files.
#pragma once

#include "app/commands/context.h"

namespace headlight {

[[nodiscard]] CommandResult runLessonsCommand(CommandContext& context);

} // namespace headlight
