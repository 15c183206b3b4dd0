// How much memory there is, asked before something large is built rather than after the system has killed us.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace headlight {

/// Bytes a program may still allocate without swapping (Linux: MemAvailable, and the process's address-space limit);
/// nothing where the system does not say.
[[nodiscard]] std::optional<std::uint64_t> availableMemory();

/// "2.4 GB", "310 MB", "12 KB": decimal units, two significant digits and more.
[[nodiscard]] std::string byteText(double bytes);

/// A Memory Error ("this dump needs 3.1 GB, 2.0 GB are free") when `bytes` are more than there is; asks for 64 MB
/// and more only.
[[nodiscard]] Result<void> checkMemory(double bytes, std::string_view what, std::string next_step = {});

/// What a person hears when an allocation failed.
[[nodiscard]] Error outOfMemory();

/// Runs `work`, which returns a Result: an allocation that fails inside, in whichever thread of a pool, becomes a Memory
/// Error. Stands where the engine begins, so that nothing below needs to think of it.
template <class Work>
[[nodiscard]] auto guardMemory(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return outOfMemory();
    }
}

} // namespace headlight
