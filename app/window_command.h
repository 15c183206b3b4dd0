// No command: the window.
#pragma once

#include "app/options.h"

namespace headlight {

/// Opens the window and returns its exit code. Says clearly, with kExitFailed, that there is no display, or that a file
/// cannot be opened; with kExitUsage, that a word is no command.
[[nodiscard]] int runWindowCommand(int argc, char** argv, const Options& options);

} // namespace headlight
