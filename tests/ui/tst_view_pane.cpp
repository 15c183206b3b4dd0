// The pages of the window: three groups of tabs, which page is shown, and who has the keyboard when it
// changes.
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lines_pane.h"
#include "ui/window/map_pane.h"
#include "ui/window/overview_pane.h"
#include "ui/window/positions_pane.h"
#include "ui/window/predictions_pane.h"
#include "ui/window/segments.h"
#include "ui/window/side_by_side_pane.h"
#include "ui/window/softmax_pane.h"
#include "ui/window/steps_pane.h"
#include "ui/window/timeline_pane.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>

#include <set>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

const QString kSentence = QStringLiteral("The black cat sleeps under the table.");

/// Pages without a model: two of attention, two of words, one of the laboratory.
struct Pages {
    ViewPane pane;
    std::vector<QWidget*> views;

    Pages() {
        using enum ViewGroup;
        for (const auto& [group, name] : {std::pair{Attention, "heat"},
                                          {Attention, "lines"},
                                          {Words, "time"},
                                          {Words, "words"},
                                          {Laboratory, "steps"}}) {
            auto* view = new QLineEdit;
            views.push_back(view);
            pane.addPage({.group = group,
                          .view = view,
                          .name = QString::fromLatin1(name),
                          .tooltip = {},
                          .hint = {},
                          .figures = {}});
        }
        pane.resize(700, 400);
        pane.show();
    }
    [[nodiscard]] QStringList tabs() const {
        QStringList names;
        for (int i = 0; i < pane.tabs()->count(); ++i)
            names << pane.tabs()->tabText(i);
        return names;
    }
    [[nodiscard]] QString shown() const { return pane.page(pane.currentPage()).name; }
    void clickGroup(int group) { QTest::mouseClick(pane.groups()->button(group), Qt::LeftButton); }
    void clickTab(int tab) {
        QTest::mouseClick(pane.tabs(), Qt::LeftButton, {}, pane.tabs()->tabRect(tab).center());
    }
};

} // namespace

class TestViewPane : public QObject {
    Q_OBJECT
private slots:
    void groupsShowTheirTabs();
    void groupsRememberTheirPage();
    void pagesThatSayNothingAreNotOffered();
    void nextPageGoesThroughAllGroups();
    void stateNamesThePage();
    void pageOfAnEarlierSessionIsFound();
    void clickedTabGivesTheKeyboardToItsView();
    void textKeepsTheKeyboard();
    void aHiddenViewHandsTheKeyboardOn();
    void sessionBringsBackAPageOfAnotherGroup();
};

void TestViewPane::groupsShowTheirTabs() {
    Pages pages;
    QCOMPARE(pages.tabs(), QStringList({QStringLiteral("heat"), QStringLiteral("lines")}));
    QCOMPARE(pages.shown(), QStringLiteral("heat"));
    pages.clickGroup(1);
    QCOMPARE(pages.tabs(), QStringList({QStringLiteral("time"), QStringLiteral("words")}));
    QCOMPARE(pages.shown(), QStringLiteral("time"));
    QCOMPARE(pages.pane.groups()->current(), 1);
    pages.pane.showView(pages.views[4]);
    QCOMPARE(pages.tabs(), QStringList({QStringLiteral("steps")}));
    QCOMPARE(pages.pane.groups()->current(), 2);
}

void TestViewPane::groupsRememberTheirPage() {
    Pages pages;
    pages.clickTab(1);
    QCOMPARE(pages.shown(), QStringLiteral("lines"));
    pages.clickGroup(2);
    QCOMPARE(pages.shown(), QStringLiteral("steps"));
    pages.clickGroup(0);
    QCOMPARE(pages.shown(), QStringLiteral("lines"));
    QCOMPARE(pages.pane.tabs()->currentIndex(), 1);
    pages.pane.offerPage(pages.views[1], false); // what was last is no longer there
    pages.clickGroup(1);
    pages.clickGroup(0);
    QCOMPARE(pages.shown(), QStringLiteral("heat"));
}

void TestViewPane::pagesThatSayNothingAreNotOffered() {
    Pages pages;
    pages.pane.showView(pages.views[3]);
    pages.pane.offerPage(pages.views[3], false);
    QCOMPARE(pages.shown(), QStringLiteral("heat"));
    pages.pane.showView(pages.views[3]);
    QCOMPARE(pages.shown(), QStringLiteral("heat"));
    pages.pane.offerPage(pages.views[2], false);
    QVERIFY(!pages.pane.groups()->button(1)->isEnabled()); // a group without any page
    pages.pane.offerPage(pages.views[2], true);
    QVERIFY(pages.pane.groups()->button(1)->isEnabled());
    pages.clickGroup(1);
    QCOMPARE(pages.tabs(), QStringList({QStringLiteral("time")}));
}

void TestViewPane::nextPageGoesThroughAllGroups() {
    Pages pages;
    pages.pane.offerPage(pages.views[3], false);
    QStringList names;
    for (int i = 0; i < 5; ++i) {
        names << pages.shown();
        QCOMPARE(pages.pane.tabs()->tabText(pages.pane.tabs()->currentIndex()), pages.shown());
        pages.pane.showNextPage();
    }
    QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("heat lines time steps heat"));
}

void TestViewPane::stateNamesThePage() {
    OpenWindow window;
    QVERIFY(window.run(bundled("en-fr"), kSentence));
    ViewPane* const pane = window->viewPane();
    std::set<QString> names;
    for (int i = 0; i < pane->pageCount(); ++i) {
        pane->showPage(i);
        const QJsonObject state = pane->state();
        names.insert(state[QStringLiteral("view")].toString());
        pane->showPage(0);
        pane->setState(state);
        QCOMPARE(pane->currentPage(), i);
    }
    QCOMPARE(names.size(), static_cast<std::size_t>(pane->pageCount()));
    pane->setState({{QStringLiteral("view"), QStringLiteral("crystal ball")}});
    QCOMPARE(pane->currentPage(), pane->pageCount() - 1);
}

void TestViewPane::pageOfAnEarlierSessionIsFound() {
    OpenWindow window;
    QVERIFY(window.run(bundled("en-fr"), kSentence));
    window->viewPane()->setState({{QStringLiteral("view"), QStringLiteral("PredictionsPane")}});
    QVERIFY(window.shown() == window->predictionsPane());
}

void TestViewPane::clickedTabGivesTheKeyboardToItsView() {
    OpenWindow window;
    QVERIFY(window.run(bundled("en-fr"), kSentence));
    ViewPane* const pane = window->viewPane();
    for (int i = 0; i < pane->pageCount(); ++i) {
        window->textPanel()->sourceEdit()->setFocus();
        pane->showPage(i);
        QTabBar* const tabs = pane->tabs();
        QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(tabs->currentIndex()).center());
        const QWidget* const view = pane->page(i).view;
        QTRY_VERIFY2_WITH_TIMEOUT(QApplication::focusWidget() &&
                                      view->isAncestorOf(QApplication::focusWidget()),
                                  qPrintable(pane->page(i).name), kPatience);
        QVERIFY2(QApplication::focusWidget()->isVisible(), qPrintable(pane->page(i).name));
    }
    // A group's button as well.
    window->textPanel()->sourceEdit()->setFocus();
    QTest::mouseClick(pane->groups()->button(0), Qt::LeftButton);
    QTRY_VERIFY(pane->page(pane->currentPage()).view->isAncestorOf(QApplication::focusWidget()));
    // And the keys do what they mean there.
    window.show(window->timelinePane());
    QTest::mouseClick(pane->tabs(), Qt::LeftButton, {},
                      pane->tabs()->tabRect(pane->tabs()->currentIndex()).center());
    QTRY_VERIFY(window->timelinePane()->isAncestorOf(QApplication::focusWidget()));
    window.press(Qt::Key_Home);
    window.press(Qt::Key_Right);
    QCOMPARE(window->selection()->pinned().query, std::optional<std::size_t>(1));
    window.press(Qt::Key_Space);
    QVERIFY(window->timelinePane()->playButton()->isChecked());
    window.press(Qt::Key_Space);
    QVERIFY(!window->timelinePane()->playButton()->isChecked());
}

void TestViewPane::textKeepsTheKeyboard() {
    OpenWindow window;
    QVERIFY(window.run(bundled("en-fr"), kSentence));
    TextEdit* const text = window->textPanel()->sourceEdit();
    text->setFocus();
    for (int i = 0; i < window->viewPane()->pageCount(); ++i) {
        window.press(Qt::Key_Tab, Qt::ControlModifier);
        QVERIFY(text->hasFocus());
    }
    window.show(window->stepsPane());
    QVERIFY(text->hasFocus());
    window->openModel(bundled("mini-bert")); // pages go: the text stays where one writes
    QTRY_VERIFY_WITH_TIMEOUT(
        window->document()->model() && window->document()->model()->name().ends_with("mini-bert"), kPatience);
    QVERIFY(text->hasFocus());
}

void TestViewPane::aHiddenViewHandsTheKeyboardOn() {
    OpenWindow window;
    QVERIFY(window.run(bundled("en-fr"), kSentence));
    window.show(window->heatmapPane());
    window->heatmapPane()->setFocus();
    for (int i = 0; i < window->viewPane()->pageCount(); ++i) {
        QVERIFY2(QApplication::focusWidget() && window.shown()->isAncestorOf(QApplication::focusWidget()),
                 qPrintable(window->viewPane()->page(window->viewPane()->currentPage()).name));
        window.press(Qt::Key_Tab, Qt::ControlModifier);
    }
}

void TestViewPane::sessionBringsBackAPageOfAnotherGroup() {
    OpenWindow window;
    QVERIFY(window.run(bundled("en-fr"), kSentence));
    window.show(window->predictionsPane());
    const QJsonObject words = window->viewPane()->state();
    window.show(window->mapPane());
    window->viewPane()->setState(words);
    QVERIFY(window.shown() == window->predictionsPane());
    QCOMPARE(window->viewPane()->groups()->current(), static_cast<int>(ViewGroup::Words));
    // A page the present model does not have is shown when one comes that has it.
    window.show(window->timelinePane());
    const QJsonObject timeline = window->viewPane()->state();
    window->openModel(bundled("mini-bert"));
    QTRY_VERIFY_WITH_TIMEOUT(window.shown() != window->timelinePane(), kPatience);
    window->viewPane()->setState(timeline);
    QVERIFY(window.shown() != window->timelinePane());
    QCOMPARE(window->viewPane()->state(), timeline);
    window->openModel(bundled("en-fr"));
    QTRY_VERIFY_WITH_TIMEOUT(window.shown() == window->timelinePane(), kPatience);
}

HEADLIGHT_WINDOW_TEST_MAIN(TestViewPane)
#include "tst_view_pane.moc"
