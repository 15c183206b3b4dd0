// Going on with a text in the window: by key and button, stopped, kept, dropped, drawn again.
#include "tests/ui/support/timeline_window.h"
#include "ui/tokens/generation_popover.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/token_row.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestWritingBar : public QObject, private TimelineWindow {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void keysContinueTheText();
    void buttonsKeepDropAndDrawAgain();
    void wordsShowUpWhileTheyAreMadeAndTheStopButtonKeepsThem();
    void settingsInThePopoverReachTheDocument();
};

void TestWritingBar::init() {
    openTimeline();
}

void TestWritingBar::cleanup() {
    closeTimeline();
}

void TestWritingBar::keysContinueTheText() {
    TextEdit* const edit = window_->textPanel()->sourceEdit();
    edit->setFocus();
    QTest::keyClick(edit, Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE_WITH_TIMEOUT(snapshot().steps.size(), std::size_t(1), kPatience);
    QTest::keyClick(edit, Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(snapshot().steps.size(), std::size_t(21), kPatience);
    QCOMPARE(window_->document()->text(), kText);
    TokenRow* const row = window_->textPanel()->sourceRow();
    QCOMPARE(row->count(), snapshot().n_given + 20); // read; and the last, written and not read yet
    QCOMPARE(row->outputs().size(), qsizetype(1));
    QCOMPARE(row->outputs().front(), snapshot().written_words.back());
    QLabel* const step = window_->textPanel()->findChild<QLabel*>(QStringLiteral("stepLabel"));
    QVERIFY(step->isVisible());
    QTRY_COMPARE(step->text(), QStringLiteral("step 21 of 21"));
    QTest::keyClick(window_.get(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(step->text(), QStringLiteral("step 20 of 21"));
}

void TestWritingBar::buttonsKeepDropAndDrawAgain() {
    QVERIFY(bar()->isVisible() && bar()->continueButton()->isVisible() && !bar()->keepButton()->isVisible());
    QVERIFY(!window_->textPanel()->translationBar()->isVisible());
    QTest::mouseClick(bar()->oneWordButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(snapshot().steps.size(), std::size_t(1), kPatience);
    QVERIFY(bar()->dropButton()->isVisible());
    QTest::mouseClick(bar()->dropButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(snapshot().steps.empty(), kPatience);
    GenerationSettings settings;
    settings.strategy = GenerationSettings::Strategy::Sample;
    settings.temperature = 2.0f;
    settings.n_tokens = 6;
    window_->document()->setGenerationSettings(settings);
    QTest::mouseClick(bar()->continueButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(snapshot().steps.size(), std::size_t(6), kPatience);
    const auto first = snapshot().continuation();
    QTest::mouseClick(bar()->drawAgainButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(snapshot().continuation() != first, kPatience);
    QVERIFY(bar()->settingsButton()->text().contains(QStringLiteral("seed 2")));
    const QString written =
        QString::fromStdString(snapshot().model().tokenizer()->decode(snapshot().continuation()));
    QTest::mouseClick(bar()->keepButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(window_->textPanel()->sourceEdit()->text(), kText + written, kPatience);
}

void TestWritingBar::wordsShowUpWhileTheyAreMadeAndTheStopButtonKeepsThem() {
    GenerationSettings settings = window_->document()->generationSettings();
    settings.n_tokens = 2000;
    window_->document()->setGenerationSettings(settings);
    // Told of every word and looked at whenever one arrives: a fast machine would be done between two looks
    // by the clock.
    window_->document()->setDraftPace({.first = {}, .next = {}});
    std::size_t seen = 0;
    bool button_was_off = false;
    const auto watch = connect(window_->document(), &Document::draftChanged, this, [&] {
        if (seen > 0 || window_->textPanel()->sourceRow()->outputs().size() <= 3) // chips
            return;
        QVERIFY(view()->timeline().writing && view()->timeline().steps.back().number > 3); // and columns
        seen = view()->timeline().steps.back().number;
        button_was_off = !bar()->continueButton()->isEnabled();
        QTest::keyClick(window_.get(), Qt::Key_Period, Qt::ControlModifier);
    });
    QTest::mouseClick(bar()->continueButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(seen > 0, kPatience);
    disconnect(watch);
    QVERIFY(button_was_off);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), kPatience);
    QVERIFY(snapshot().steps.size() >= seen && snapshot().steps.size() < 2000);
    QVERIFY(!view()->timeline().writing);
    QVERIFY(bar()->continueButton()->isEnabled() || snapshot().reached_end);
}

void TestWritingBar::settingsInThePopoverReachTheDocument() {
    GenerationPopover* const popover = bar()->popover();
    QTest::mouseClick(bar()->settingsButton(), Qt::LeftButton);
    QVERIFY(popover->isVisible());
    QVERIFY(!popover->temperatureBox()->isVisible());     // says nothing to the model's own way
    QTest::keyClick(popover->strategyBox(), Qt::Key_End); // sampling
    QTRY_VERIFY(window_->document()->generationSettings().samples());
    QVERIFY(popover->temperatureBox()->isVisible());
    popover->temperatureBox()->setValue(0.7);
    popover->seedBox()->setValue(42);
    QCOMPARE(window_->document()->generationSettings().temperature, 0.7f);
    QCOMPARE(window_->document()->generationSettings().seed, std::uint64_t(42));
    popover->hide();
}

HEADLIGHT_WATCHED_TEST_MAIN(TestWritingBar)
#include "tst_writing_bar.moc"
