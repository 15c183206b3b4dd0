#include "app/interrupt.h"

#include <csignal>
#include <unistd.h>

namespace headlight {

namespace {

sigset_t stopSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

} // namespace

Interrupt::Interrupt() {
    const sigset_t signals = stopSignals();
    pthread_sigmask(SIG_BLOCK, &signals, &previous_mask_);
    watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
    done_ = true;
    pthread_kill(watcher_.native_handle(), SIGTERM); // wakes sigwait, which then sees `done_`
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

void Interrupt::watch() {
    const sigset_t signals = stopSignals();
    for (;;) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0 || done_)
            return;
        if (signal_.exchange(signal) != 0)
            _exit(128 + signal);
        source_.request_stop();
    }
}

int Interrupt::exitCode() const {
    const int signal = signal_;
    return signal == 0 ? 0 : 128 + signal;
}

} // namespace headlight
