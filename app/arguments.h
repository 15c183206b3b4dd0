// The command line, parsed and checked as far as that goes without opening anything.
#pragma once

#include "app/options.h"

#include <string>
#include <variant>

namespace headlight {

/// The command line asked for nothing to be run: help, the version, or bad usage.
struct ParseEnd {
    int exit_code = 0;
    std::string output; ///< for standard output, ends with \n
    std::string error;  ///< for standard error, one line, empty when all is well
};

/// What to do, or why to stop at once. Bad usage ends with kExitUsage and a line that says what to write instead.
[[nodiscard]] std::variant<Options, ParseEnd> parseArguments(int argc, const char* const* argv);

} // namespace headlight
