#include "app/commands/run_command.h"

#include "app/commands/run_report.h"
#include "app/forward.h"

#include <chrono>

namespace headlight {

CommandResult runRunCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, openModel(options.model, context.control));
    HEADLIGHT_ASSIGN(const ModelInput input, prepareInput(*model, options.text, context.input));
    const auto begin = std::chrono::steady_clock::now();
    HEADLIGHT_CHECK(runAndUse(*model, input, context, [&](const Model& usable, const Forward& forward) -> Result<void> {
        HEADLIGHT_ASSIGN(const RunReport report, makeRunReport(usable, forward, options.n_top, options.position, context.control));
        const double milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
        context.output.write(options.json ? runReportJson(usable, forward, report) + "\n"
                                          : runReportText(usable, forward, report, milliseconds));
        return {};
    }));
    return kExitOk;
}

} // namespace headlight
