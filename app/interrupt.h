// Ctrl-C as a stop token.
#pragma once

#include <pthread.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace headlight {

/// While one lives, SIGINT and SIGTERM ask the computation to stop instead of killing the process, so that no
/// half-written file stays behind. A second signal ends the process at once. Make it before any other thread starts:
/// threads inherit the blocked signals.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    /// The exit code of a process ended by the signal that came: 130 for SIGINT, 143 for SIGTERM; 0 when none came.
    [[nodiscard]] int exitCode() const;

private:
    void watch();

    std::stop_source source_;
    std::atomic<int> signal_{0};
    std::atomic<bool> done_{false};
    sigset_t previous_mask_{};
    std::thread watcher_;
};

} // namespace headlight
