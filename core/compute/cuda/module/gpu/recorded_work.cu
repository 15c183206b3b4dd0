// Pieces of work as CUDA graphs: recorded from the stream, updated from step to step, launched at once.
#include "core/compute/cuda/module/gpu/raw_device_state.h"

namespace headlight::cuda {

void dropRecording(RawDevice::State& state) {
    if (!state.recording)
        return;
    state.recording = false;
    state.dropped = true;
    state.graphs_usable = false;
    cudaGraph_t graph = nullptr;
    if (cudaStreamEndCapture(state.stream, &graph) == cudaSuccess && graph != nullptr)
        cudaGraphDestroy(graph);
    cudaGetLastError();
}

namespace {

/// Launches a recorded graph. An executable one is kept for each number of nodes: the next step of a
/// generation is the same graph with other pointers and sizes, and taking those over costs a fraction of
/// making it executable anew.
Status launchGraph(RawDevice::State& state, cudaGraph_t graph) {
    constexpr std::size_t kMostGraphs = 16;
    std::size_t n_nodes = 0;
    HEADLIGHT_DEVICE(
        checkCall(state, cudaGraphGetNodes(graph, nullptr, &n_nodes), "a recorded piece of work"));
    if (n_nodes == 0)
        return Status::Ok;
    if (state.graphs.size() >= kMostGraphs && state.graphs.count(n_nodes) == 0) {
        HEADLIGHT_DEVICE(
            checkCall(state, cudaGraphExecDestroy(state.graphs.begin()->second), "a piece of work"));
        state.graphs.erase(state.graphs.begin());
    }
    cudaGraphExec_t& executable = state.graphs[n_nodes];
    if (executable != nullptr) {
        cudaGraphExecUpdateResultInfo info{};
        if (cudaGraphExecUpdate(executable, graph, &info) != cudaSuccess) { // other kernels
            cudaGetLastError();
            cudaGraphExecDestroy(executable);
            executable = nullptr;
        }
    }
    if (executable == nullptr)
        if (const cudaError_t error = cudaGraphInstantiate(&executable, graph, 0); error != cudaSuccess) {
            executable = nullptr;
            return checkCall(state, error, "a recorded piece of work");
        }
    return checkCall(state, cudaGraphLaunch(executable, state.stream), "a recorded piece of work");
}

} // namespace

/// Relaxed: other threads of the program, and drivers of screens, may do with CUDA what they like meanwhile.
/// The first pieces run as they come: kernels are loaded and memory is taken, neither of which belongs into a
/// recording.
Status RawDevice::beginRecording() {
    constexpr unsigned kWarmUp = 3;
    if (state_->recording || !state_->graphs_usable || ++state_->n_pieces <= kWarmUp)
        return Status::Ok;
    if (cudaStreamBeginCapture(state_->stream, cudaStreamCaptureModeRelaxed) != cudaSuccess) {
        cudaGetLastError();
        state_->graphs_usable = false; // one launch after the other, then
        return Status::Ok;
    }
    state_->recording = true;
    return Status::Ok;
}

Status RawDevice::handOver() {
    if (state_->dropped)
        return fail(Status::Failed, "a part of this step could not be handed to the GPU");
    if (!state_->recording)
        return Status::Ok;
    cudaGraph_t graph = nullptr;
    const cudaError_t error = cudaStreamEndCapture(state_->stream, &graph);
    state_->recording = false;
    if (error != cudaSuccess) {
        state_->dropped = true;
        state_->graphs_usable = false;
        return checkCall(*state_, error, "recording a piece of work");
    }
    const Status status = launchGraph(*state_, graph);
    state_->dropped = status != Status::Ok;
    cudaGraphDestroy(graph);
    return status;
}

Status RawDevice::endRecording() {
    const Status status = handOver();
    state_->dropped = false;
    return status;
}

} // namespace headlight::cuda
