// Where a model's device fails, the same is computed on the CPU, and a sentence says so.
#pragma once

#include "core/base/memory.h"
#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/model/model.h"

#include <string>

namespace headlight {

/// Whether another backend may succeed where this error came up: the device has no memory left or fails, and
/// the backend has one to fall back on.
[[nodiscard]] bool mayFallBack(const ComputeBackend& backend, const Error& error);

/// "the GPU could not compute this, so the CPU did: ..."
[[nodiscard]] std::string fallbackNotice(const Error& error);

/// Runs `work(model)`, waits until its device has finished, and where that fails runs it with
/// `model.fallback()` instead; `notice` then says why. Errors: those of `work`, of loading the model again.
template <class Work>
[[nodiscard]] auto withFallback(const Model& model, const RunControl& control, std::string& notice,
                                const Work& work) -> decltype(work(model)) {
    using Outcome = decltype(work(model));
    auto outcome = guardMemory([&]() -> Outcome {
        Outcome done = work(model);
        if (done.ok())
            model.backend().finish();
        return done;
    });
    if (outcome.ok() || !mayFallBack(model.backend(), outcome.error()))
        return outcome;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> other, model.fallback(control));
    notice = fallbackNotice(outcome.error());
    return guardMemory([&] { return work(*other); });
}

} // namespace headlight
