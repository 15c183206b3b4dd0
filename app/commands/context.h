// What every command works with.
#pragma once

#include "app/input.h"
#include "app/options.h"
#include "app/output.h"
#include "core/base/result.h"
#include "core/base/run_control.h"

namespace headlight {

struct CommandContext {
    const Options& options;
    Output& output;
    StandardInput& input;
    RunControl control; ///< stops at Ctrl-C
};

/// A command returns its exit code, or the Error that the program reports before it exits with kExitFailed.
using CommandResult = Result<int>;

} // namespace headlight
