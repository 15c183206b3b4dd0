// A GPU that is none: its memory is the host's, its work is done at once, and it fails when it is told to.
//
// HEADLIGHT_CUDA_ON_CPU, read when a device is opened, holds words with commas between them:
//   no-driver, old-driver, no-device   opening fails this way
//   memory=N                           the device has N bytes (4 GB)
//   fail-allocation=N                  the N-th allocation, counted from 1, and the one after it fail: the
//   module tries
//                                      again once it has let go of what it keeps
//   lose-at=N                          the device is lost at its N-th operation
//   early=N                            kept work that has to be handed over before its piece ends: N times,
//   then
//                                      it fails
//   schedule=forward|reverse|random    which threads of a block go first (blocks.cpp)
#include "tests/support/cuda_on_cpu/platform.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headlight::cuda {

struct RawDevice::State {
    std::size_t total_bytes = std::size_t{4} << 30;
    std::size_t used_bytes = 0;
    std::size_t fail_allocation = 0; ///< 0: none
    std::size_t lose_at = 0;
    std::size_t n_allocations = 0;
    std::size_t n_operations = 0;
    bool lost = false;
    bool recording = false;
    std::size_t n_early = 0;
    std::size_t most_early = std::numeric_limits<std::size_t>::max();
    std::vector<std::function<void()>> recorded;
    std::unordered_map<void*, std::size_t> blocks;
};

namespace {

// What GPUs of the generations the module is built for all allow.
constexpr std::size_t kMostBlocks = 2147483647;
constexpr unsigned kMostThreads = 1024;
constexpr std::size_t kMostShared = 101376; // compute capability 8.6, 8.9 and 12.0
constexpr std::align_val_t kAlignment{256};

std::string wordsAsked() {
    const char* const asked = std::getenv("HEADLIGHT_CUDA_ON_CPU");
    return "," + std::string(asked != nullptr ? asked : "") + ",";
}

bool asks(const std::string& words, std::string_view word) {
    return words.find("," + std::string(word) + ",") != std::string::npos;
}

std::size_t numberOf(const std::string& words, std::string_view name, std::size_t otherwise) {
    const std::string key = "," + std::string(name) + "=";
    const std::size_t at = words.find(key);
    return at == std::string::npos ? otherwise : std::strtoull(words.c_str() + at + key.size(), nullptr, 10);
}

Status isLost() {
    return fail(Status::DeviceLost, "the GPU has stopped working (as it was told to)");
}

/// Counts an operation.
Status begin(RawDevice::State& state) {
    if (++state.n_operations == state.lose_at)
        state.lost = true;
    return state.lost ? isLost() : Status::Ok;
}

void copyRows(ConstPitched from, Pitched to, std::size_t width, std::size_t height) {
    for (std::size_t row = 0; row < height; ++row)
        std::memmove(static_cast<char*>(to.data) + row * to.pitch,
                     static_cast<const char*>(from.data) + row * from.pitch, width);
}

float operand(const void* numbers, std::size_t index, Number number) {
    switch (number) {
    case Number::F16:
        return f16ToF32(static_cast<const std::uint16_t*>(numbers)[index]);
    case Number::BF16:
        return bf16ToF32(static_cast<const std::uint16_t*>(numbers)[index]);
    case Number::TF32: // 10 bits of mantissa
        return bitsFloat((floatBits(static_cast<const float*>(numbers)[index]) + 0x1000u) & 0xffffe000u);
    case Number::F32:
        break;
    }
    return static_cast<const float*>(numbers)[index];
}

} // namespace

RawDevice::RawDevice()
    : state_(std::make_unique<State>()) {}

Status RawDevice::open(int index, std::unique_ptr<RawDevice>& device, DeviceInfo& info) {
    const std::string words = wordsAsked();
    if (asks(words, "no-driver"))
        return fail(Status::NoDriver, "no NVIDIA driver is installed");
    if (asks(words, "old-driver"))
        return fail(Status::OldDriver,
                    "the NVIDIA driver is too old: it knows CUDA 11.8, this build needs 13.0");
    if (asks(words, "no-device") || index != 0)
        return fail(Status::NoDevice, "there is no NVIDIA GPU");
    std::unique_ptr<RawDevice> opened(new RawDevice);
    State& state = *opened->state_;
    state.total_bytes = numberOf(words, "memory", state.total_bytes);
    state.fail_allocation = numberOf(words, "fail-allocation", 0);
    state.lose_at = numberOf(words, "lose-at", 0);
    state.most_early = numberOf(words, "early", state.most_early);
    std::snprintf(info.name, sizeof info.name, "no GPU, its kernels on the processor");
    info.major = 9;
    info.total_bytes = state.total_bytes;
    info.free_bytes = state.total_bytes;
    device = std::move(opened);
    return Status::Ok;
}

RawDevice::~RawDevice() {
    for (const auto& [memory, bytes] : state_->blocks)
        ::operator delete(memory, kAlignment);
}

Status RawDevice::enter() {
    return state_->lost ? isLost() : Status::Ok;
}

Status RawDevice::memory(std::size_t& free_bytes, std::size_t& total_bytes) {
    total_bytes = state_->total_bytes;
    free_bytes = state_->total_bytes - state_->used_bytes;
    return Status::Ok;
}

std::size_t RawDevice::roundedUp(std::size_t bytes) const {
    return bytes;
} // exact, for the address sanitizer

Status RawDevice::allocate(std::size_t bytes, void** memory) {
    HEADLIGHT_DEVICE(handOver());
    const std::size_t number = ++state_->n_allocations;
    const bool told = state_->fail_allocation > 0 &&
                      (number == state_->fail_allocation || number == state_->fail_allocation + 1);
    if (told || bytes > state_->total_bytes - state_->used_bytes)
        return fail(Status::OutOfMemory,
                    "the GPU has not enough memory left: %zu MB are needed, %zu of %zu MB are free",
                    bytes / 1000000, (state_->total_bytes - state_->used_bytes) / 1000000,
                    state_->total_bytes / 1000000);
    *memory = ::operator new(std::max<std::size_t>(bytes, 1), kAlignment);
    std::memset(*memory, 0xff, bytes); // NaN
    state_->blocks.emplace(*memory, bytes);
    state_->used_bytes += bytes;
    return Status::Ok;
}

void RawDevice::release(void* memory) {
    (void)handOver();
    const auto found = state_->blocks.find(memory);
    if (found == state_->blocks.end())
        return;
    state_->used_bytes -= found->second;
    state_->blocks.erase(found);
    ::operator delete(memory, kAlignment);
}

Status RawDevice::toDevice(ConstPitched host, Pitched to, std::size_t width, std::size_t height) {
    HEADLIGHT_DEVICE(handOver());
    return onDevice(host, to, width, height);
}
Status RawDevice::toHost(ConstPitched from, Pitched host, std::size_t width, std::size_t height) {
    HEADLIGHT_DEVICE(handOver());
    return onDevice(from, host, width, height);
}

Status RawDevice::onDevice(ConstPitched from, Pitched to, std::size_t width, std::size_t height) {
    HEADLIGHT_DEVICE(begin(*state_));
    doOrRecord(*this, [=] { copyRows(from, to, width, height); });
    return Status::Ok;
}

namespace {

void multiplyNow(const Product& p) {
    for (std::size_t row = 0; row < p.n_rows; ++row)
        for (std::size_t column = 0; column < p.n_out; ++column) {
            float sum = 0.0f;
            for (std::size_t k = 0; k < p.n_in; ++k)
                sum += operand(p.input, row * p.input_stride + k, p.number) *
                       operand(p.weight, column * p.n_in + k, p.number);
            float& output = p.output[row * p.output_stride + column];
            output = p.accumulate ? output + sum : sum;
        }
}

} // namespace

Status RawDevice::multiply(const Product& p) {
    HEADLIGHT_DEVICE(begin(*state_));
    doOrRecord(*this, [p] { multiplyNow(p); });
    return Status::Ok;
}

Status RawDevice::beginRecording() {
    state_->recording = true;
    return Status::Ok;
}

Status RawDevice::endRecording() {
    state_->recording = false; // nothing early about it
    return handOver();
}

Status RawDevice::handOver() {
    const bool early = state_->recording && !state_->recorded.empty();
    state_->recording = false;
    const std::vector<std::function<void()>> work = std::move(state_->recorded);
    state_->recorded.clear();
    for (const auto& one : work)
        one();
    if (early && ++state_->n_early > state_->most_early)
        return fail(Status::Failed, "a piece of work was handed over before its end");
    return state_->lost ? isLost() : Status::Ok;
}

void doOrRecord(RawDevice& device, std::function<void()> work) {
    if (device.state().recording)
        device.state().recorded.push_back(std::move(work));
    else
        work();
}

Status RawDevice::synchronize() {
    HEADLIGHT_DEVICE(handOver());
    return state_->lost ? isLost() : Status::Ok;
}

std::size_t RawDevice::sharedBytesOfBlock() const {
    return kMostShared;
}
unsigned RawDevice::processors() const {
    return 3;
} // few and odd, so that work is split unevenly

Status beginLaunch(RawDevice& device, const Launch& grid) {
    if (grid.blocks > kMostBlocks || grid.threads == 0 || grid.threads > kMostThreads ||
        grid.threads % 32 != 0 || grid.shared_bytes > kMostShared)
        return fail(Status::Unsupported,
                    "no GPU starts %zu blocks of %u threads with %zu bytes of shared memory", grid.blocks,
                    grid.threads, grid.shared_bytes);
    return begin(device.state());
}

} // namespace headlight::cuda
