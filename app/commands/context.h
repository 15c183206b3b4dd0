// What every command works with.
#pragma once

#include "app/input.h"
#include "app/options.h"
#include "app/output.h"
#include "core/base/result.h"
#include "core/base/run_control.h"

#include <string>

namespace headlight {

struct CommandContext {
    const Options& options;
    Output& output;
    StandardInput& input;
    RunControl control; ///< stops at Ctrl-C
    std::string last_warning = {};

    /// "headlight: warning: ..." on standard error; nothing for an empty text or the same one again.
    void warn(const std::string& warning) {
        if (warning.empty() || warning == last_warning)
            return;
        last_warning = warning;
        reportError("warning: " + warning);
    }
};

/// A command returns its exit code, or the Error that the program reports before it exits with kExitFailed.
using CommandResult = Result<int>;

} // namespace headlight
