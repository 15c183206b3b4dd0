// From a key to all heads: types into the real window, painted offscreen, and times until every thumbnail of
// the grid is new and painted. Prints medians; run it on an idle machine.
#include "tests/support/event_watchdog.h"
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_grid_view.h"
#include "ui/theme/theme_controller.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/main_window.h"

#include <QKeyEvent>
#include <QStandardPaths>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

using namespace headlight;
using namespace headlight::ui;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 20;
constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kBetweenKeys = std::chrono::milliseconds(150); // a quick typist

double millisecondsSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Lets the window live until `there`, or for as long as patience lasts.
bool waitFor(const std::function<bool()>& there) {
    const auto begin = Clock::now();
    while (!there()) {
        if (Clock::now() - begin > kPatience)
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 5);
    }
    return true;
}

void live(std::chrono::milliseconds time) {
    const auto begin = Clock::now();
    (void)waitFor([&] { return Clock::now() - begin >= time; });
}

/// Counts the paint events of one widget.
class PaintCounter : public QObject {
public:
    int count = 0;
    bool eventFilter(QObject*, QEvent* event) override {
        count += event->type() == QEvent::Paint;
        return false;
    }
};

/// Times of one key, in milliseconds from the key on.
struct KeyTimes {
    double snapshot = 0.0;   ///< the run is there
    double thumbnails = 0.0; ///< all heads are computed
    double painted = 0.0;    ///< and on the screen
};

class TypingBench {
public:
    TypingBench()
        : window_(&themes_) {
        window_.resize(1440, 900);
        window_.show();
        grid().viewport()->installEventFilter(&paints_);
    }

    bool open(const QString& folder, const QString& text) {
        window_.start(folder, text);
        return waitFor([&] { return window_.document()->snapshot() != nullptr && settled(); });
    }

    /// Sends one key to the text's line and waits for its pictures.
    bool press(int key, const QString& text, KeyTimes& times) {
        const SnapshotPtr before = window_.document()->snapshot();
        QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier, text);
        const auto begin = Clock::now();
        QCoreApplication::sendEvent(window_.textPanel()->sourceEdit(), &event);
        if (!waitFor([&] { return window_.document()->snapshot() != before; }))
            return false;
        times.snapshot = millisecondsSince(begin);
        if (!waitFor([&] { return settled(); }))
            return false;
        times.thumbnails = millisecondsSince(begin);
        const int n_paints = paints_.count;
        grid().viewport()->update(); // a paint behind the last thumbnail, whether or not one is under way
        if (!waitFor([&] { return paints_.count > n_paints; }))
            return false;
        times.painted = millisecondsSince(begin);
        return true;
    }

    [[nodiscard]] const RunSnapshot& snapshot() { return *window_.document()->snapshot(); }
    [[nodiscard]] int headCount() const {
        return grid().gridModel()->rowCount() * grid().gridModel()->columnCount();
    }

private:
    [[nodiscard]] HeadGridView& grid() const { return *window_.headPanel()->grid(); }
    [[nodiscard]] bool settled() {
        const SnapshotPtr& snapshot = window_.document()->snapshot();
        return grid().gridModel()->headMap().trace.get() == &snapshot->trace() &&
               !grid().gridModel()->pending();
    }

    ThemeController themes_;
    MainWindow window_;
    PaintCounter paints_;
};

void print(const char* what, std::vector<KeyTimes>& all) {
    const auto middle = [&](double KeyTimes::*time) {
        std::ranges::sort(all, {}, time);
        return all[all.size() / 2].*time;
    };
    const double snapshot = middle(&KeyTimes::snapshot), thumbnails = middle(&KeyTimes::thumbnails);
    const double painted = middle(&KeyTimes::painted);
    std::printf("%-16s run %6.1f ms, all thumbnails %6.1f ms, painted %6.1f ms (best %.1f, worst %.1f)\n",
                what, snapshot, thumbnails, painted, all.front().painted, all.back().painted);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(
            stderr,
            "usage: bench_typing FOLDER [tokens]     FOLDER: a checkpoint, see make_random_checkpoint.py\n");
        return 2;
    }
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true); // no settings of the user's
    testing::WatchedApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("HeadlightBenchmark"));
    const int n_tokens = argc > 2 ? std::max(2, std::atoi(argv[2])) : 64;
    TypingBench bench;
    QString text = QStringLiteral("the");
    for (int i = 1; i < n_tokens - 1; ++i)
        text += i % 9 == 8   ? QStringLiteral(",")
                : i % 2 == 0 ? QStringLiteral(" the")
                             : QStringLiteral(" of");
    if (!bench.open(QString::fromLocal8Bit(argv[1]), text)) {
        std::fprintf(stderr, "%s did not run\n", argv[1]);
        return 1;
    }
    live(std::chrono::seconds(1)); // what the first picture brings along
    application.resetWatchdog();
    std::vector<KeyTimes> typed, erased;
    std::size_t n_computed = 0;
    for (int round = 0; round < kRounds; ++round) {
        KeyTimes times;
        if (!bench.press(Qt::Key_Period, QStringLiteral("."), times))
            return 1;
        typed.push_back(times);
        n_computed = bench.snapshot().run.n_computed;
        live(kBetweenKeys);
        if (!bench.press(Qt::Key_Backspace, {}, times))
            return 1;
        erased.push_back(times);
        live(kBetweenKeys);
    }
    std::printf("%zu tokens, %zu computed, %d heads, median of %d keys\n", bench.snapshot().nTokens() + 1,
                n_computed, bench.headCount(), kRounds);
    print("one token more", typed);
    print("one token less", erased);
    std::printf("slowest event in the GUI thread: %.1f ms (%s)\n", application.slowestMilliseconds(),
                qPrintable(application.slowestEvent()));
    return 0;
}
