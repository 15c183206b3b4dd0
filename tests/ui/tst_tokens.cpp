#include "ui/tokens/text_edit.h"
#include "ui/tokens/token_row.h"

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

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

QTEST_MAIN(TestTokens)
#include "tst_tokens.moc"
