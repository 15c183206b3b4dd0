// The window on its page Change, on a translator that has run a sentence, for tests of changes.
#pragma once

#include "core/analysis/interventions/change_text.h"
#include "tests/ui/support/own_settings.h"
#include "ui/changes/change_list.h"
#include "ui/changes/change_set.h"
#include "ui/document/predictions.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/plots/panel_sheet.h"
#include "ui/session/session_menu.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/change_maps.h"
#include "ui/window/change_pane.h"
#include "ui/window/main_window.h"
#include "ui/window/session_wiring.h"
#include "ui/window/view_pane.h"

#include <QMenu>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <memory>

namespace headlight::ui::test {

inline const QString kTranslator = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr");
inline const QString kWriter = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/books-gpt");
inline const QString kMasked = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/mini-bert");
inline const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
inline constexpr int kPatience = 60000;
inline const HeadAddress kHead{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};

/// What tests of changes are made of: a window a test function, with settings of its own.
class ChangeWindow {
protected:
    ChangeWindow() = default;

    void useOwnSettings();
    void openWindow();
    void closeWindow();
    [[nodiscard]] ChangeSet& set() const { return *window_->views()->changes; }
    [[nodiscard]] ChangePane& pane() const { return *window_->views()->change; }
    [[nodiscard]] ChangeList& list() const { return *pane().list(); }
    [[nodiscard]] UndoController* undo() const { return window_->session()->undo(); }
    [[nodiscard]] std::string lines() const { return changesText(set().changes()); }
    void open(const QString& model, const QString& text);
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!pane().pending(), kPatience); }
    /// An action of the menu behind a button of the list.
    void take(const QString& button, const QString& action);
    /// run() against runChanged() of the same lines, and the panels against both.
    void compareWithCore();

    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
    QTemporaryDir settings_;
};

inline void ChangeWindow::useOwnSettings() {
    useSettingsIn(settings_, QStringLiteral("HeadlightChangeTest"));
}

inline void ChangeWindow::openWindow() {
    themes_ = std::make_unique<ThemeController>();
    window_ = std::make_unique<MainWindow>(themes_.get());
    window_->resize(1440, 900);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    window_->activateWindow();
    window_->start(kTranslator, kSentence);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() && window_->document()->settled(), kPatience);
    window_->viewPane()->showView(&pane());
    window_->selection()->setHead(kHead);
    window_->selection()->setPinned({2, 2}); // "chat" looks at "cat"
}

inline void ChangeWindow::closeWindow() {
    window_.reset();
    themes_.reset();
}

inline void ChangeWindow::open(const QString& model, const QString& text) {
    window_->start(model, text);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() &&
                                 window_->document()->snapshot()->request.text == text &&
                                 window_->document()->settled(),
                             kPatience);
    settle();
}

inline void ChangeWindow::take(const QString& button, const QString& action) {
    QToolButton* const found = list().button(button);
    QVERIFY(found && found->menu());
    emit found->menu()->aboutToShow();
    for (QAction* const offered : found->menu()->actions())
        if (offered->text() == action) {
            QVERIFY(offered->isEnabled());
            offered->trigger();
            return;
        }
    QFAIL(qPrintable(action));
}

inline void ChangeWindow::compareWithCore() {
    settle();
    const ChangedRunPtr& run = set().run();
    QVERIFY(run);
    QCOMPARE(changesText(run->applied), lines());
    const Model& model = run->before->model();
    const auto expected = runChanged(model, run->before->run.input, set().changes());
    QVERIFY(expected.ok());
    const AttentionKind kind = window_->selection()->head().kind;
    const Tensor weights = expected->trace->weights(window_->selection()->head());
    const Tensor shown =
        pane().maps()->after()->headMap().shown()->tile({0, weights.dimension(0)}, {0, weights.dimension(1)});
    QVERIFY(std::ranges::equal(weights.span(), shown.span()));
    QCOMPARE(shown.dimension(0), expected->trace->nQueries(kind));
    QVERIFY(pane().report());
    const ChangeReport& report = *pane().report();
    QCOMPARE(report.run, run);
    for (const auto& [trace, after] :
         {std::pair(run->before->run.trace, false), std::pair(expected->trace, true)}) {
        const Tensor logits = model.logits(*trace, {report.row, report.row + 1}).value();
        const auto best = topCandidates(logits.span(), 3);
        for (std::size_t rank = 0; rank < best.size(); ++rank) {
            const auto at = std::ranges::find(report.outcomes, best[rank].id, &OutcomeShift::id);
            QVERIFY(at != report.outcomes.end());
            QCOMPARE(after ? at->rank_after : at->rank_before, rank);
            QVERIFY(std::abs((after ? at->after : at->before) - double(best[rank].probability)) < 1e-6);
        }
    }
    QCOMPARE(pane().sheet()->panels().size() >= 3, true);
}

} // namespace headlight::ui::test
