// The timeline in the window: stepping, taking another word, paths, five hundred steps.
#include "tests/ui/support/timeline_window.h"
#include "ui/timeline/step_attention.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/writing_bar.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QToolButton>

#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestTimeline : public QObject, private TimelineWindow {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void stepsAreTheQueryOfEveryView();
    void stripsAreTheRowsOfTheStep();
    void anotherCandidateGoesOnAndTheWayBackStays();
    void keysChooseACandidate();
    void columnsSayWhatTheModelGave();
    void translationsSayWhatBeamsAre();
    void playingWalksThroughTheSteps();
    void figuresShowTheSteps();
    void encodersHaveNoTimeline();
    void fiveHundredStepsScrollSmoothly();
};

void TestTimeline::init() {
    openTimeline();
}

void TestTimeline::cleanup() {
    closeTimeline();
}

void TestTimeline::stepsAreTheQueryOfEveryView() {
    continueBy(6);
    const std::size_t first = snapshot().n_given - 1;
    view()->setSelected(first, true); // into sight
    QTest::mouseClick(view()->viewport(), Qt::LeftButton, {},
                      view()->columnRect(first).topLeft().toPoint() + QPoint(10, 4));
    QCOMPARE(window_->selection()->pinned().query, std::optional(first));
    QVERIFY(window_->selection()->pinned().key.has_value());
    QTest::keyClick(view(), Qt::Key_Right);
    QCOMPARE(window_->selection()->pinned().query, std::optional(first + 1));
    QCOMPARE(view()->selected(), std::optional(first + 1));
    QCOMPARE(window_->timelinePane()->slider()->value(), static_cast<int>(first + 1));
    window_->timelinePane()->slider()->setValue(static_cast<int>(first + 4));
    QCOMPARE(window_->selection()->pinned().query, std::optional(first + 4));
    QTest::keyClick(window_.get(), Qt::Key_Left, Qt::AltModifier); // from anywhere
    QCOMPARE(view()->selected(), std::optional(first + 3));
    window_->selection()->setPinned({.query = 1, .key = 0}); // chosen in another view
    QCOMPARE(view()->selected(), std::optional<std::size_t>(1));
    const TimelinePicture picture = view()->picture(0, first + 6);
    QVERIFY(picture.columns[1].selected && !picture.columns[1].later && picture.columns[2].later);
}

void TestTimeline::stripsAreTheRowsOfTheStep() {
    open(QStringLiteral("en-fr"), QStringLiteral("The black cat sleeps under the table."));
    QTest::keyClick(view(), Qt::Key_End);
    QTest::keyClick(view(), Qt::Key_Left);
    const auto& strips = window_->timelinePane()->attention()->strips();
    QCOMPARE(strips.size(), std::size_t(3));
    const std::size_t row = *view()->selected();
    for (const AttentionStrip& strip : strips) {
        const Tensor weights =
            snapshot().trace().weights(strip.head, {strip.query, strip.query + 1}, {0, strip.weights.size()});
        double sum = 0.0;
        for (std::size_t key = 0; key < strip.weights.size(); ++key) {
            QCOMPARE(strip.weights[key], weights.span()[key]);
            sum += double(strip.weights[key]);
        }
        QVERIFY(std::abs(sum - 1.0) < 1e-4);
        QCOMPARE(strip.n_seen,
                 strip.head.kind == AttentionKind::DecoderSelf ? row + 1 : strip.weights.size());
    }
    const auto cross = std::find_if(strips.begin(), strips.end(), [](const auto& strip) {
        return strip.head.kind == AttentionKind::Cross;
    });
    const auto encoder = std::find_if(strips.begin(), strips.end(), [](const auto& strip) {
        return strip.head.kind == AttentionKind::EncoderSelf;
    });
    QVERIFY(cross != strips.end() && encoder != strips.end());
    const auto strongest =
        std::max_element(cross->weights.begin(), cross->weights.end()) - cross->weights.begin();
    QCOMPARE(encoder->query, static_cast<std::size_t>(strongest));
    // A click on a cell of another attention makes it the window's own.
    const auto decoder = std::find_if(strips.begin(), strips.end(), [](const auto& strip) {
        return strip.head.kind == AttentionKind::DecoderSelf;
    });
    const QRectF place =
        window_->timelinePane()->attention()->stripRect(static_cast<std::size_t>(decoder - strips.begin()));
    QTest::mouseClick(window_->timelinePane()->attention(), Qt::LeftButton, {},
                      QPointF(place.left() + 6, place.center().y()).toPoint());
    QVERIFY(window_->selection()->head().kind == AttentionKind::DecoderSelf);
    QCOMPARE(window_->selection()->pinned(), (TokenPair{row, 0}));
}

void TestTimeline::anotherCandidateGoesOnAndTheWayBackStays() {
    continueBy(8);
    const auto own = snapshot().continuation();
    const std::size_t row = snapshot().n_given + 1;
    const auto& options = view()->timeline().steps[row].options;
    const std::size_t other = options[0].chosen ? 1 : 0;
    const TokenId word = options[other].id;
    view()->setSelected(row, true);
    QTest::mouseClick(view()->viewport(), Qt::LeftButton, {},
                      view()->optionRect(row, other).center().toPoint());
    QTRY_VERIFY_WITH_TIMEOUT(snapshot().written[row] == word && settled(), kPatience);
    QCOMPARE(snapshot().steps.size(), own.size());
    QVERIFY(view()->timeline().steps[row].by_user);
    QVERIFY(view()->picture(row, row + 1).columns[0].head.contains(QStringLiteral("yours")));
    QMenu* const menu = window_->timelinePane()->pathMenu();
    QCOMPARE(window_->document()->paths().size(), std::size_t(2));
    QCOMPARE(menu->actions().size(), qsizetype(4)); // both, a line, and the way back
    menu->actions().back()->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(snapshot().continuation() == own, kPatience);
    QCOMPARE(window_->document()->paths().size(), std::size_t(2)); // the other one stays reachable too
}

void TestTimeline::keysChooseACandidate() {
    continueBy(4);
    const std::size_t row = snapshot().n_given + 1;
    view()->setFocus();
    emit view()->stepChosen(row);
    const auto options = view()->timeline().steps[row].options;
    QTest::keyClick(view(), Qt::Key_Down);
    QTest::keyClick(view(), Qt::Key_Down);
    QCOMPARE(view()->focusedOption(), std::optional<std::size_t>(1));
    QVERIFY(view()->accessibleDescription().contains(QString::number(options[1].id)));
    QVERIFY(!options[1].chosen); // greedy
    QTest::keyClick(view(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(snapshot().written[row] == options[1].id, kPatience);
}

void TestTimeline::columnsSayWhatTheModelGave() {
    continueBy(5);
    const Timeline& timeline = view()->timeline();
    QCOMPARE(timeline.steps.size(), snapshot().n_given + 4);
    for (std::size_t row = 0; row < timeline.steps.size(); ++row) {
        const TimelineStep& step = timeline.steps[row];
        const Tensor logits = snapshot().model().logits(snapshot().trace(), {row, row + 1}).value();
        double sum = 0.0, entropy = 0.0;
        for (const float logit : logits.span())
            sum += std::exp(double(logit));
        for (const float logit : logits.span())
            entropy -= std::exp(double(logit)) / sum * (double(logit) - std::log(sum));
        QVERIFY(std::abs(entropy - *step.entropy) < 1e-6);
        const double own = double(logits.span()[static_cast<std::size_t>(*step.word)]) - std::log(sum);
        QVERIFY(std::abs(-own - *step.surprise) < 1e-5);
        for (const TimelineOption& option : step.options)
            QVERIFY(std::abs(option.probability -
                             std::exp(double(logits.span()[static_cast<std::size_t>(option.id)])) / sum) <
                    1e-6);
        QCOMPARE(step.number, row + 1 < snapshot().n_given ? 0 : row + 2 - snapshot().n_given);
        const auto chosen = std::count_if(step.options.begin(), step.options.end(),
                                          [](const TimelineOption& option) { return option.chosen; });
        QCOMPARE(chosen, std::ptrdiff_t(1)); // in sight also where it was none of the most probable
        const auto better = std::count_if(logits.span().begin(), logits.span().end(), [&](float logit) {
            return logit > logits.span()[static_cast<std::size_t>(*step.word)];
        });
        QCOMPARE(step.rank, static_cast<std::size_t>(better));
    }
}

void TestTimeline::translationsSayWhatBeamsAre() {
    open(QStringLiteral("en-fr"), QStringLiteral("The black cat sleeps."));
    QVERIFY(window_->textPanel()->translationBar()->isVisible());
    QVERIFY(!window_->textPanel()->translationBar()->continueButton()->isVisible());
    QTRY_VERIFY(window_->timelinePane()->note()->text().contains(QStringLiteral("Beam search kept the 4")));
    GenerationSettings settings;
    settings.strategy = GenerationSettings::Strategy::Greedy;
    window_->document()->setGenerationSettings(settings);
    QTRY_VERIFY_WITH_TIMEOUT(window_->timelinePane()->note()->text().contains(QStringLiteral("Greedy")),
                             kPatience);
    QCOMPARE(view()->timeline().steps.size(), snapshot().written.size());
    QCOMPARE(view()->timeline().steps.front().number, std::size_t(1));
    window_->document()->setOwnTarget(QStringLiteral("Un chien"));
    QTRY_VERIFY_WITH_TIMEOUT(
        window_->timelinePane()->note()->text().contains(QStringLiteral("Your own target")), kPatience);
}

void TestTimeline::playingWalksThroughTheSteps() {
    continueBy(3);
    emit view()->stepChosen(0);
    QTest::mouseClick(window_->timelinePane()->playButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(view()->selected() == std::optional<std::size_t>(2), kPatience);
    QVERIFY(window_->timelinePane()->playButton()->isChecked());
    QTest::mouseClick(window_->timelinePane()->playButton(), Qt::LeftButton);
    const auto stopped = view()->selected();
    QTest::qWait(900);
    QCOMPARE(view()->selected(), stopped);
}

void TestTimeline::figuresShowTheSteps() {
    continueBy(6);
    const std::vector<FigureSubject> subjects = window_->timelinePane()->figures();
    QCOMPARE(subjects.size(), std::size_t(2));
    for (const FigureSubject& subject : subjects) {
        const auto image = subjectImage(subject, {});
        QVERIFY2(image.ok(), image.ok() ? "" : image.error().message().c_str());
        QCOMPARE(image->width(), static_cast<int>(std::lround(170.0 / 25.4 * 300)));
        const QRgb ground = image->pixel(2, 2);
        qsizetype painted = 0;
        for (int y = 0; y < image->height(); y += 4)
            for (int x = 0; x < image->width(); x += 4)
                painted += image->pixel(x, y) != ground;
        QVERIFY(painted > 1000);
    }
    FigureLook narrow;
    narrow.size.width_mm = 20;
    QVERIFY(!subjectImage(subjects.front(), narrow).ok()); // and says so
}

void TestTimeline::encodersHaveNoTimeline() {
    open(QStringLiteral("mini-bert"), QStringLiteral("I want to [MASK] home."));
    QVERIFY(!window_->timelinePane()->isVisible());
    QVERIFY(!bar()->isVisible());
}

void TestTimeline::fiveHundredStepsScrollSmoothly() {
    const SnapshotPtr taken = window_->document()->snapshot();
    Timeline
        timeline; // steps made up of real words: a model of so many positions is not among the bundled ones
    timeline.snapshot = taken;
    for (std::size_t i = 0; i < 500; ++i) {
        TimelineStep step;
        step.number = i + 1;
        step.word = static_cast<TokenId>(100 + i);
        step.surprise = 0.5;
        step.entropy = 1.5;
        for (TokenId option = 0; option < 8; ++option)
            step.options.push_back({static_cast<TokenId>(100 + i) + 7 * option, 0.5 / (option + 1),
                                    0.5 / (option + 1), option == 0});
        timeline.steps.push_back(step);
    }
    view()->setTimeline(timeline);
    testing::watchdog().resetWatchdog();
    for (std::size_t step = 0; step < 500; step += 3) {
        view()->setSelected(step, true);
        view()->viewport()->repaint();
        QVERIFY(view()->viewport()->rect().contains(view()->columnRect(step).center().toPoint()));
    }
    QVERIFY(view()->picture(0, 500).columns.size() == 500);
}

HEADLIGHT_WATCHED_TEST_MAIN(TestTimeline)
#include "tst_timeline.moc"
