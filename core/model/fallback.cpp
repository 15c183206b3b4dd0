#include "core/model/fallback.h"

#include "core/model/model_state.h"

namespace headlight {

bool mayFallBack(const ComputeBackend& backend, const Error& error) {
    return backend.fallback() != nullptr &&
           (error.kind == ErrorKind::Memory || error.kind == ErrorKind::Backend);
}

std::string fallbackNotice(const Error& error) {
    return "the GPU could not compute this, so the CPU did: " + error.summary;
}

Result<std::shared_ptr<const Model>> Model::fallback(const RunControl& control) const {
    const std::lock_guard lock(state_->fallback_mutex);
    if (state_->fallback)
        return state_->fallback;
    const BackendPtr backend = state_->backend->fallback();
    if (!backend)
        return makeError(ErrorKind::Backend,
                         "this model computes on " + std::string(state_->backend->name()) + " or not at all");
    HEADLIGHT_ASSIGN(std::shared_ptr<const Model> other, load(state_->folder, backend, control));
    if (other->identityHash() != state_->identity_hash)
        return makeError(ErrorKind::Weights, "the model's files have changed since it was loaded")
            .inFile(state_->folder.string())
            .nextStep("Open the model again");
    state_->fallback = std::move(other);
    return state_->fallback;
}

} // namespace headlight
