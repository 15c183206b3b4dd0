#include "core/compute/backend.h"

namespace headlight {

namespace {

Error cannotRead() {
    return makeError(ErrorKind::Unsupported, "this backend cannot read its weights back")
        .nextStep("Use --backend cpu to look at weights");
}

} // namespace

Result<void> LinearWeights::read(const WeightBlock&, std::span<float>) const {
    return cannotRead();
}
Result<void> LinearWeights::readBiases(std::size_t, std::span<float>) const {
    return cannotRead();
}

} // namespace headlight
