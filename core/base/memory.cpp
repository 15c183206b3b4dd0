#include "core/base/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace headlight {

namespace {

/// The kB figure behind `key` in a file of /proc, in bytes.
std::optional<std::uint64_t> procFigure(const char* path, const char* key) {
    std::FILE* const file = std::fopen(path, "re");
    if (file == nullptr)
        return std::nullopt;
    char line[256];
    std::optional<std::uint64_t> bytes;
    const std::size_t length = std::strlen(key);
    while (!bytes && std::fgets(line, sizeof line, file) != nullptr) {
        unsigned long long kilobytes = 0;
        if (std::strncmp(line, key, length) == 0 && std::sscanf(line + length, ": %llu", &kilobytes) == 1)
            bytes = kilobytes * 1024;
    }
    std::fclose(file);
    return bytes;
}

} // namespace

std::optional<std::uint64_t> availableMemory() {
    std::optional<std::uint64_t> available = procFigure("/proc/meminfo", "MemAvailable");
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        const std::uint64_t used = procFigure("/proc/self/status", "VmSize").value_or(0);
        const std::uint64_t left = limit.rlim_cur > used ? limit.rlim_cur - used : 0;
        available = std::min(available.value_or(left), left);
    }
    return available;
}

std::optional<std::uint64_t> usedMemory() { return procFigure("/proc/self/status", "VmRSS"); }

std::string byteText(double bytes) {
    static constexpr const char* kUnits[] = {"bytes", "KB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    while (bytes >= 1000.0 && unit + 1 < std::size(kUnits)) {
        bytes /= 1000.0;
        ++unit;
    }
    char text[48];
    std::snprintf(text, sizeof text, unit > 0 && bytes < 10.0 ? "%.1f %s" : "%.0f %s", bytes, kUnits[unit]);
    return text;
}

Error outOfMemory() {
    return makeError(ErrorKind::Memory, "there is not enough memory for this").nextStep("Try a shorter text or a smaller model");
}

Result<void> checkMemory(double bytes, std::string_view what, std::string next_step) {
    constexpr double kWorthAsking = 64e6; // asking costs a system call; what is smaller fits or fails at once
    if (bytes < kWorthAsking)
        return {};
    const auto available = availableMemory();
    if (!available || bytes <= double(*available))
        return {};
    return makeError(ErrorKind::Memory, std::string(what) + " needs " + byteText(bytes) + " of memory and " +
                                            byteText(double(*available)) + " are free")
        .nextStep(std::move(next_step));
}

} // namespace headlight
