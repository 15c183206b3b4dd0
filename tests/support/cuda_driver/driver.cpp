// A driver as the CUDA runtime sees it, without a GPU behind it: as old, or as broken, as the environment
// says. The real module meets it in tests/app/tst_cuda_driver.cpp.
#include <cstdlib>
#include <string_view>

namespace {

int numberIn(const char* name, int otherwise) {
    const char* const text = std::getenv(name);
    return text != nullptr ? std::atoi(text) : otherwise;
}

/// What every function says; 100 is CUDA_ERROR_NO_DEVICE.
int answer() {
    return numberIn("HEADLIGHT_DRIVER_ANSWERS", 100);
}

template <class Function>
void* addressOf(Function* function) {
    return reinterpret_cast<void*>(function);
}

} // namespace

extern "C" {

int cuInit(unsigned) {
    return answer();
}

int cuDriverGetVersion(int* version) {
    *version = numberIn("HEADLIGHT_DRIVER_VERSION", 13000);
    return 0;
}

int cuGetProcAddress_v2(const char* name, void** function, int, unsigned long long, int* status) {
    const std::string_view asked = name;
    *function = asked == "cuInit"               ? addressOf(cuInit)
                : asked == "cuDriverGetVersion" ? addressOf(cuDriverGetVersion)
                : asked == "cuGetProcAddress"   ? addressOf(cuGetProcAddress_v2)
                                                : addressOf(answer);
    if (status != nullptr)
        *status = 0;
    return 0;
}

int cuGetProcAddress(const char* name, void** function, int version, unsigned long long flags) {
    return cuGetProcAddress_v2(name, function, version, flags, nullptr);
}
}
