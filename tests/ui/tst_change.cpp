// "Change it" in a real window: each kind of change by hand, what follows from it against an independent run, and the way back.
#include "tests/ui/support/change_window.h"
#include "tests/ui/support/still_size.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/changes/change_row.h"
#include "ui/changes/change_words.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/plots/parameter_slider.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/change_wiring.h"
#include "ui/window/chip_button.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/steps_pane.h"

#include <QCheckBox>
#include <QContextMenuEvent>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>

#include <numeric>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestChange : public QObject, protected ChangeWindow {
    Q_OBJECT
private slots:
    void initTestCase() { useOwnSettings(); }
    void init() { openWindow(); }
    void cleanup() { closeWindow(); }
    void emptyPageSaysWhatWillBeHere();
    void aNumberCanBeTypedAtOnce();
    void editedScoreIsThatOfTheCore();
    void maskedCellWeighsNothing();
    void weightIsTaken();
    void scaleAndTemperatureReachWholeLayers();
    void headIsSwitchedOffAndOn();
    void wordsAreSwappedFromTheirChips();
    void wordIsMovedAndPositionsGo();
    void takingBackRestoresEverything();
    void keysEditTheSelectedCell();
    void menusOffer();
    void stepByStepOffers();
    void changesFitTheirColumn();
    void everyControlHasAName();
};

void TestChange::emptyPageSaysWhatWillBeHere() {
    settle();
    QVERIFY(set().empty() && !set().run());
    QVERIFY(!window_->changes()->chip()->isVisible());
    QVERIFY(!pane().maps()->before()->headMap().empty());
    QVERIFY(pane().sheet()->panels().empty());
    QVERIFY(!list().clearButton()->isVisible());
    QVERIFY(pane().figures().empty());
    QVERIFY(list().button(QStringLiteral("Score…"))->isEnabled());
    window_->selection()->setPinned({});
    QVERIFY(!list().button(QStringLiteral("Score…"))->isEnabled());
    QVERIFY(list().button(QStringLiteral("Score…"))->toolTip().contains(QStringLiteral("Select a cell")));
}

void TestChange::changesFitTheirColumn() {
    window_->resize(1280, 800);
    for (const char* const offer : {"Score…", "Weight…", "Hide key"}) // more than there is height for
        QTest::mouseClick(list().button(QString::fromUtf8(offer)), Qt::LeftButton);
    QCOMPARE(set().items().size(), std::size_t{3});
    settle();
    QTRY_VERIFY(list().widget()->height() > list().viewport()->height());
    QTRY_VERIFY(list().widget()->width() <= list().viewport()->width());
    // The newest is in sight, for whoever types its value.
    const QWidget* const newest = list().rows().back();
    QTRY_COMPARE(newest->visibleRegion().boundingRect().height(), newest->height());
}

void TestChange::aNumberCanBeTypedAtOnce() {
    QTest::mouseClick(list().button(QStringLiteral("Score…")), Qt::LeftButton);
    settle();
    for (const Qt::Key key : {Qt::Key_1, Qt::Key_2, Qt::Key_Return}) // as from the keyboard, not to a widget
        QTest::keyClick(window_->windowHandle(), key);
    QTRY_COMPARE(lines(), std::string("score cross 2.1 [3,3] = 12\n"));
    compareWithCore();
}

void TestChange::editedScoreIsThatOfTheCore() {
    QTest::mouseClick(list().button(QStringLiteral("Score…")), Qt::LeftButton);
    QCOMPARE(set().items().size(), std::size_t{1});
    settle();
    // An offer begins with what is there: nothing is different yet.
    const Tensor before = set().run()->before->trace().weights(kHead), same = set().run()->after->trace().weights(kHead);
    for (std::size_t i = 0; i < before.size(); ++i)
        QVERIFY(std::abs(before.span()[i] - same.span()[i]) < 1e-5f);
    auto* const field = list().rows().front()->findChild<QDoubleSpinBox*>();
    QVERIFY(field);
    field->setValue(-20.0);
    QCOMPARE(lines(), std::string("score cross 2.1 [3,3] = -20\n"));
    compareWithCore();
    const MapSourcePtr after = pane().maps()->after()->headMap().shown();
    const Tensor row = after->tile({2, 3}, {0, after->nColumns()});
    QVERIFY(std::abs(std::accumulate(row.span().begin(), row.span().end(), 0.0) - 1.0) < 1e-5);
    QVERIFY(row.span()[2] < 1e-6f);
    QVERIFY(pane().maps()->after()->headMap().alterationText().contains(QStringLiteral("1 change")));
    QCOMPARE(pane().maps()->after()->headMap().marked.size(), std::size_t{1});
    QVERIFY(!pane().maps()->difference()->headMap().empty());
    // The other pages show the run as it is.
    QVERIFY(window_->changes()->chip()->isVisible());
    QCOMPARE(window_->heatmapPane()->view()->headMap().trace, window_->document()->snapshot()->run.trace);
}

void TestChange::maskedCellWeighsNothing() {
    QTest::mouseClick(list().button(QStringLiteral("Hide key")), Qt::LeftButton);
    QCOMPARE(lines(), std::string("mask cross 2.1 [3,3] hidden\n"));
    compareWithCore();
    QCOMPARE(set().run()->after->trace().weights(kHead).row(2)[2], 0.0f);
    list().rows().front()->box()->click();
    QCOMPARE(lines(), std::string("mask cross 2.1 [3,3] visible\n"));
    compareWithCore();
    list().rows().front()->box()->click();
    QTest::mouseClick(list().button(QStringLiteral("Hide key")), Qt::LeftButton); // a switch: the second time takes it back
    QVERIFY(set().empty());
    // A causal mask can be lifted.
    window_->selection()->setHead({AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    window_->selection()->setPinned({1, 4});
    QTest::mouseClick(list().button(QStringLiteral("Uncover key")), Qt::LeftButton);
    QCOMPARE(lines(), std::string("mask decoder 1.1 [2,5] visible\n"));
    compareWithCore();
    QVERIFY(set().run()->after->trace().weights(window_->selection()->head()).row(1)[4] > 0.0f);
}

void TestChange::weightIsTaken() {
    QTest::mouseClick(list().button(QStringLiteral("Weight…")), Qt::LeftButton);
    ChangeRow* const row = list().rows().front();
    row->findChild<QDoubleSpinBox*>()->setValue(0.25);
    QCOMPARE(lines(), std::string("weight cross 2.1 [3,3] = 0.25\n"));
    compareWithCore();
    const Tensor weights = set().run()->after->trace().weights(kHead);
    QCOMPARE(weights.row(2)[2], 0.25f);
    QVERIFY(std::abs(std::accumulate(weights.row(2).begin(), weights.row(2).end(), 0.0) - 1.0) < 1e-5);
    row->box()->click();
    QCOMPARE(lines(), std::string("weight cross 2.1 [3,3] = 0.25 alone\n"));
    compareWithCore();
    const Tensor alone = set().run()->after->trace().weights(kHead);
    QVERIFY(std::accumulate(alone.row(2).begin(), alone.row(2).end(), 0.0) < 0.5);
}

void TestChange::scaleAndTemperatureReachWholeLayers() {
    take(QStringLiteral("This head ▾"), QStringLiteral("Change this head's scale…"));
    list().rows().front()->findChild<QDoubleSpinBox*>()->setValue(1.0);
    QCOMPARE(lines(), std::string("scale cross 2.1 = 1\n"));
    compareWithCore();
    set().clear();
    take(QStringLiteral("This head ▾"), QStringLiteral("Change the softmax temperature of all heads of this layer…"));
    list().rows().front()->slider()->slider()->setValue(list().rows().front()->slider()->slider()->maximum());
    QCOMPARE(lines(), std::string("temperature cross 2 = 20\n"));
    compareWithCore();
    // Nearly even, in every head of the layer.
    for (const std::size_t head : {std::size_t{0}, std::size_t{5}}) {
        const Tensor weights = set().run()->after->trace().weights({AttentionKind::Cross, LayerIndex(1), HeadIndex(head)});
        QVERIFY(*std::ranges::max_element(weights.row(2)) < 0.5f);
    }
}

void TestChange::headIsSwitchedOffAndOn() {
    take(QStringLiteral("This head ▾"), QStringLiteral("Switch this head off"));
    QCOMPARE(lines(), std::string("head cross 2.1 off\n"));
    compareWithCore();
    // Its weights stay; what comes behind it moved.
    QVERIFY(pane().maps()->difference()->headMap().empty());
    QVERIFY(pane().report()->decoder_move.row(2).maxCoeff() > 0.0);
    QCOMPARE(pane().report()->decoder_move.row(1).maxCoeff(), 0.0);
    QCOMPARE(pane().report()->encoder_move.maxCoeff(), 0.0);
    take(QStringLiteral("This head ▾"), QStringLiteral("Switch this head off"));
    QVERIFY(set().empty());
    take(QStringLiteral("This head ▾"), QStringLiteral("Make this head count more or less…"));
    list().rows().front()->findChild<QDoubleSpinBox*>()->setValue(2.0);
    QCOMPARE(lines(), std::string("head cross 2.1 = 2\n"));
    compareWithCore();
}

void TestChange::wordsAreSwappedFromTheirChips() {
    TokenRow* const row = window_->textPanel()->sourceRow();
    const QPoint chip = row->chipRect(1).center();
    emit row->customContextMenuRequested(chip);
    auto* const menu = row->findChild<QMenu*>();
    QVERIFY(menu);
    QAction* swap = nullptr;
    for (QAction* const action : menu->actions())
        if (action->text() == QStringLiteral("Swap with the next word"))
            swap = action;
    QVERIFY(swap && swap->isEnabled());
    swap->trigger();
    menu->close();
    QCOMPARE(lines(), std::string("swap encoder 2 3\n"));
    compareWithCore();
    QCOMPARE(set().run()->after->source_axis.words.mid(0, 4), QStringList({"The", "cat", "black", "sleeps"}));
    QCOMPARE(pane().maps()->after()->headMap().keys.words.value(1), QStringLiteral("cat"));
    QCOMPARE(pane().maps()->before()->headMap().keys.words.value(1), QStringLiteral("black"));
    list().rows().front()->otherField()->setValue(7);
    QCOMPARE(lines(), std::string("swap encoder 2 7\n"));
    compareWithCore();
}

void TestChange::wordIsMovedAndPositionsGo() {
    take(QStringLiteral("Words ▾"), QStringLiteral("“cat”: Give it another position…"));
    QCOMPARE(lines(), std::string("position encoder 3 -> 3\n"));
    list().rows().front()->placeField()->setValue(8);
    QCOMPARE(lines(), std::string("position encoder 3 -> 8\n"));
    compareWithCore();
    take(QStringLiteral("Words ▾"), QStringLiteral("Switch all positions off"));
    QCOMPARE(lines(), std::string("position encoder 3 -> 8\npositions off\n"));
    compareWithCore();
    QVERIFY(pane().report()->encoder_move.row(0).maxCoeff() > 0.0);
}

void TestChange::takingBackRestoresEverything() {
    set().put(parseChange("head cross 2.1 off").value());
    set().put(parseChange("score cross 2.1 [3,3] = -20").value());
    compareWithCore();
    QTest::mouseClick(list().rows().front()->removeButton(), Qt::LeftButton);
    QCOMPARE(lines(), std::string("score cross 2.1 [3,3] = -20\n"));
    compareWithCore();
    QTest::mouseClick(list().clearButton(), Qt::LeftButton);
    settle();
    QVERIFY(set().empty() && !set().run() && !pane().report());
    QVERIFY(!window_->changes()->chip()->isVisible());
    QCOMPARE(pane().maps()->after()->headMap().trace, window_->document()->snapshot()->run.trace);
    QVERIFY(list().rows().empty());
}

void TestChange::keysEditTheSelectedCell() {
    HeatmapView* const map = pane().maps()->after();
    map->setFocus();
    QTest::keyClick(map, Qt::Key_Return);
    QCOMPARE(set().items().size(), std::size_t{1});
    QVERIFY(std::holds_alternative<SetScore>(set().items()[0].change));
    QVERIFY(list().rows().front()->isAncestorOf(QApplication::focusWidget()));
    const std::string score = lines();
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Up); // the number, a step more
    QVERIFY(lines() != score);
    QTest::keyClick(map, Qt::Key_H);
    QCOMPARE(set().items().size(), std::size_t{2});
    QTest::keyClick(map, Qt::Key_Delete);
    QVERIFY(set().empty());
}

void TestChange::menusOffer() {
    HeatmapView* const map = window_->heatmapPane()->view();
    window_->viewPane()->showView(window_->heatmapPane());
    QPoint cell; // where it is once the page has its size
    const auto point = [&] {
        cell = map->transform().cellRect({3, 1}).center().toPoint();
        QTest::mouseMove(map, cell);
        return window_->selection()->hovered() == TokenPair{3, 1};
    };
    QTRY_VERIFY(isStill(map));
    QTRY_VERIFY(point());
    emit map->customContextMenuRequested(cell);
    auto* const menu = map->findChild<QMenu*>();
    QVERIFY(menu);
    QStringList offered;
    for (QAction* const action : menu->actions())
        offered << action->text();
    for (const char* text : {"Change this score…", "Hide this key from this query", "Switch this head off"})
        QVERIFY2(offered.contains(QString::fromUtf8(text)), text);
    for (QAction* const action : menu->actions())
        if (action->text() == QStringLiteral("Hide this key from this query"))
            action->trigger();
    menu->close();
    QCOMPARE(lines(), std::string("mask cross 2.1 [4,2] hidden\n"));
    QVERIFY(pane().isVisible()); // what comes of it is on its own page
    compareWithCore();
    // The chip in the frame shows and takes back.
    auto* const chip_menu = window_->changes()->chip()->findChild<QMenu*>();
    emit chip_menu->aboutToShow();
    QCOMPARE(chip_menu->actions()[1]->text(), QStringLiteral("Take all back"));
    chip_menu->actions()[1]->trigger();
    QVERIFY(set().empty());
}

void TestChange::stepByStepOffers() {
    window_->viewPane()->showView(window_->stepsPane());
    QToolButton* change = nullptr;
    for (QToolButton* const button : window_->stepsPane()->findChildren<QToolButton*>())
        if (button->text() == QStringLiteral("Change…"))
            change = button;
    QVERIFY(change && change->isVisible());
    emit change->menu()->aboutToShow();
    for (QAction* const action : change->menu()->actions())
        if (action->text() == QStringLiteral("Change this score…"))
            action->trigger();
    QCOMPARE(set().items().size(), std::size_t{1});
    QVERIFY(std::holds_alternative<SetScore>(set().items()[0].change));
    QVERIFY(pane().isVisible());
}

void TestChange::everyControlHasAName() {
    set().setChanges(parseChanges("score cross 2.1 [3,3] = 1; mask cross 2.1 [1,1] hidden; weight cross 2.1 [2,2] = 0.5; swap encoder 1 2; "
                                  "position encoder 1 -> 2; head cross 1.1 off; positions off")
                         .value());
    settle();
    for (QWidget* const widget : pane().findChildren<QWidget*>())
        if (widget->isVisible() && widget->focusPolicy() != Qt::NoFocus && !widget->inherits("QScrollArea") && !widget->inherits("QScrollBar") &&
            !widget->inherits("QLineEdit")) {
            auto* const button = qobject_cast<QAbstractButton*>(widget);
            const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
            QVERIFY2(named, widget->metaObject()->className());
        }
}

HEADLIGHT_WINDOW_TEST_MAIN(TestChange)
#include "tst_change.moc"
