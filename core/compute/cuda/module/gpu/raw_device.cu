// A GPU through the CUDA runtime and cuBLAS: plain allocations, one stream, every status checked.
#include "core/compute/cuda/module/gpu/raw_device_state.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace headlight::cuda {

namespace {

/// Enough for every product of cuBLAS on the GPUs of today, as its documentation recommends for the largest
/// of them.
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

Status lost(RawDevice::State& state, const char* why) {
    if (!state.lost)
        std::snprintf(state.lost_because, sizeof state.lost_because, "%s", why);
    state.lost = true;
    return fail(Status::DeviceLost, "the GPU has stopped working (%s)", state.lost_because);
}

} // namespace

Status checkCall(RawDevice::State& state, cudaError_t error, const char* what) {
    if (error == cudaSuccess)
        return Status::Ok;
    cudaGetLastError(); // what can be forgotten is
    dropRecording(state);
    if (error == cudaErrorMemoryAllocation)
        return fail(Status::OutOfMemory, "the GPU has not enough memory left");
    // An error that stays is the context's end; asking it to finish tells.
    if (cudaStreamSynchronize(state.stream) != cudaSuccess)
        return lost(state, cudaGetErrorString(error));
    return fail(Status::Failed, "the GPU refused %s: %s", what, cudaGetErrorString(error));
}

namespace {

Status checkCublas(RawDevice::State& state, cublasStatus_t status, const char* what) {
    if (status == CUBLAS_STATUS_SUCCESS)
        return Status::Ok;
    dropRecording(state);
    if (status == CUBLAS_STATUS_ALLOC_FAILED) {
        cudaGetLastError();
        return fail(Status::OutOfMemory, "the GPU has not enough memory left for cuBLAS");
    }
    if (const cudaError_t error = cudaStreamSynchronize(state.stream); error != cudaSuccess)
        return lost(state, cudaGetErrorString(error));
    return fail(Status::Failed, "cuBLAS failed at %s (%s)", what, cublasGetStatusString(status));
}

/// Why there is no device, in words.
Status noDevice(cudaError_t error) {
    int driver = 0;
    int runtime = 0;
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    if (driver == 0)
        return fail(Status::NoDriver, "no NVIDIA driver is installed");
    if (error == cudaErrorInsufficientDriver || driver / 1000 < runtime / 1000)
        return fail(Status::OldDriver,
                    "the NVIDIA driver is too old: it knows CUDA %d.%d, this build needs %d.%d",
                    driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
    if (error == cudaErrorNoDevice || error == cudaErrorInvalidDevice)
        return fail(Status::NoDevice, "there is no NVIDIA GPU");
    if (error == cudaErrorNoKernelImageForDevice)
        return fail(Status::Failed, "this build has no code for the GPU that is there");
    if (error == cudaErrorMemoryAllocation)
        return fail(Status::OutOfMemory, "the GPU's memory is taken by others");
    return fail(Status::Failed, "the GPU cannot be used: %s", cudaGetErrorString(error));
}

__global__ void doNothing() {}

Status openState(int index, RawDevice::State& state, DeviceInfo& info) {
    int count = 0;
    if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess || index >= count)
        return noDevice(error != cudaSuccess ? error : cudaErrorNoDevice);
    state.index = index;
    cudaDeviceProp properties{};
    int shared = 0;
    cudaError_t error = cudaSetDevice(index);
    if (error == cudaSuccess)
        error = cudaGetDeviceProperties(&properties, index);
    if (error == cudaSuccess)
        error = cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, index);
    if (error == cudaSuccess)
        error = cudaStreamCreateWithFlags(&state.stream, cudaStreamNonBlocking);
    if (error == cudaSuccess) { // whether there is code for this GPU shows when the first kernel runs
        doNothing<<<1, 1, 0, state.stream>>>();
        error = cudaGetLastError();
    }
    if (error == cudaSuccess)
        error = cudaStreamSynchronize(state.stream);
    if (error == cudaSuccess)
        error = cudaMalloc(&state.workspace, kWorkspaceBytes);
    if (error == cudaSuccess)
        error = cudaMemGetInfo(&info.free_bytes, &info.total_bytes);
    if (error != cudaSuccess)
        return noDevice(error);
    state.shared_bytes = static_cast<std::size_t>(shared);
    state.processors = static_cast<unsigned>(properties.multiProcessorCount);
    std::snprintf(info.name, sizeof info.name, "%.127s", properties.name);
    const char* const graphs = std::getenv("HEADLIGHT_CUDA_GRAPHS"); // to measure what they are worth
    state.graphs_usable = graphs == nullptr || std::string_view(graphs) != "off";
    info.major = properties.major;
    info.minor = properties.minor;
    cudaDriverGetVersion(&info.driver);
    HEADLIGHT_DEVICE(checkCublas(state, cublasCreate(&state.cublas), "starting"));
    HEADLIGHT_DEVICE(checkCublas(state, cublasSetStream(state.cublas, state.stream), "starting"));
    return checkCublas(state, cublasSetWorkspace(state.cublas, state.workspace, kWorkspaceBytes), "starting");
}

struct ProductTypes {
    cudaDataType operands;
    cublasComputeType_t compute;
};
ProductTypes typesOf(Number number) {
    switch (number) {
    case Number::TF32:
        return {CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32};
    case Number::F16:
        return {CUDA_R_16F, CUBLAS_COMPUTE_32F};
    case Number::BF16:
        return {CUDA_R_16BF, CUBLAS_COMPUTE_32F};
    case Number::F32:
        break;
    }
    return {CUDA_R_32F, CUBLAS_COMPUTE_32F};
}

} // namespace

RawDevice::RawDevice()
    : state_(std::make_unique<State>()) {}

Status RawDevice::open(int index, std::unique_ptr<RawDevice>& device, DeviceInfo& info) {
    std::unique_ptr<RawDevice> opened(new RawDevice);
    HEADLIGHT_DEVICE(openState(index, *opened->state_, info));
    device = std::move(opened);
    return Status::Ok;
}

RawDevice::~RawDevice() {
    if (state_->lost)
        return; // nothing of it can be given back any more
    cudaSetDevice(state_->index);
    dropRecording(*state_);
    if (state_->stream != nullptr)
        cudaStreamSynchronize(state_->stream);
    for (const auto& [n_nodes, graph] : state_->graphs)
        cudaGraphExecDestroy(graph);
    if (state_->cublas != nullptr)
        cublasDestroy(state_->cublas);
    cudaFree(state_->workspace);
    if (state_->stream != nullptr)
        cudaStreamDestroy(state_->stream);
    cudaGetLastError();
}

Status RawDevice::enter() {
    if (state_->lost)
        return fail(Status::DeviceLost, "the GPU has stopped working (%s)", state_->lost_because);
    return checkCall(*state_, cudaSetDevice(state_->index), "choosing it");
}

Status RawDevice::memory(std::size_t& free_bytes, std::size_t& total_bytes) {
    return checkCall(*state_, cudaMemGetInfo(&free_bytes, &total_bytes), "telling its memory");
}

Status RawDevice::allocate(std::size_t bytes, void** memory) {
    HEADLIGHT_DEVICE(handOver());
    const cudaError_t error = cudaMalloc(memory, bytes);
    if (error == cudaErrorMemoryAllocation) {
        cudaGetLastError();
        std::size_t free_bytes = 0;
        std::size_t total_bytes = 0;
        cudaMemGetInfo(&free_bytes, &total_bytes);
        return fail(Status::OutOfMemory,
                    "the GPU has not enough memory left: %zu MB are needed, %zu of %zu MB are free",
                    bytes / 1000000, free_bytes / 1000000, total_bytes / 1000000);
    }
    return checkCall(*state_, error, "memory");
}

void RawDevice::release(void* memory) {
    if (memory == nullptr || state_->lost)
        return;
    (void)handOver(); // what is recorded may still use it; a failure shows at the next call
    if (!state_->lost)
        (void)checkCall(*state_, cudaFree(memory), "taking memory back");
}

namespace {

/// Rows that lie close together go as one piece: a row of a two-dimensional copy has to be shorter than 2 GB.
Status copyRows(RawDevice::State& state, ConstPitched from, Pitched to, std::size_t width, std::size_t height,
                cudaMemcpyKind kind) {
    const bool dense = height == 1 || (from.pitch == width && to.pitch == width);
    const cudaError_t error = dense ? cudaMemcpyAsync(to.data, from.data, width * height, kind, state.stream)
                                    : cudaMemcpy2DAsync(to.data, to.pitch, from.data, from.pitch, width,
                                                        height, kind, state.stream);
    return checkCall(state, error, "a copy");
}

} // namespace

// A buffer of the program may be used again as soon as a copy has returned, whatever memory it lies in: hence
// the waiting.
Status RawDevice::toDevice(ConstPitched host, Pitched to, std::size_t width, std::size_t height) {
    HEADLIGHT_DEVICE(handOver());
    HEADLIGHT_DEVICE(copyRows(*state_, host, to, width, height, cudaMemcpyHostToDevice));
    return synchronize();
}

Status RawDevice::toHost(ConstPitched from, Pitched host, std::size_t width, std::size_t height) {
    HEADLIGHT_DEVICE(handOver());
    HEADLIGHT_DEVICE(copyRows(*state_, from, host, width, height, cudaMemcpyDeviceToHost));
    return synchronize();
}

Status RawDevice::onDevice(ConstPitched from, Pitched to, std::size_t width, std::size_t height) {
    return copyRows(*state_, from, to, width, height, cudaMemcpyDeviceToDevice);
}

/// Row-major matrices are cuBLAS's column-major ones turned around: output^T [n_out, n_rows] = weight
/// input^T.
Status RawDevice::multiply(const Product& p) {
    if (std::max({p.n_rows, p.n_in, p.n_out, p.input_stride, p.output_stride}) > INT_MAX)
        return fail(Status::Unsupported, "this product is too large for cuBLAS: %zu x %zu x %zu", p.n_rows,
                    p.n_in, p.n_out);
    const ProductTypes types = typesOf(p.number);
    const float alpha = 1.0f;
    const float beta = p.accumulate ? 1.0f : 0.0f;
    const auto size = [](std::size_t n) { return static_cast<int>(n); };
    return checkCublas(*state_,
                       cublasGemmEx(state_->cublas, CUBLAS_OP_T, CUBLAS_OP_N, size(p.n_out), size(p.n_rows),
                                    size(p.n_in), &alpha, p.weight, types.operands, size(p.n_in), p.input,
                                    types.operands, size(std::max(p.input_stride, p.n_in)), &beta, p.output,
                                    CUDA_R_32F, size(std::max(p.output_stride, p.n_out)), types.compute,
                                    CUBLAS_GEMM_DEFAULT),
                       "a product");
}

Status RawDevice::synchronize() {
    HEADLIGHT_DEVICE(handOver());
    return checkCall(*state_, cudaStreamSynchronize(state_->stream), "finishing");
}

std::size_t RawDevice::roundedUp(std::size_t bytes) const {
    constexpr std::size_t kLarge = std::size_t{2} << 20;
    const std::size_t step = bytes < kLarge ? 512 : kLarge;
    return std::max<std::size_t>(1, (bytes + step - 1) / step) * step;
}

std::size_t RawDevice::sharedBytesOfBlock() const {
    return state_->shared_bytes;
}
unsigned RawDevice::processors() const {
    return state_->processors;
}

cudaStream_t streamOf(RawDevice& device) {
    return device.state().stream;
}

Status checkCall(RawDevice& device, cudaError_t error, const char* what) {
    return checkCall(device.state(), error, what);
}

} // namespace headlight::cuda
