// What a GPU through the CUDA runtime keeps.
#pragma once

#include "core/compute/cuda/module/gpu/platform.h"

#include <cublas_v2.h>

#include <cstddef>
#include <map>

namespace headlight::cuda {

struct RawDevice::State {
    int index = 0;
    cudaStream_t stream = nullptr;
    cublasHandle_t cublas = nullptr;
    void* workspace = nullptr; ///< cuBLAS's own would be allocated while work runs
    std::size_t shared_bytes = 0;
    unsigned processors = 1;
    bool recording = false;
    bool dropped = false; ///< a part of this piece of work failed, so none of it runs
    bool graphs_usable = true;
    unsigned n_pieces = 0;
    std::map<std::size_t, cudaGraphExec_t> graphs; ///< by their number of nodes
    bool lost = false;
    char lost_because[256] = "";
};

/// What a CUDA call answered, as a Status with its sentence; a recording ends where one fails.
[[nodiscard]] Status checkCall(RawDevice::State& state, cudaError_t error, const char* what);
/// Ends a recording of which a part has failed. The operation that failed says so, whoever asked for it; that
/// nothing of the rest runs is told to all until the piece of work ends.
void dropRecording(RawDevice::State& state);

} // namespace headlight::cuda
