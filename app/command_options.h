// Every command and option of the command line, with its help.
#pragma once

#include "app/argument_checks.h"
#include "app/options.h"

namespace CLI {
class App;
}

namespace headlight {

/// Declares all commands on `app`; parsing then writes into `options` and `raw`, which must outlive it.
void defineCommands(CLI::App& app, Options& options, RawValues& raw);

} // namespace headlight
