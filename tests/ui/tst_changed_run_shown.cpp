// The run with changes and what is made of it in a real window: undo, sessions, changes that no longer fit,
// other models, figures, and a text written with them.
#include "tests/ui/support/change_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/changes/change_row.h"
#include "ui/plots/parameter_slider.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"

#include <QJsonArray>
#include <QLabel>
#include <QSlider>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestChangedRunShown : public QObject, protected ChangeWindow {
    Q_OBJECT
private slots:
    void initTestCase() { useOwnSettings(); }
    void init() { openWindow(); }
    void cleanup() { closeWindow(); }
    void undoAndRedo();
    void draggingIsOneStep();
    void sessionBringsChangesBack();
    void linesOfAFileAreJudged();
    void whatNoLongerFitsIsKeptAndSaid();
    void modelSwitchedDuringARun();
    void otherModelsWork_data();
    void otherModelsWork();
    void zoomIsLinked();
    void translationIsWrittenAnew();
    void figuresAndTable();
};

void TestChangedRunShown::undoAndRedo() {
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

void TestChangedRunShown::draggingIsOneStep() {
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

void TestChangedRunShown::sessionBringsChangesBack() {
    set().put(parseChange("score cross 2.1 [3,3] = -0.1").value());
    set().put(parseChange("swap encoder 2 3").value());
    const std::string kept = lines();
    const session::WorkbenchState state = window_->session()->workbench()->state();
    set().clear();
    window_->session()->workbench()->restore(state, IfModelIsMissing::KeepPresent);
    QCOMPARE(lines(), kept);
    compareWithCore();
}

void TestChangedRunShown::linesOfAFileAreJudged() {
    QJsonObject state = set().state();
    state[QStringLiteral("lines")] = QJsonArray{
        QStringLiteral("head cross 1.1 off"), QStringLiteral("nonsense"), 7, QStringLiteral("positions off")};
    set().setState(state);
    QCOMPARE(lines(), std::string("head cross 1.1 off\npositions off\n"));
    set().setState({}); // what is missing stays as it is
    QCOMPARE(set().items().size(), std::size_t{2});
}

void TestChangedRunShown::whatNoLongerFitsIsKeptAndSaid() {
    set().setChanges(parseChanges("mask cross 2.1 [3,8] hidden; head cross 2.1 off").value());
    compareWithCore();
    window_->textPanel()->sourceEdit()->setWholeText(QStringLiteral("No."));
    window_->document()->setText(QStringLiteral("No."), true);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot()->request.text == QStringLiteral("No.") &&
                                 window_->document()->settled(),
                             kPatience);
    settle();
    QCOMPARE(set().items().size(), std::size_t{2});
    QVERIFY(set().items()[0].problem && !set().items()[1].problem);
    QCOMPARE(changesText(set().run()->applied), std::string("head cross 2.1 off\n"));
    QVERIFY(list().rows()[0]->problemLabel()->isVisible());
    QVERIFY(list().rows()[0]->problemLabel()->text().startsWith(QStringLiteral("Does not fit")));
    QVERIFY(!list().rows()[1]->problemLabel()->isVisible());
    QVERIFY(pane().maps()->note()->text().contains(QStringLiteral("left out")));
    window_->document()->setText(kSentence, true);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot()->request.text == kSentence &&
                                 window_->document()->settled(),
                             kPatience);
    compareWithCore();
}

void TestChangedRunShown::modelSwitchedDuringARun() {
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

void TestChangedRunShown::otherModelsWork_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("kind");
    QTest::newRow("decoder") << kWriter << QStringLiteral("one two three one two three one two")
                             << QStringLiteral("decoder");
    QTest::newRow("encoder") << kMasked << QStringLiteral("The cat is sleeping on the [MASK].")
                             << QStringLiteral("encoder");
}

void TestChangedRunShown::otherModelsWork() {
    QFETCH(QString, model);
    QFETCH(QString, text);
    QFETCH(QString, kind);
    open(model, text);
    const QString all =
        QStringLiteral(
            "score %1 1.1 [4,2] = 9; mask %1 1.2 [4,1] hidden; weight %1 2.1 [3,1] = 0.5; scale %1 1 = 0.5; "
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

void TestChangedRunShown::zoomIsLinked() {
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

void TestChangedRunShown::translationIsWrittenAnew() {
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

void TestChangedRunShown::figuresAndTable() {
    set().put(parseChange("score cross 2.1 [3,3] = -20").value());
    settle();
    const auto subjects = pane().figures();
    QVERIFY(subjects.size() >= 5);
    const FigureLook look;
    const auto page = subjects.front().figure(look);
    QVERIFY2(page.ok(), page.ok() ? "" : page.error().message().c_str());
    QVERIFY2(page->description.contains(QStringLiteral("score “chat” → “cat” = −20.00")),
             qPrintable(page->description));
    for (const FigureSubject& subject : subjects) {
        const auto figure = subject.figure(look);
        QVERIFY2(figure.ok(), qPrintable(subject.name));
    }
    const PictureTables tables = pane().tables();
    QVERIFY(tables.all.size() >= 5);
    QCOMPARE(tables.all.front().model->rowCount(),
             static_cast<int>(window_->document()->snapshot()->trace().nQueries(AttentionKind::Cross)));
}

HEADLIGHT_WINDOW_TEST_MAIN(TestChangedRunShown)
#include "tst_changed_run_shown.moc"
