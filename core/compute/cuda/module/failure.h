// What went wrong, in words, for the thread that asked.
#pragma once

#include "core/compute/cuda/module_api.h"

namespace headlight::cuda {

/// Keeps a sentence (printf's format) for failureText() of this thread and gives `status` back.
[[gnu::format(printf, 2, 3)]] Status fail(Status status, const char* format, ...);
[[nodiscard]] const char* failureText();

} // namespace headlight::cuda

/// Returns from the enclosing function with a Status that is not Ok.
#define HEADLIGHT_DEVICE(expression)                                                                         \
    do {                                                                                                     \
        const ::headlight::cuda::Status headlight_status = (expression);                                     \
        if (headlight_status != ::headlight::cuda::Status::Ok)                                               \
            return headlight_status;                                                                         \
    } while (false)
