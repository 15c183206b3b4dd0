// What a long computation is given so that it can be stopped and watched.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

namespace headlight {

/// Passed by const reference into anything that may take longer than a blink. Both parts are optional.
struct RunControl {
    std::stop_token stop;
    /// Called now and then from the computing thread: fraction in 0..1 and what is being done ("encoder layer 3 of 12").
    std::function<void(double fraction, std::string_view what)> progress;

    [[nodiscard]] bool stopRequested() const { return stop.stop_requested(); }
    void report(double fraction, std::string_view what) const {
        if (progress)
            progress(fraction, what);
    }
};

} // namespace headlight
