// The program: command line in, exit code out.
#pragma once

namespace headlight {

/// Parses, runs the command or the window, reports errors. See COMMAND_LINE.md for the exit codes.
int runApplication(int argc, char** argv);

} // namespace headlight
