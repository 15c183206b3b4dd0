// "Change it" in a real window: each kind of change by hand, what follows from it against an independent run, and every way back.
#include "core/analysis/interventions/change_text.h"
#include "ui/changes/change_list.h"
#include "ui/changes/change_row.h"
#include "ui/changes/change_words.h"
#include "ui/document/predictions.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/parameter_slider.h"
#include "ui/session/session_menu.h"
#include "ui/theme/theme_controller.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/change_maps.h"
#include "ui/window/change_pane.h"
#include "ui/window/change_wiring.h"
#include "ui/window/chip_button.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/main_window.h"
#include "ui/window/session_wiring.h"
#include "ui/window/steps_pane.h"
#include "ui/window/view_pane.h"

#include <QCheckBox>
#include <QContextMenuEvent>
#include <QDoubleSpinBox>
#include <QJsonArray>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <numeric>

using namespace headlight;
using namespace headlight::ui;

namespace {

const QString kTranslator = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr");
const QString kWriter = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/books-gpt");
const QString kMasked = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/mini-bert");
const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
constexpr int kPatience = 60000;
const HeadAddress kHead{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};

} // namespace

class TestChange : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void emptyPageSaysWhatWillBeHere();
    void editedScoreIsThatOfTheCore();
    void maskedCellWeighsNothing();
    void weightIsTaken();
    void scaleAndTemperatureReachWholeLayers();
    void headIsSwitchedOffAndOn();
    void wordsAreSwappedFromTheirChips();
    void wordIsMovedAndPositionsGo();
    void takingBackRestoresEverything();
    void undoAndRedo();
    void draggingIsOneStep();
    void sessionBringsChangesBack();
    void linesOfAFileAreJudged();
    void whatNoLongerFitsIsKeptAndSaid();
    void modelSwitchedDuringARun();
    void otherModelsWork_data();
    void otherModelsWork();
    void zoomIsLinked();
    void keysEditTheSelectedCell();
    void menusOffer();
    void stepByStepOffers();
    void translationIsWrittenAnew();
    void figuresAndTable();
    void everyControlHasAName();

private:
    [[nodiscard]] ChangeSet& set() const { return *window_->views()->changes; }
    [[nodiscard]] ChangePane& pane() const { return *window_->views()->change; }
    [[nodiscard]] ChangeList& list() const { return *pane().list(); }
    [[nodiscard]] UndoController* undo() const { return window_->session()->undo(); }
    [[nodiscard]] std::string lines() const { return changesText(set().changes()); }
    void open(const QString& model, const QString& text);
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!pane().pending(), kPatience); }
    void take(const QString& button, const QString& action);
    /// run() against runChanged() of the same lines, and the panels against both.
    void compareWithCore();

    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
    QTemporaryDir settings_;
};

void TestChange::initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("HeadlightTest"));
    QCoreApplication::setApplicationName(QStringLiteral("HeadlightChangeTest"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
}

void TestChange::init() {
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

void TestChange::cleanup() {
    window_.reset();
    themes_.reset();
}

void TestChange::open(const QString& model, const QString& text) {
    window_->start(model, text);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() && window_->document()->snapshot()->request.text == text &&
                                 window_->document()->settled(),
                             kPatience);
    settle();
}

/// An action of the menu behind a button of the list.
void TestChange::take(const QString& button, const QString& action) {
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

void TestChange::compareWithCore() {
    settle();
    const ChangedRunPtr& run = set().run();
    QVERIFY(run);
    QCOMPARE(changesText(run->applied), lines());
    const Model& model = run->before->model();
    const auto expected = runChanged(model, run->before->run.input, set().changes());
    QVERIFY(expected.ok());
    const AttentionKind kind = window_->selection()->head().kind;
    const Tensor weights = expected->trace->weights(window_->selection()->head());
    const Tensor shown = pane().maps()->after()->headMap().shown()->tile({0, weights.dimension(0)}, {0, weights.dimension(1)});
    QVERIFY(std::ranges::equal(weights.span(), shown.span()));
    QCOMPARE(shown.dimension(0), expected->trace->nQueries(kind));
    QVERIFY(pane().report());
    const ChangeReport& report = *pane().report();
    QCOMPARE(report.run, run);
    for (const auto& [trace, after] : {std::pair(run->before->run.trace, false), std::pair(expected->trace, true)}) {
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

void TestChange::undoAndRedo() {
    (void)undo()->history(); // what was selected before is a step of its own
    QTest::mouseClick(list().button(QStringLiteral("Hide key")), Qt::LeftButton);
    take(QStringLiteral("This head ▾"), QStringLiteral("Switch this head off"));
    (void)undo()->history(); // everything told so far is a step
    const std::string both = "mask cross 2.1 [3,3] hidden\nhead cross 2.1 off\n";
    QCOMPARE(lines(), both);
    QVERIFY(undo()->undoAction()->text().contains(QStringLiteral("change inside the model")));
    set().clear();
    undo()->undo();
    QCOMPARE(lines(), both);
    compareWithCore();
    undo()->redo();
    QVERIFY(set().empty());
    undo()->undo();
    QCOMPARE(lines(), both);
}

void TestChange::draggingIsOneStep() {
    set().put(parseChange("temperature cross 2.1 = 1").value());
    const std::size_t before = undo()->history().stepCount();
    QSlider* const slider = list().rows().front()->slider()->slider();
    for (int value = slider->value(); value < slider->maximum(); value += 5) {
        slider->setValue(value);
        QCoreApplication::processEvents();
    }
    QCOMPARE(undo()->history().stepCount(), before + 1);
    const std::string dragged = lines();
    undo()->undo();
    QCOMPARE(lines(), std::string("temperature cross 2.1 = 1\n"));
    undo()->redo();
    QCOMPARE(lines(), dragged);
    compareWithCore();
}

void TestChange::sessionBringsChangesBack() {
    set().put(parseChange("score cross 2.1 [3,3] = -0.1").value());
    set().put(parseChange("swap encoder 2 3").value());
    const std::string kept = lines();
    const session::WorkbenchState state = window_->session()->workbench()->state();
    set().clear();
    window_->session()->workbench()->restore(state, IfModelIsMissing::KeepPresent);
    QCOMPARE(lines(), kept);
    compareWithCore();
}

void TestChange::linesOfAFileAreJudged() {
    QJsonObject state = set().state();
    state[QStringLiteral("lines")] = QJsonArray{QStringLiteral("head cross 1.1 off"), QStringLiteral("nonsense"), 7, QStringLiteral("positions off")};
    set().setState(state);
    QCOMPARE(lines(), std::string("head cross 1.1 off\npositions off\n"));
    set().setState({}); // what is missing stays as it is
    QCOMPARE(set().items().size(), std::size_t{2});
}

void TestChange::whatNoLongerFitsIsKeptAndSaid() {
    set().setChanges(parseChanges("mask cross 2.1 [3,8] hidden; head cross 2.1 off").value());
    compareWithCore();
    window_->textPanel()->sourceEdit()->setWholeText(QStringLiteral("No."));
    window_->document()->setText(QStringLiteral("No."), true);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot()->request.text == QStringLiteral("No.") && window_->document()->settled(), kPatience);
    settle();
    QCOMPARE(set().items().size(), std::size_t{2});
    QVERIFY(set().items()[0].problem && !set().items()[1].problem);
    QCOMPARE(changesText(set().run()->applied), std::string("head cross 2.1 off\n"));
    QVERIFY(list().rows()[0]->problemLabel()->isVisible());
    QVERIFY(list().rows()[0]->problemLabel()->text().startsWith(QStringLiteral("Does not fit")));
    QVERIFY(!list().rows()[1]->problemLabel()->isVisible());
    QVERIFY(pane().maps()->note()->text().contains(QStringLiteral("left out")));
    window_->document()->setText(kSentence, true);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot()->request.text == kSentence && window_->document()->settled(), kPatience);
    compareWithCore();
}

void TestChange::modelSwitchedDuringARun() {
    set().setChanges(parseChanges("head cross 2.1 off; temperature encoder 1 = 3").value());
    QVERIFY(set().pending());
    open(kMasked, QStringLiteral("The cat is sleeping on the [MASK]."));
    QTRY_VERIFY_WITH_TIMEOUT(!set().pending(), kPatience);
    QVERIFY(set().items()[0].problem); // no cross attention
    QVERIFY(!set().items()[1].problem);
    QVERIFY(set().run());
    QCOMPARE(set().run()->before, window_->document()->snapshot());
    QCOMPARE(changesText(set().run()->applied), std::string("temperature encoder 1 = 3\n"));
}

void TestChange::otherModelsWork_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("kind");
    QTest::newRow("decoder") << kWriter << QStringLiteral("one two three one two three one two") << QStringLiteral("decoder");
    QTest::newRow("encoder") << kMasked << QStringLiteral("The cat is sleeping on the [MASK].") << QStringLiteral("encoder");
}

void TestChange::otherModelsWork() {
    QFETCH(QString, model);
    QFETCH(QString, text);
    QFETCH(QString, kind);
    open(model, text);
    const QString all = QStringLiteral("score %1 1.1 [4,2] = 9; mask %1 1.2 [4,1] hidden; weight %1 2.1 [3,1] = 0.5; scale %1 1 = 0.5; "
                                       "temperature %1 2.2 = 2; head %1 1.2 off; swap %1 2 3; position %1 2 -> 5")
                            .arg(kind);
    set().setChanges(parseChanges(all.toStdString()).value());
    compareWithCore();
    for (const ChangeSet::Item& item : set().items())
        QVERIFY2(!item.problem, item.problem ? item.problem->message().c_str() : "");
    QCOMPARE(list().rows().size(), std::size_t{8});
    QVERIFY(!pane().report()->positions.empty());
    QVERIFY(set().failure() == std::nullopt);
}

void TestChange::zoomIsLinked() {
    set().put(parseChange("score cross 2.1 [3,3] = -20").value());
    settle();
    pane().maps()->after()->zoomIn();
    pane().maps()->after()->zoomIn();
    const MapTransform& after = pane().maps()->after()->transform();
    const MapTransform& before = pane().maps()->before()->transform();
    QVERIFY(!after.fitted());
    QCOMPARE(before.scale_x, after.scale_x);
    QCOMPARE(before.scale_y, after.scale_y);
    pane().maps()->before()->fit();
    QVERIFY(pane().maps()->after()->transform().fitted());
}

void TestChange::keysEditTheSelectedCell() {
    HeatmapView* const map = pane().maps()->after();
    map->setFocus();
    QTest::keyClick(map, Qt::Key_Return);
    QCOMPARE(set().items().size(), std::size_t{1});
    QVERIFY(std::holds_alternative<SetScore>(set().items()[0].change));
    QVERIFY(list().rows().front()->isAncestorOf(QApplication::focusWidget()));
    const std::string score = lines();
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Right); // a slider
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

void TestChange::translationIsWrittenAnew() {
    set().setChanges(parseChanges("swap encoder 3 7").value());
    settle();
    const auto& panels = pane().sheet()->panels();
    const auto* facts = std::get_if<FactPlot>(&panels.back().plot);
    QVERIFY(facts);
    const Model& model = *window_->document()->model();
    const TokenSequence& source = window_->document()->snapshot()->run.input.source;
    QCOMPARE(facts->facts[0].value.toStdString(), writeChanged(model, source, {})->text);
    QCOMPARE(facts->facts[1].value.toStdString(), writeChanged(model, source, set().changes())->text);
    QVERIFY(facts->facts[0].value != facts->facts[1].value);
}

void TestChange::figuresAndTable() {
    set().put(parseChange("score cross 2.1 [3,3] = -20").value());
    settle();
    const auto subjects = pane().figures();
    QVERIFY(subjects.size() >= 5);
    const FigureLook look;
    const auto page = subjects.front().figure(look);
    QVERIFY2(page.ok(), page.ok() ? "" : page.error().message().c_str());
    QVERIFY2(page->description.contains(QStringLiteral("score “chat” → “cat” = −20.00")), qPrintable(page->description));
    for (const FigureSubject& subject : subjects) {
        const auto figure = subject.figure(look);
        QVERIFY2(figure.ok(), qPrintable(subject.name));
    }
    const PictureTables tables = pane().tables();
    QVERIFY(tables.all.size() >= 5);
    QCOMPARE(tables.all.front().model->rowCount(), static_cast<int>(window_->document()->snapshot()->trace().nQueries(AttentionKind::Cross)));
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

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    TestChange test;
    const int failures = QTest::qExec(&test, argc, argv);
    (void)waitForJobThreads(std::chrono::seconds(30));
    return failures;
}
#include "tst_change.moc"
