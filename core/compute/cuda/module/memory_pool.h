// Blocks a pass has let go of, kept for the next: asking the driver for memory waits for all that runs, which
// would cost more than generating a word.
#pragma once

#include "core/compute/cuda/module/raw_device.h"

#include <map>
#include <unordered_map>

namespace headlight::cuda {

/// A block that comes back may be handed out again at once: the device does one thing after the other, in the
/// order asked.
class MemoryPool {
public:
    Status take(RawDevice& device, std::size_t bytes, void** memory);
    void give(RawDevice& device, void* memory);
    /// Lets go of all that is kept.
    void clear(RawDevice& device);
    [[nodiscard]] std::size_t keptBytes() const { return kept_bytes_; }
    /// Keeps at most this much.
    void setLimit(std::size_t bytes) { limit_ = bytes; }

private:
    std::unordered_map<void*, std::size_t> handed_out_; ///< to their capacity
    std::multimap<std::size_t, void*> kept_;            ///< by capacity
    std::size_t kept_bytes_ = 0;
    std::size_t limit_ = 0;
};

} // namespace headlight::cuda
