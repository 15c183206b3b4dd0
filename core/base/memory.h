// How much memory there is, asked before something large is built rather than after the system has killed us.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace headlight {

/// Bytes a program may still allocate without swapping (Linux: MemAvailable, and the process's address-space limit);
/// nothing where the system does not say.
[[nodiscard]] std::optional<std::uint64_t> availableMemory();

/// Bytes of memory the process occupies (Linux: VmRSS, the mapped pages of model files included); nothing where nobody says.
[[nodiscard]] std::optional<std::uint64_t> usedMemory();

/// "2.4 GB", "310 MB", "12 KB": decimal units, two significant digits and more.
[[nodiscard]] std::string byteText(double bytes);

/// A Memory Error ("this dump needs 3.1 GB, 2.0 GB are free") when `bytes` are more than there is; asks for 64 MB
/// and more only.
[[nodiscard]] Result<void> checkMemory(double bytes, std::string_view what, std::string next_step = {});

/// What a person hears when an allocation failed.
[[nodiscard]] Error outOfMemory();

/// Thrown by a backend's operations, which return nothing: its device has no memory left, or is gone. Whoever is ready for
/// an allocation that fails is ready for this.
class BackendFailure : public std::bad_alloc {
public:
    explicit BackendFailure(Error error) : error_(std::make_shared<const Error>(std::move(error))) {}
    [[nodiscard]] const Error& error() const { return *error_; }
    [[nodiscard]] const char* what() const noexcept override { return error_->summary.c_str(); }

private:
    std::shared_ptr<const Error> error_; // exceptions are copied, and copying one must not fail
};

/// Runs `work`, which returns a Result: an allocation that fails inside, in whichever thread of a pool, becomes a Memory
/// Error, a device that fails the Error it throws. Stands where the engine begins, so that nothing below needs to think of it.
template <class Work>
[[nodiscard]] auto guardMemory(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const BackendFailure& failure) {
        return failure.error();
    } catch (const std::bad_alloc&) {
        return outOfMemory();
    }
}

} // namespace headlight
