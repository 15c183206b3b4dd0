// The menu on a cell: the same on the heatmap, on lines, side by side, step by step and on the page Change.
#include "core/analysis/interventions/change_text.h"
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/still_size.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/changes/change_set.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/lines/lines_view.h"
#include "ui/steps/step_canvas.h"
#include "ui/window/change_maps.h"
#include "ui/window/change_pane.h"
#include "ui/window/change_wiring.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lines_pane.h"
#include "ui/window/side_by_side_pane.h"
#include "ui/window/steps_pane.h"
#include "ui/window/window_views.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
const HeadAddress kHead{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};

QStringList textsOf(const QMenu& menu) {
    QStringList texts;
    for (const QAction* action : menu.actions())
        if (!action->text().isEmpty())
            texts << action->text();
    return texts;
}

QAction* actionOf(const QMenu& menu, const QString& begin) {
    for (QAction* action : menu.actions())
        if (action->text().startsWith(begin))
            return action;
    return nullptr;
}

} // namespace

class TestCellMenu : public QObject {
    Q_OBJECT
private slots:
    void everyViewHasTheSameMenu();
    void sideBySideSpeaksOfItsOwnMap();
    void linesJoinTheHoveredAndTheChosenWord();
    void aWordAloneOffersItsHead();
    void numbersAreCopied();
    void otherPagesOpenAndExportIsAsked();
    void changedNumbersWhereTheyAreInSight();

private:
    static bool open(OpenWindow& window) {
        if (!window.run(bundled("en-fr"), kSentence))
            return false;
        window->selection()->setHead(kHead);
        window->selection()->setPinned({2, 2}); // "chat" looks at "cat"
        return true;
    }
    /// The menu that a right click on `view` opens; it belongs to `owner`.
    static QMenu* menuOf(QWidget* view) {
        emit view->customContextMenuRequested(view->rect().center());
        const auto menus = view->findChildren<QMenu*>(QString(), Qt::FindDirectChildrenOnly);
        return menus.isEmpty() ? nullptr : menus.last();
    }
    static void close(QMenu* menu) {
        menu->close();
        QCoreApplication::sendPostedEvents(menu, QEvent::DeferredDelete);
    }
};

void TestCellMenu::everyViewHasTheSameMenu() {
    OpenWindow window;
    QVERIFY(open(window));
    const WindowViews& views = *window->views();
    QStringList expected;
    const std::pair<QWidget*, QWidget*> all[] = {
        {views.heatmap, views.heatmap->view()},
        {views.lines, views.lines->view()},
        {views.side_by_side, views.side_by_side->view(AttentionKind::Cross)},
        {views.steps, views.steps->view()}};
    for (const auto& [page, view] : all) {
        window.show(page);
        QTRY_VERIFY_WITH_TIMEOUT(page->isVisible() && !window->stepsPane()->pending(), kPatience);
        window->selection()->setHovered({});
        window->selection()->setPinned({2, 2});
        QMenu* const menu = menuOf(view);
        QVERIFY(menu);
        QStringList texts = textsOf(*menu);
        if (expected.isEmpty()) {
            expected = texts;
            for (const char* part : {"“chat” → “cat”", "Copy weight: 0.98", "Copy score: 7.83",
                                     "Open in Step by step", "Open in Change", "Export this picture…",
                                     "Change this score…", "Switch this head off", "Take all changes back"})
                QVERIFY2(!texts.filter(QString::fromUtf8(part)).isEmpty(), part);
        }
        QCOMPARE(texts, expected);
        close(menu);
    }
}

void TestCellMenu::sideBySideSpeaksOfItsOwnMap() {
    OpenWindow window;
    QVERIFY(open(window));
    SideBySidePane* const pane = window->views()->side_by_side;
    window.show(pane);
    QMenu* menu = nullptr;
    HeatmapView* const encoder = pane->view(AttentionKind::EncoderSelf);
    const auto point = [&] {
        QTest::mouseMove(encoder, encoder->transform().cellRect({1, 3}).center().toPoint());
        const auto cell = pane->cellOf(AttentionKind::EncoderSelf);
        return cell && cell->second == TokenPair{1, 3};
    };
    QTRY_VERIFY(isStill(encoder));
    QTRY_VERIFY(point());
    menu = menuOf(encoder);
    QVERIFY(menu && actionOf(*menu, QStringLiteral("“black” → “sleeps”")));
    // The map becomes the window's own, as with a click.
    QCOMPARE(window->selection()->head().kind, AttentionKind::EncoderSelf);
    QVERIFY((window->selection()->pinned() == TokenPair{1, 3}));
    actionOf(*menu, QStringLiteral("Hide this key from this query"))->trigger();
    QCOMPARE(changesText(window->views()->changes->changes()),
             std::string("mask encoder 2.1 [2,4] hidden\n"));
}

void TestCellMenu::linesJoinTheHoveredAndTheChosenWord() {
    OpenWindow window;
    QVERIFY(open(window));
    LinesPane* const pane = window->views()->lines;
    window.show(pane);
    window->selection()->setHovered({{}, 4}); // "under", on the right
    QMenu* const menu = menuOf(pane->view());
    QVERIFY(menu && actionOf(*menu, QStringLiteral("“chat” → “under”")));
    QVERIFY((window->selection()->pinned() == TokenPair{2, 4}));
}

void TestCellMenu::aWordAloneOffersItsHead() {
    OpenWindow window;
    QVERIFY(open(window));
    window->selection()->setPinned({});
    window.show(window->views()->lines);
    window->selection()->setHovered({1, {}});
    QMenu* const menu = menuOf(window->views()->lines->view());
    QVERIFY(menu);
    QVERIFY(!actionOf(*menu, QStringLiteral("Copy weight"))->isEnabled());
    QVERIFY(!actionOf(*menu, QStringLiteral("Change this score…"))->isEnabled());
    QVERIFY(actionOf(*menu, QStringLiteral("Change this score…"))
                ->toolTip()
                .contains(QStringLiteral("Select a cell first")));
    QVERIFY(actionOf(*menu, QStringLiteral("Switch this head off"))->isEnabled());
    QVERIFY(actionOf(*menu, QStringLiteral("Open in Step by step"))->isEnabled());
}

void TestCellMenu::numbersAreCopied() {
    OpenWindow window;
    QVERIFY(open(window));
    window.show(window->heatmapPane());
    QMenu* menu = menuOf(window->heatmapPane()->view());
    actionOf(*menu, QStringLiteral("Copy weight"))->trigger();
    const Trace& trace = window->document()->snapshot()->trace();
    QCOMPARE(QGuiApplication::clipboard()->text().toFloat(), trace.weights(kHead, {2, 3}, {2, 3}).span()[0]);
    actionOf(*menu, QStringLiteral("Copy score"))->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text().toFloat(), trace.scores(kHead, {2, 3}, {2, 3}).span()[0]);
    close(menu);
    window->selection()->setHead({AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    window->selection()->setPinned({1, 4}); // hidden by the mask
    menu = menuOf(window->heatmapPane()->view());
    QVERIFY(!actionOf(*menu, QStringLiteral("Copy score"))->isEnabled());
    QVERIFY(actionOf(*menu, QStringLiteral("Copy weight: 0")));
}

void TestCellMenu::otherPagesOpenAndExportIsAsked() {
    OpenWindow window;
    QVERIFY(open(window));
    window.show(window->views()->lines);
    QMenu* menu = menuOf(window->views()->lines->view());
    actionOf(*menu, QStringLiteral("Open in Step by step"))->trigger();
    QCOMPARE(window.shown(), static_cast<const QWidget*>(window->stepsPane()));
    close(menu);
    menu = menuOf(window->views()->steps->view());
    actionOf(*menu, QStringLiteral("Open in Change"))->trigger();
    QCOMPARE(window.shown(), static_cast<const QWidget*>(window->views()->change));
    QVERIFY(window->selection()->head() == kHead);
    QSignalSpy asked(window->changes(), &ChangeWiring::exportWanted);
    asked.clear();
    QObject::disconnect(window->changes(), &ChangeWiring::exportWanted, &*window,
                        nullptr); // the dialog would wait for a person
    actionOf(*menu, QStringLiteral("Export this picture…"))->trigger();
    QCOMPARE(asked.size(), 1);
}

void TestCellMenu::changedNumbersWhereTheyAreInSight() {
    OpenWindow window;
    QVERIFY(open(window));
    ChangeSet* const changes = window->views()->changes;
    changes->put(parseChange("weight cross 2.1 [3,3] = 0.25").value());
    QTRY_VERIFY_WITH_TIMEOUT(!changes->pending() && changes->run(), kPatience);
    ChangePane* const pane = window->views()->change;
    window.show(pane);
    window->selection()->setPinned({2, 2});
    emit pane->menuWanted(pane->mapToGlobal(pane->rect().center()));
    const auto menus = pane->findChildren<QMenu*>(QString(), Qt::FindDirectChildrenOnly);
    QVERIFY(!menus.isEmpty() && actionOf(*menus.last(), QStringLiteral("Copy weight: 0.25")));
    close(menus.last());
    window.show(window->heatmapPane()); // the run as it is
    QMenu* const menu = menuOf(window->heatmapPane()->view());
    QVERIFY(actionOf(*menu, QStringLiteral("Copy weight: 0.98")));
}

HEADLIGHT_WINDOW_TEST_MAIN(TestCellMenu)
#include "tst_cell_menu.moc"
