#include "ui/document/document.h"
#include "ui/document/examples.h"
#include "ui/tokens/example_button.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_origin.h"
#include "ui/tokens/token_row.h"

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHelpEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

using namespace headlight;
using namespace headlight::ui;

namespace {

AxisTokens tokens(const QStringList& words) {
    AxisTokens axis;
    axis.words = words;
    axis.special.assign(static_cast<std::size_t>(words.size()), false);
    return axis;
}

QStringList manyWords(int n) {
    QStringList words;
    for (int i = 0; i < n; ++i)
        words.append(QStringLiteral("word%1").arg(i % 500));
    return words;
}

/// A row in a window 600 pixels wide.
struct Shown {
    Selection selection;
    TokenRow row{&selection};
    explicit Shown(const QStringList& words, RowRole role) {
        row.resize(600, row.height());
        row.setTokens(tokens(words));
        row.setRole(role);
        row.show();
        QTest::qWait(1);
    }
    void click(std::size_t index, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(row.viewport(), Qt::LeftButton, modifiers, row.chipRect(index).center());
    }
};

} // namespace

class TestTokens : public QObject {
    Q_OBJECT
private slots:
    void clickChoosesTheRowsRole();
    void shiftClickChoosesTheKeyWhereBothAreHere();
    void rowWithoutRoleLeavesTheSelectionAlone();
    void outputChipCannotBeChosen();
    void arrowsMoveTheChoice();
    void rightToLeftTextRunsFromTheRight();
    void longTextTakesTwoLinesAndScrolls();
    void narrowerRowGrowsWithItsViewport();
    void generatedTokensCarryTheirStep();
    void sixteenThousandTokensLayOutQuickly();
    void editHandsOnWhatIsTyped();
    void pastedDocumentIsKeptWholeAndNotLaidOut();
    void typingReplacesAPastedDocument();
    void unfoldedRowShowsMoreLines();
    void scrolledRowStaysWhenTheMouseLeaves();
    void bytesAreCharactersOfTheText();
    void originTellsBytesWordAndWhoAddedIt();
    void startAndGeneratedTokensSaySo();
    void hoveredTokenIsMarkedInTheText();
    void marksOfAPairAndOfAnOwnTarget();
    void typingClearsMarksAndKeepsTheCursor();
    void exampleBecomesTheTextWithItsNote();

private:
    struct Panel;
};

void TestTokens::clickChoosesTheRowsRole() {
    Shown query({"Le", "chat", "noir"}, RowRole::Query);
    query.click(1);
    QCOMPARE(query.selection.pinned().query, std::optional<std::size_t>(1));
    QVERIFY(!query.selection.pinned().key);
    Shown key({"The", "black", "cat"}, RowRole::Key);
    key.selection.setPinned({.query = 1, .key = 0});
    key.click(2);
    QCOMPARE(key.selection.pinned().key, std::optional<std::size_t>(2));
    QCOMPARE(key.selection.pinned().query, std::optional<std::size_t>(1));
}

void TestTokens::shiftClickChoosesTheKeyWhereBothAreHere() {
    Shown both({"The", "black", "cat"}, RowRole::Both);
    both.click(0);
    both.click(2, Qt::ShiftModifier);
    QCOMPARE(both.selection.pinned().query, std::optional<std::size_t>(0));
    QCOMPARE(both.selection.pinned().key, std::optional<std::size_t>(2));
}

void TestTokens::rowWithoutRoleLeavesTheSelectionAlone() {
    Shown none({"The", "black", "cat"}, RowRole::None);
    none.click(1);
    QTest::mouseMove(none.row.viewport(), none.row.chipRect(1).center());
    QVERIFY(none.selection.current() == TokenPair{});
}

void TestTokens::outputChipCannotBeChosen() {
    Shown row({"Le", "chat"}, RowRole::Query);
    row.row.setOutput("</s>", "written last");
    QVERIFY(row.row.chipRect(2).isValid());
    row.click(2);
    QVERIFY(!row.selection.pinned().query);
}

void TestTokens::arrowsMoveTheChoice() {
    Shown row({"a", "b", "c"}, RowRole::Query);
    QTest::keyClick(&row.row, Qt::Key_Right);
    QCOMPARE(row.selection.pinned().query, std::optional<std::size_t>(0));
    QTest::keyClick(&row.row, Qt::Key_Right);
    QTest::keyClick(&row.row, Qt::Key_Right);
    QTest::keyClick(&row.row, Qt::Key_Right);
    QCOMPARE(row.selection.pinned().query, std::optional<std::size_t>(2));
    QTest::keyClick(&row.row, Qt::Key_Home);
    QCOMPARE(row.selection.pinned().query, std::optional<std::size_t>(0));
}

void TestTokens::rightToLeftTextRunsFromTheRight() {
    Shown row({QStringLiteral("القط"), QStringLiteral("ينام"), QStringLiteral(".")}, RowRole::Query);
    QVERIFY(row.row.chipRect(0).left() > row.row.chipRect(1).left());
    QVERIFY(row.row.chipRect(1).left() > row.row.chipRect(2).left());
    row.click(1);
    QCOMPARE(row.selection.pinned().query, std::optional<std::size_t>(1));
}

void TestTokens::longTextTakesTwoLinesAndScrolls() {
    Shown shown(manyWords(300), RowRole::Query);
    const int one_line = shown.row.minimumSizeHint().height();
    QVERIFY(shown.row.height() > one_line);
    QVERIFY(shown.row.height() < 3 * one_line);
    shown.selection.setPinned({.query = 299, .key = std::nullopt}); // chosen elsewhere: the row follows
    QVERIFY(shown.row.viewport()->rect().contains(shown.row.chipRect(299)));
    QVERIFY(!shown.row.viewport()->rect().contains(shown.row.chipRect(0)));
}

void TestTokens::narrowerRowGrowsWithItsViewport() {
    Shown shown(manyWords(7), RowRole::Both);
    const int one_line = shown.row.height();
    shown.row.resize(300, one_line);
    QTest::qWait(1);
    QVERIFY(shown.row.height() > one_line);
    QCOMPARE(shown.row.viewport()->height(), shown.row.height()); // else the second line would not be painted
    QVERIFY(shown.row.viewport()->rect().contains(shown.row.chipRect(6)));
}

void TestTokens::generatedTokensCarryTheirStep() {
    Shown shown({"The", "old", "man", "went"}, RowRole::Both);
    const int plain = shown.row.chipRect(3).width();
    const QImage before = shown.row.grab().toImage();
    shown.row.setGenerated(2);
    shown.row.setOutputs({"to", "the"}, "being written");
    QVERIFY(shown.row.chipRect(3).width() > plain); // the figure needs room
    QCOMPARE(shown.row.chipRect(1).width(), QFontMetrics(shown.row.font()).horizontalAdvance("old") + 16);
    QVERIFY(shown.row.chipRect(5).left() > shown.row.chipRect(4).right());
    QVERIFY(shown.row.grab().toImage() != before);
    shown.click(5); // an output is no token yet
    QVERIFY(!shown.selection.pinned().query);
}

void TestTokens::sixteenThousandTokensLayOutQuickly() {
    Shown shown(manyWords(10), RowRole::Query);
    QElapsedTimer timer;
    timer.start();
    shown.row.setTokens(tokens(manyWords(16384)));
    shown.row.grab();
    QVERIFY2(timer.elapsed() < 250, qPrintable(QString::number(timer.elapsed())));
}

void TestTokens::editHandsOnWhatIsTyped() {
    TextEdit edit;
    QSignalSpy changed(&edit, &TextEdit::wholeTextChanged);
    QTest::keyClicks(&edit, "The cat");
    QCOMPARE(changed.count(), 7);
    QCOMPARE(edit.wholeText(), QStringLiteral("The cat"));
    QApplication::clipboard()->setText(QStringLiteral(" sleeps"));
    QTest::keySequence(&edit, QKeySequence::Paste);
    QCOMPARE(edit.wholeText(), QStringLiteral("The cat sleeps"));
    QCOMPARE(changed.count(), 8);
}

void TestTokens::pastedDocumentIsKeptWholeAndNotLaidOut() {
    TextEdit edit;
    edit.resize(600, 30);
    edit.show();
    QSignalSpy changed(&edit, &TextEdit::wholeTextChanged);
    const QString document = QStringLiteral("lorem ipsum ").repeated(100000); // 1.2 million characters
    QApplication::clipboard()->setText(document);
    QElapsedTimer timer;
    timer.start();
    QTest::keySequence(&edit, QKeySequence::Paste);
    edit.grab();
    QVERIFY2(timer.elapsed() < 250, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(edit.holdsDocument());
    QCOMPARE(edit.wholeText().size(), document.size());
    QVERIFY(edit.text().size() < 300);
    QCOMPARE(changed.count(), 1);
}

void TestTokens::typingReplacesAPastedDocument() {
    TextEdit edit;
    edit.setWholeText(QStringLiteral("x").repeated(20000));
    QVERIFY(edit.holdsDocument());
    QTest::keyClicks(&edit, "Hi");
    QCOMPARE(edit.wholeText(), QStringLiteral("Hi"));
    edit.setWholeText(QStringLiteral("x").repeated(20000));
    QTest::keyClick(&edit, Qt::Key_Backspace);
    QCOMPARE(edit.wholeText(), QString());
}

void TestTokens::unfoldedRowShowsMoreLines() {
    Shown shown(manyWords(300), RowRole::Query);
    const int folded = shown.row.height();
    QVERIFY(shown.row.foldable());
    shown.row.setUnfolded(true);
    QVERIFY(shown.row.height() > 3 * folded);
    QVERIFY(shown.row.height() < 5 * folded); // eight lines, and the rest scrolls
    shown.row.setUnfolded(false);
    QCOMPARE(shown.row.height(), folded);
    QSignalSpy changed(&shown.row, &TokenRow::foldableChanged);
    shown.row.setTokens(tokens({"a", "b"}));
    QVERIFY(!shown.row.foldable());
    QCOMPARE(changed.count(), 1);
}

void TestTokens::scrolledRowStaysWhenTheMouseLeaves() {
    Shown shown(manyWords(3000), RowRole::Query);
    shown.selection.setPinned({.query = 2999, .key = std::nullopt});
    shown.row.verticalScrollBar()->setValue(0);
    QTest::mouseMove(shown.row.viewport(), shown.row.chipRect(3).center());
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(shown.row.viewport(), &leave);
    QCOMPARE(shown.selection.current().query, std::optional<std::size_t>(2999));
    QCOMPARE(shown.row.verticalScrollBar()->value(), 0);
}

void TestTokens::bytesAreCharactersOfTheText() {
    using Range = std::pair<qsizetype, qsizetype>;
    const QString text = QStringLiteral("aé漢😀b"); // 1, 2, 3, 4 and 1 bytes
    QCOMPARE(charactersOf(text, {0, 1}), Range(0, 1));
    QCOMPARE(charactersOf(text, {1, 3}), Range(1, 2));
    QCOMPARE(charactersOf(text, {3, 6}), Range(2, 3));
    QCOMPARE(charactersOf(text, {6, 10}), Range(3, 5));
    QCOMPARE(charactersOf(text, {8, 9}), Range(3, 5)); // a byte inside the character
    QCOMPARE(charactersOf(text, {10, 11}), Range(5, 6));
    QCOMPARE(charactersOf(text, {0, 11}), Range(0, 6));
    QCOMPARE(charactersOf(text, {4, 4}), Range(0, 0));
    QCOMPARE(charactersOf(text, {11, 12}), Range(0, 0));
}

/// The texts' panel on a bundled model that has run.
struct TestTokens::Panel {
    Document document;
    Selection selection;
    TextPanel panel{&document, &selection};
    Panel(const char* model, const QString& text, const QString& pair = {}) {
        panel.resize(900, 300);
        panel.show();
        document.setText(text);
        document.setTextPair(pair);
        document.openModel(QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/") + QLatin1String(model));
        settle();
    }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() && document.settled(), 60000); }
    /// What hovering chip `index` of `row` says.
    static QString toolTip(TokenRow* row, std::size_t index) {
        const QPoint place = row->chipRect(index).center();
        QHelpEvent help(QEvent::ToolTip, place, row->viewport()->mapToGlobal(place));
        QCoreApplication::sendEvent(row->viewport(), &help);
        return QToolTip::text();
    }
};

void TestTokens::originTellsBytesWordAndWhoAddedIt() {
    Panel shown("mini-bert", QStringLiteral("The zyxwv sleeps on the [MASK]."));
    const TokenSequence& sequence = shown.document.snapshot()->run.input.source;
    TokenRow* const row = shown.panel.sourceRow();
    QVERIFY(Panel::toolTip(row, 0).contains(QStringLiteral("in front of every text")));
    QVERIFY(Panel::toolTip(row, sequence.size() - 1).contains(QStringLiteral("after every text")));
    const QString the = Panel::toolTip(row, 1);
    QVERIFY2(the.contains(QStringLiteral("bytes 0–3 of the text: 54 68 65")), qPrintable(the));
    QVERIFY2(the.contains(QStringLiteral("id %1").arg(sequence.ids[1])), qPrintable(the));
    QVERIFY(!the.contains(QStringLiteral("piece"))); // a whole word
    const QString piece = Panel::toolTip(row, 3);
    QVERIFY2(piece.contains(QStringLiteral("piece 2 of")) && piece.contains(QStringLiteral("of the word “zyxwv”")), qPrintable(piece));
    const auto mask = static_cast<std::size_t>(std::find(sequence.tokens.begin(), sequence.tokens.end(), "[MASK]") - sequence.tokens.begin());
    QVERIFY(mask < sequence.size());
    QVERIFY2(Panel::toolTip(row, mask).contains(QStringLiteral("stands in the text")), qPrintable(Panel::toolTip(row, mask)));
}

void TestTokens::startAndGeneratedTokensSaySo() {
    Panel shown("en-fr", QStringLiteral("The black cat sleeps."));
    TokenRow* const row = shown.panel.targetRow();
    QVERIFY(Panel::toolTip(row, 0).contains(QStringLiteral("the decoder starts with it")));
    const QString written = Panel::toolTip(row, 2);
    QVERIFY2(written.contains(QStringLiteral("written by the model in step 2")), qPrintable(written));
    QVERIFY(!written.contains(QStringLiteral("bytes"))); // it stands in no text
}

void TestTokens::hoveredTokenIsMarkedInTheText() {
    Panel shown("books-gpt", QStringLiteral("Où va the white whale?"));
    shown.selection.setHead({AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    const QStringList& words = shown.document.snapshot()->target_axis.words;
    const auto whale = static_cast<std::size_t>(words.indexOf(QStringLiteral("whale")));
    const auto white = static_cast<std::size_t>(words.indexOf(QStringLiteral("white")));
    shown.selection.setHovered({.query = whale, .key = white});
    const TextEdit* const edit = shown.panel.sourceEdit();
    QCOMPARE(edit->marks().size(), std::size_t(2));
    const auto marked = [&](std::size_t i) { return edit->text().mid(edit->marks()[i].begin, edit->marks()[i].end - edit->marks()[i].begin).trimmed(); };
    QCOMPARE(marked(0), QStringLiteral("whale"));
    QCOMPARE(marked(1), QStringLiteral("white"));
    QVERIFY(edit->marks()[0].colour != edit->marks()[1].colour);
    const QImage with = shown.panel.sourceEdit()->grab().toImage();
    shown.selection.setHovered({});
    QVERIFY(edit->marks().empty());
    QVERIFY(with != shown.panel.sourceEdit()->grab().toImage()); // and they were to be seen
}

void TestTokens::marksOfAPairAndOfAnOwnTarget() {
    Panel pair("mini-bert", QStringLiteral("Tom has a cat."), QStringLiteral("It is black."));
    pair.selection.setHead({AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(0)});
    const QStringList& words = pair.document.snapshot()->source_axis.words;
    pair.selection.setHovered({.query = std::size_t(words.indexOf(QStringLiteral("black"))), .key = std::size_t(words.indexOf(QStringLiteral("cat")))});
    QCOMPARE(pair.panel.pairEdit()->marks().size(), std::size_t(1));
    QCOMPARE(pair.panel.pairEdit()->marks().front().begin, qsizetype(6));
    QCOMPARE(pair.panel.sourceEdit()->marks().size(), std::size_t(1));
    QCOMPARE(pair.panel.sourceEdit()->marks().front().begin, qsizetype(10));

    Panel translation("en-fr", QStringLiteral("The cat sleeps."));
    translation.document.setOwnTarget(QStringLiteral("Le chat dort."));
    translation.settle();
    translation.selection.setHead({AttentionKind::Cross, LayerIndex(0), HeadIndex(0)});
    translation.selection.setHovered({.query = 2, .key = 1});
    QCOMPARE(translation.panel.targetEdit()->marks().size(), std::size_t(1));
    QCOMPARE(translation.panel.targetEdit()->marks().front().begin, qsizetype(3)); // "chat", behind the start token and "Le"
    QCOMPARE(translation.panel.sourceEdit()->marks().front().begin, qsizetype(4));
}

void TestTokens::typingClearsMarksAndKeepsTheCursor() {
    TextEdit edit;
    edit.setWholeText(QStringLiteral("The cat sleeps"));
    edit.show();
    edit.setFocus();
    edit.setCursorPosition(7);
    QSignalSpy changed(&edit, &TextEdit::wholeTextChanged);
    edit.setMarks({{4, 7, Qt::red}});
    QCOMPARE(edit.cursorPosition(), 7);
    QCOMPARE(changed.count(), 0); // colours are no edit
    QTest::keyClicks(&edit, "s");
    QCOMPARE(edit.wholeText(), QStringLiteral("The cats sleeps"));
    QVERIFY(edit.marks().empty());
    QCOMPARE(changed.count(), 1);
    edit.undo();
    QCOMPARE(edit.text(), QStringLiteral("The cat sleeps")); // nor a step of undo
}

void TestTokens::exampleBecomesTheTextWithItsNote() {
    Panel shown("mini-bert", QStringLiteral("Hello."));
    ExampleButton* const button = shown.panel.exampleButton();
    QVERIFY(button->examples().size() >= 7);
    QVERIFY(!shown.panel.noteLabel()->isVisible());
    const auto pair = std::ranges::find_if(button->examples(), [](const Example& example) { return !example.text_pair.isEmpty(); });
    QVERIFY(pair != button->examples().end());
    const Example example = *pair;
    button->choose(static_cast<std::size_t>(pair - button->examples().begin()));
    shown.settle();
    QCOMPARE(shown.panel.sourceEdit()->wholeText(), example.text);
    QCOMPARE(shown.panel.pairEdit()->wholeText(), example.text_pair);
    QVERIFY(shown.panel.noteLabel()->isVisible());
    QVERIFY(shown.panel.noteLabel()->text().contains(example.note));
    QTest::keyClicks(shown.panel.sourceEdit(), "!"); // her own text now
    QVERIFY(!shown.panel.noteLabel()->isVisible());
}

QTEST_MAIN(TestTokens)
#include "tst_tokens.moc"
