#include "ui/session/history.h"

#include <QTest>

using namespace headlight;
using namespace headlight::session;

namespace {

WorkbenchState textState(const std::string& text) {
    WorkbenchState state;
    state.texts.text = text;
    return state;
}

/// Types each character of `text` behind what is there.
void type(History& history, const std::string& text) {
    for (const char character : text)
        history.push(textState(history.present().texts.text + character));
}

} // namespace

class TestHistory : public QObject {
    Q_OBJECT
private slots:
    void wordsAreSteps();
    void erasingIsAStepOfItsOwn();
    void typingElsewhereIsANewStep();
    void charactersOfSeveralBytesAreTyped();
    void pastingIsAStep();
    void undoAndRedoGoThroughAllSteps();
    void aNewStepForgetsRedo();
    void consequencesBelongToTheirStep();
    void equalStatesAreNoStep();
    void savedIsToldThroughUndo();
    void savingEndsTyping();
    void changesAreNamed();
    void oldStepsAreDropped();
};

void TestHistory::wordsAreSteps() {
    History history;
    type(history, "the black cat");
    QCOMPARE(history.stepCount(), std::size_t{3});
    QCOMPARE(history.undoChange().what, std::string("text"));
    QVERIFY(history.undoChange().edit.kind == TextEdit::Kind::Typing);
    QCOMPARE(history.undo().texts.text, std::string("the black "));
    QCOMPARE(history.undo().texts.text, std::string("the "));
    QCOMPARE(history.undo().texts.text, std::string());
    QVERIFY(!history.canUndo());
    QCOMPARE(history.undo().texts.text, std::string()); // once more does nothing
}

void TestHistory::erasingIsAStepOfItsOwn() {
    History history;
    type(history, "cats");
    for (int i = 0; i < 3; ++i) {
        std::string text = history.present().texts.text;
        text.pop_back();
        history.push(textState(text));
    }
    QCOMPARE(history.stepCount(), std::size_t{2});
    QVERIFY(history.undoChange().edit.kind == TextEdit::Kind::Erasing);
    QCOMPARE(history.undo().texts.text, std::string("cats"));
}

void TestHistory::typingElsewhereIsANewStep() {
    History history;
    type(history, "ct");
    history.push(textState("cat"));
    QCOMPARE(history.stepCount(), std::size_t{2});
    QCOMPARE(history.undo().texts.text, std::string("ct"));
}

void TestHistory::charactersOfSeveralBytesAreTyped() {
    const TextEdit edit = textEdit("caf", "café");
    QVERIFY(edit.kind == TextEdit::Kind::Typing);
    QCOMPARE(edit.inserted, std::string("é"));
    // é and è share their first byte: the character is replaced, not its half.
    const TextEdit replaced = textEdit("é", "è");
    QVERIFY(replaced.kind == TextEdit::Kind::Replacing);
    QCOMPARE(replaced.position, std::size_t{0});
    QVERIFY(textEdit("🐈", "").kind == TextEdit::Kind::Erasing);
    QVERIFY(textEdit("aé", "aéé").kind == TextEdit::Kind::Typing);
}

void TestHistory::pastingIsAStep() {
    History history;
    type(history, "a");
    history.push(textState("a whole sentence"));
    type(history, "s");
    QCOMPARE(history.stepCount(), std::size_t{3});
}

void TestHistory::undoAndRedoGoThroughAllSteps() {
    History history;
    for (int i = 1; i <= 20; ++i) {
        WorkbenchState state;
        state.selection.head.head = HeadIndex(static_cast<std::size_t>(i));
        history.push(state);
    }
    for (int i = 19; i >= 0; --i)
        QCOMPARE(history.undo().selection.head.head.value, static_cast<std::size_t>(i));
    for (int i = 1; i <= 20; ++i)
        QCOMPARE(history.redo().selection.head.head.value, static_cast<std::size_t>(i));
    QVERIFY(!history.canRedo());
}

void TestHistory::aNewStepForgetsRedo() {
    History history;
    history.push(textState("one thing"));
    history.undo();
    QVERIFY(history.canRedo());
    history.push(textState("another thing"));
    QVERIFY(!history.canRedo());
    QCOMPARE(history.undo().texts.text, std::string());
}

void TestHistory::consequencesBelongToTheirStep() {
    History history;
    history.push(textState("a new text"));
    WorkbenchState followed = history.present();
    followed.selection.query = 7;
    history.absorb(followed);
    QCOMPARE(history.stepCount(), std::size_t{1});
    history.undo();
    QCOMPARE(*history.redo().selection.query, std::size_t{7});
}

void TestHistory::equalStatesAreNoStep() {
    History history;
    history.push(textState("a text"));
    history.push(textState("a text"));
    QCOMPARE(history.stepCount(), std::size_t{1});
}

void TestHistory::savedIsToldThroughUndo() {
    History history;
    QVERIFY(!history.isSaved()); // no file yet
    history.push(textState("a text"));
    history.setSaved(history.number());
    QVERIFY(history.isSaved());
    history.push(textState("another text"));
    QVERIFY(!history.isSaved());
    history.undo();
    QVERIFY(history.isSaved());
    history.undo();
    QVERIFY(!history.isSaved());
    history.redo();
    QVERIFY(history.isSaved());
}

void TestHistory::savingEndsTyping() {
    History history;
    type(history, "ca");
    history.setSaved(history.number());
    type(history, "t");
    QVERIFY(!history.isSaved());
    QCOMPARE(history.undo().texts.text, std::string("ca"));
    QVERIFY(history.isSaved());
}

void TestHistory::changesAreNamed() {
    const WorkbenchState before;
    const auto named = [&](const std::function<void(WorkbenchState&)>& change) {
        WorkbenchState after = before;
        after.parts["heatmap"] = {{"scale", "linear"}, {"colours", "viridis"}};
        WorkbenchState base = after;
        change(after);
        return changeBetween(base, after).what;
    };
    QCOMPARE(named([](WorkbenchState& state) { state.selection.head.layer = LayerIndex(1); }), std::string("head"));
    QCOMPARE(named([](WorkbenchState& state) { state.selection.companions = {{}}; }), std::string("heads"));
    QCOMPARE(named([](WorkbenchState& state) { state.selection.key = 1; }), std::string("pair"));
    QCOMPARE(named([](WorkbenchState& state) { state.texts.text_pair = "x"; }), std::string("second"));
    QCOMPARE(named([](WorkbenchState& state) { state.texts.own_target = "x"; }), std::string("own target"));
    QCOMPARE(named([](WorkbenchState& state) { state.texts.kept_target = {1}; }), std::string("chosen word"));
    QCOMPARE(named([](WorkbenchState& state) { state.model = ModelReference(); }), std::string("model"));
    QCOMPARE(named([](WorkbenchState& state) { state.parts["heatmap"]["scale"] = "log"; }), std::string("heatmap/scale"));
    QCOMPARE(named([](WorkbenchState&) {}), std::string());
}

void TestHistory::oldStepsAreDropped() {
    History history;
    for (std::size_t i = 0; i < History::kMostSteps + 50; ++i) {
        WorkbenchState state;
        state.selection.query = i;
        history.push(state);
    }
    QVERIFY(history.stepCount() < History::kMostSteps);
    QCOMPARE(*history.present().selection.query, History::kMostSteps + 49);
    History large;
    for (int i = 0; i < 40; ++i)
        large.push(textState(std::string(8u << 20, static_cast<char>('a' + i % 2))));
    QVERIFY(large.stepCount() >= 1);
    QVERIFY(large.stepCount() * (8u << 20) <= History::kMostBytes);
}

QTEST_APPLESS_MAIN(TestHistory)
#include "tst_history.moc"
