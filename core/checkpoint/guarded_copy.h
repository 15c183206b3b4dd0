// memcpy from memory that may fault: the one place of the program that handles a signal.
#pragma once

#include <cstddef>

namespace headlight {

/// Keeps the SIGBUS handler installed while at least one of these lives; the previous handler returns with
/// the last.
class BusErrorGuard {
public:
    BusErrorGuard();
    ~BusErrorGuard();
    BusErrorGuard(const BusErrorGuard&) = delete;
    BusErrorGuard& operator=(const BusErrorGuard&) = delete;
};

/// Copies like memcpy; false when reading `source` raised SIGBUS (part of `target` may be written then).
/// A BusErrorGuard must be alive.
[[nodiscard]] bool guardedCopy(void* target, const void* source, std::size_t size);

} // namespace headlight
