// Memory for floats: 64-byte aligned, huge pages asked for where it is large (first touch is three times as fast).
#pragma once

#include <cstddef>
#include <memory>

namespace headlight::cpu {

struct ReleaseAligned {
    void operator()(float* pointer) const;
};
using AlignedFloats = std::unique_ptr<float[], ReleaseAligned>;

/// `n` uninitialised floats; null when there is not enough memory or the size overflows.
[[nodiscard]] AlignedFloats allocateAligned(std::size_t n);

/// What a thread keeps between calls so that a pass does not allocate. Contents do not survive from call to call.
enum class ScratchUse { PackedRows, ProductTile, PackedKeys, PackedValues, Scores, Weights, Gathered, Pooled, Count };

/// At least `n` floats of the calling thread, valid until its next call with the same use.
/// Throws std::bad_alloc when there is not enough memory.
[[nodiscard]] float* threadScratch(ScratchUse use, std::size_t n);

} // namespace headlight::cpu
