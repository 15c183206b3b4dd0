#include "app/output.h"

#include <utf8proc.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace headlight {

namespace {

/// Writes all of `text`; the errno of the failure, or 0.
int writeAll(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

void appendEscaped(std::string& out, unsigned char byte) {
    switch (byte) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02X", byte);
    out += escape;
}

/// Characters that move the cursor, reverse the text or break the line: C0 and C1 controls, line and paragraph
/// separators, direction marks.
bool disturbsTerminal(utf8proc_int32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x2028 || code_point == 0x2029 ||
           (code_point >= 0x202a && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069);
}

/// Whether the terminal's current line is one of showProgress. A process has one terminal.
std::atomic<bool> progress_shown{false};

constexpr std::string_view kEraseLine = "\r\x1b[K";

} // namespace

Result<void> Output::flush() {
    clearProgress();
    const std::string text = std::exchange(pending_, {});
    const int problem = writeAll(STDOUT_FILENO, text);
    if (problem == 0)
        return {};
    return makeError(ErrorKind::File, std::string("cannot write to standard output: ") + std::strerror(problem))
        .because(problem == ENOSPC ? "The disk it goes to is full" : "Whatever reads it is gone or cannot take it")
        .nextStep("Send it to another file or program; what came so far is not the whole answer");
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        utf8proc_int32_t code_point = -1;
        const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
        const utf8proc_ssize_t length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        const std::size_t step = length > 0 ? static_cast<std::size_t>(length) : 1;
        if (length > 0 && !disturbsTerminal(code_point))
            out.append(text.substr(0, step));
        else
            for (const char byte : text.substr(0, step))
                appendEscaped(out, static_cast<unsigned char>(byte));
        text.remove_prefix(step);
    }
    return out;
}

bool isValidUtf8(std::string_view text) {
    while (!text.empty()) {
        utf8proc_int32_t code_point = -1;
        const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
        const utf8proc_ssize_t length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        if (length <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return true;
}

void reportError(std::string_view message) {
    clearProgress();
    // Standard error is the last resort: where it cannot be written either, the exit code still tells.
    (void)writeAll(STDERR_FILENO, "headlight: " + printable(message) + "\n");
}

bool canShowProgress() {
    const char* const terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal && *terminal && std::string_view(terminal) != "dumb";
}

void showProgress(std::string_view what) {
    constexpr std::size_t narrowest = 72; // a line that wraps could not be erased
    std::string line = "headlight: " + printable(what);
    line.resize(std::min(line.size(), narrowest));
    progress_shown = true;
    (void)writeAll(STDERR_FILENO, std::string(kEraseLine) + line);
}

void clearProgress() {
    if (progress_shown.exchange(false))
        (void)writeAll(STDERR_FILENO, kEraseLine);
}

} // namespace headlight
