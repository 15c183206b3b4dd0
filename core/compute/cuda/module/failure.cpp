#include "core/compute/cuda/module/failure.h"

#include <cstdarg>
#include <cstdio>

namespace headlight::cuda {

namespace {
thread_local char text[512] = "";
}

Status fail(Status status, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return status;
}

const char* failureText() {
    return text;
}

} // namespace headlight::cuda
