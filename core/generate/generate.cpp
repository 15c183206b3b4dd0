#include "core/generate/generate.h"

namespace headlight {

Result<Generation> generate(const Model&, const ModelInput&, const GenerateOptions&, const RunControl&) {
    return makeError(ErrorKind::Unsupported, "generation is not available yet");
}

} // namespace headlight
