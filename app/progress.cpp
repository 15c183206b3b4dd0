#include "app/progress.h"

#include "app/output.h"

#include <chrono>
#include <string>

namespace headlight {

namespace {

constexpr std::chrono::milliseconds kPatience{333};
constexpr std::chrono::milliseconds kBetweenUpdates{100};

} // namespace

std::function<void(double, std::string_view)> terminalProgress() {
    if (!canShowProgress())
        return {};
    return [next = std::chrono::steady_clock::now() + kPatience](double fraction,
                                                                 std::string_view what) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now < next || fraction >= 1.0) // the answer itself says that it is done
            return;
        next = now + kBetweenUpdates;
        std::string line(what);
        if (fraction > 0.0 && fraction < 1.0)
            line += ", " + std::to_string(static_cast<int>(fraction * 100.0)) + " %";
        showProgress(line);
    };
}

} // namespace headlight
