// headlight lessons NAME --pdf: a lesson on paper.
#pragma once

#include "app/commands/context.h"

namespace headlight {

/// Plays the lesson in a window that nobody sees and prints it as the window does. Errors: no such lesson or model, those
/// of reading the lesson, of its texts and of writing, cancelled.
[[nodiscard]] CommandResult runLessonPdfCommand(CommandContext& context);

} // namespace headlight
