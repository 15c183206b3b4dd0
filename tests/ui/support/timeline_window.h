// The window on its page Timeline, with a text to continue.
#pragma once

#include "tests/ui/support/watched_window.h"
#include "ui/timeline/timeline_view.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/writing_bar.h"
#include "ui/window/timeline_pane.h"
#include "ui/window/view_pane.h"

namespace headlight::ui::test {

inline const QString kText = QStringLiteral("The old man went");

/// What tests of writing on are made of.
class TimelineWindow : protected WatchedWindow {
protected:
    void openTimeline();
    void closeTimeline();
    void open(const QString& model, const QString& text);
    void continueBy(std::size_t n_words);
    void showTimeline();
    [[nodiscard]] TimelineView* view() const { return window_->timelinePane()->view(); }
    [[nodiscard]] WritingBar* bar() const { return window_->textPanel()->writingBar(); }
    [[nodiscard]] const RunSnapshot& snapshot() const { return *window_->document()->snapshot(); }
    [[nodiscard]] bool settled() const { return window_->document()->settled(); }
};

inline void TimelineWindow::openTimeline() {
    openWindow({1280, 800});
    open(QStringLiteral("books-gpt"), kText);
    showTimeline();
    testing::watchdog().resetWatchdog();
}

inline void TimelineWindow::closeTimeline() {
    judgeComputing(100); // handlers are meant to stay under 50
    closeWindow();
}

inline void TimelineWindow::open(const QString& model, const QString& text) {
    window_->start(model, text);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() && snapshot().request.text == text &&
                                 QString::fromStdString(snapshot().model().name()) == model && settled(),
                             kPatience);
}

inline void TimelineWindow::showTimeline() {
    for (int page = 0; page < window_->viewPane()->pageCount(); ++page)
        if (window_->viewPane()->page(page).view == window_->timelinePane())
            window_->viewPane()->showPage(page);
    QVERIFY(window_->timelinePane()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(
        !view()->timeline().empty() && view()->timeline().steps.front().entropy.has_value(), kPatience);
}

inline void TimelineWindow::continueBy(std::size_t n_words) {
    const std::size_t before = snapshot().steps.size();
    window_->document()->continueText(n_words);
    QTRY_COMPARE_WITH_TIMEOUT(snapshot().steps.size(), before + n_words, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(settled() && view()->timeline().steps.back().entropy.has_value(), kPatience);
}

} // namespace headlight::ui::test
