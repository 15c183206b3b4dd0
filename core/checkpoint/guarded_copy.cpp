#include "core/checkpoint/guarded_copy.h"

#include <setjmp.h>
#include <signal.h>

#include <atomic>
#include <cstring>
#include <mutex>

namespace headlight {

namespace {

// A page of a mapped file that cannot be read raises SIGBUS in the thread that touches it. There is no
// portable way to ask beforehand (the file may shrink between the question and the read), so the copying
// thread leaves a way back: sigsetjmp before the copy, siglongjmp from the handler. The code jumped over is a
// bare memcpy, which owns nothing.
thread_local sigjmp_buf* volatile way_back = nullptr;

std::mutex& guardMutex() {
    static std::mutex mutex;
    return mutex;
}
int n_guards = 0;                 // guarded by guardMutex()
struct sigaction previous_action; // written before the handler is installed, read by it

void install(); // below: names the handler

/// Gives the signal to whoever had it before, with that handler's own flags: by putting it back, not by
/// calling it.
void passOn(int number, const siginfo_t* info) {
    ::sigaction(SIGBUS, &previous_action, nullptr);
    if (info->si_code > 0)
        return; // a fault: the instruction runs again and meets the previous handler
    sigset_t bus;
    ::sigemptyset(&bus);
    ::sigaddset(&bus, SIGBUS);
    ::pthread_sigmask(SIG_UNBLOCK, &bus, nullptr); // else it would only arrive after install()
    ::raise(number);                               // sent by kill(): send it once more
    install();
}

extern "C" void headlightBusError(int number, siginfo_t* info, void*) {
    if (way_back && info->si_code > 0) // positive codes come from the kernel: a real fault, not kill()
        ::siglongjmp(*way_back, 1);
    passOn(number, info);
}

void install() {
    struct sigaction action {};
    action.sa_sigaction = headlightBusError;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

} // namespace

BusErrorGuard::BusErrorGuard() {
    const std::lock_guard lock(guardMutex());
    if (n_guards++ > 0)
        return;
    ::sigaction(SIGBUS, nullptr, &previous_action);
    install();
}

BusErrorGuard::~BusErrorGuard() {
    const std::lock_guard lock(guardMutex());
    if (--n_guards > 0)
        return;
    struct sigaction current {};
    ::sigaction(SIGBUS, nullptr, &current);
    if ((current.sa_flags & SA_SIGINFO) &&
        current.sa_sigaction == headlightBusError) // nobody installed another since
        ::sigaction(SIGBUS, &previous_action, nullptr);
}

bool guardedCopy(void* target, const void* source, std::size_t size) {
    sigjmp_buf here;
    // The signal mask is restored too: the handler is entered with SIGBUS blocked, and the next fault must reach it.
    if (sigsetjmp(here, 1) != 0) {
        way_back = nullptr;
        return false;
    }
    way_back = &here;
    // Between two fences, so that the compiler keeps the copy between the two assignments.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    std::memcpy(target, source, size);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    way_back = nullptr;
    return true;
}

} // namespace headlight
