#include "core/compute/backend.h"

#include "core/base/memory.h"

namespace headlight {

std::string_view precisionName(ComputePrecision precision) {
    switch (precision) {
    case ComputePrecision::F32:
        return "F32";
    case ComputePrecision::TF32:
        return "TF32";
    case ComputePrecision::F16:
        return "F16";
    case ComputePrecision::BF16:
        return "BF16";
    }
    return "unknown";
}

Result<void> ComputeBackend::checkRoom(double bytes, std::string_view what, std::string next_step) const {
    return checkMemory(bytes, what, std::move(next_step));
}

std::optional<std::uint64_t> ComputeBackend::freeMemory() const {
    return availableMemory();
}

} // namespace headlight
