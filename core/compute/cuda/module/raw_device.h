// The few things the module asks of a GPU. gpu/ does them with CUDA; the tests have a second implementation
// that runs the same kernels on the processor.
#pragma once

#include "core/compute/cuda/module_api.h"

#include <memory>

namespace headlight::cuda {

/// output [n_rows, n_out] = input [n_rows, n_in] weight^T (+ output), weight [n_out, n_in]; input and weight
/// of `number`.
struct Product {
    const void* weight;
    const void* input;
    std::size_t input_stride;
    float* output;
    std::size_t output_stride;
    std::size_t n_rows;
    std::size_t n_in;
    std::size_t n_out;
    Number number;
    bool accumulate;
};

/// Rectangles of bytes.
struct Pitched {
    void* data;
    std::size_t pitch; ///< bytes from row to row
};
struct ConstPitched {
    const void* data;
    std::size_t pitch;
};

/// Not safe from several threads at once. Once lost, a device answers everything with DeviceLost.
class RawDevice {
public:
    static Status open(int index, std::unique_ptr<RawDevice>& device, DeviceInfo& info);
    ~RawDevice();
    RawDevice(const RawDevice&) = delete;
    RawDevice& operator=(const RawDevice&) = delete;

    /// Before calls from a thread.
    Status enter();
    Status memory(std::size_t& free_bytes, std::size_t& total_bytes);
    /// What an allocation of `bytes` is best rounded up to, so that it serves others of about that size.
    [[nodiscard]] std::size_t roundedUp(std::size_t bytes) const;
    Status allocate(std::size_t bytes, void** memory);
    void release(void* memory);
    Status toDevice(ConstPitched host, Pitched to, std::size_t width, std::size_t height); ///< done on return
    Status toHost(ConstPitched from, Pitched host, std::size_t width, std::size_t height); ///< done on return
    Status onDevice(ConstPitched from, Pitched to, std::size_t width, std::size_t height);
    Status multiply(const Product& product);
    Status synchronize();

    /// May keep launches, copies on the device and products from here on, and hand them over at once in
    /// endRecording() or before whatever cannot be kept: copies from and to the host, memory taken or given
    /// back, waiting. Every beginning has its end.
    Status beginRecording();
    Status endRecording();

    [[nodiscard]] std::size_t sharedBytesOfBlock() const; ///< most a block may ask for
    [[nodiscard]] unsigned processors() const;            ///< streaming multiprocessors

    struct State;
    [[nodiscard]] State& state() { return *state_; }

private:
    RawDevice();
    /// What is kept goes to the device now.
    Status handOver();
    std::unique_ptr<State> state_;
};

/// How a kernel is started; platform.h has launch(RawDevice&, kernel, Launch, arguments).
struct Launch {
    std::size_t blocks;
    unsigned threads;
    std::size_t shared_bytes = 0;
};

} // namespace headlight::cuda
