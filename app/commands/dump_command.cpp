#include "app/commands/dump_command.h"

#include "app/argument_values.h"
#include "app/describe.h"
#include "app/forward.h"
#include "core/model/dump_run.h"

#include <algorithm>

namespace headlight {

CommandResult runDumpCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, openModel(options.model, context.control));
    const ModelSpec& spec = model->spec();
    const std::size_t n_layers = std::max(spec.encoder ? spec.encoder->n_layers : 0, spec.decoder ? spec.decoder->n_layers : 0);
    DumpOptions dump_options;
    dump_options.parts = options.dump.parts;
    HEADLIGHT_ASSIGN(dump_options.layers, selectLayers(options.dump.layers, n_layers));
    HEADLIGHT_ASSIGN(const ModelInput input, prepareInput(*model, options.text, context.input));
    HEADLIGHT_CHECK(runAndUse(*model, input, context, [&](const Model& usable, const Forward& forward) {
        if (!forward.changes.empty())
            dump_options.extra_metadata["changes"] = changesJson(forward.changes).dump();
        dump_options.extra_metadata["target_source"] = targetSourceName(forward.target_source);
        return dumpRun(options.out, usable, forward.run, dump_options, context.control);
    }));
    return kExitOk;
}

} // namespace headlight
