// The softmax view: what is shown is what the core computes, cuts show as cut, draws are those of generating.
#include "core/analysis/softmax/softmax.h"
#include "core/generate/choices.h"
#include "core/compute/sampler.h"
#include "tests/ui/support/open_document.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/parameter_slider.h"
#include "ui/softmax/softmax_controls.h"
#include "ui/window/softmax_pane.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QtTest/QtTest>

#include <numeric>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestSoftmaxPane : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(
            openAndRun(document_, bundled("en-fr"), QStringLiteral("The black cat sleeps under the table.")));
    }
    void init();
    void cleanup() { pane_.reset(); }
    void outputIsTheModels();
    void temperatureAndCutsShow();
    void attentionRowIsTheTraces();
    void clickingAKeySelectsIt();
    void oneDrawIsTheSamplers();
    void aThousandDrawsAddUp();
    void searchFindsImprobableWords();
    void resetPutsEverythingBack();
    void stateComesBack();
    void largeVocabularyIsAnExcerpt();
    void headlessModelsSaySo();
    void figuresAreTheSameTwice();

private:
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!pane_->pending(), kPatience); }
    [[nodiscard]] const BarPlot& bars() const { return std::get<BarPlot>(pane_->sheet()->panels()[1].plot); }
    [[nodiscard]] Choices choices(const SoftmaxSettings& settings) const;
    Document document_;
    std::unique_ptr<Selection> selection_;
    std::unique_ptr<SoftmaxPane> pane_;
};

void TestSoftmaxPane::init() {
    selection_ = std::make_unique<Selection>();
    selection_->setHead({AttentionKind::Cross, LayerIndex(1), HeadIndex(0)});
    selection_->setPinned({2, 1});
    pane_ = std::make_unique<SoftmaxPane>(&document_, selection_.get());
    pane_->resize(660, 560);
    pane_->show();
    QVERIFY(QTest::qWaitForWindowExposed(pane_.get()));
    settle();
}

Choices TestSoftmaxPane::choices(const SoftmaxSettings& settings) const {
    GenerateOptions options;
    options.temperature = static_cast<float>(settings.temperature);
    options.top_k = static_cast<std::size_t>(settings.top_k);
    options.top_p = static_cast<float>(settings.top_p);
    options.min_p = static_cast<float>(settings.min_p);
    return choicesAt(document_.snapshot()->model(), document_.snapshot()->run, 2, options).value();
}

void TestSoftmaxPane::outputIsTheModels() {
    const auto expected = softmaxOf(choices({}).logits);
    QCOMPARE(bars().rows.front().values[1], *std::max_element(expected.begin(), expected.end()));
    QVERIFY(bars().rows.back().muted); // the rest
    double sum = 0.0;
    for (const BarPlot::Row& row : bars().rows)
        sum += row.values[1];
    QVERIFY(std::abs(sum - 1.0) < 1e-9);
    QVERIFY(!pane_->sheet()->grab().isNull());
}

void TestSoftmaxPane::temperatureAndCutsShow() {
    SoftmaxSettings settings;
    settings.temperature = 2.0;
    settings.top_k = 3;
    pane_->setSettings(settings);
    settle();
    std::size_t n_cut = 0;
    for (const BarPlot::Row& row : bars().rows)
        n_cut += row.cut ? 1 : 0;
    QVERIFY(n_cut >= kListedWords - 3);
    const auto warped = softmaxOf(choices(settings).warped);
    QCOMPARE(bars().rows.front().values[2], *std::max_element(warped.begin(), warped.end()));
    QCOMPARE(bars().rows[5].numbers[2], QStringLiteral("cut"));
}

void TestSoftmaxPane::attentionRowIsTheTraces() {
    SoftmaxSettings settings;
    settings.source = SoftmaxOf::Attention;
    pane_->setSettings(settings);
    settle();
    const Tensor weights = document_.snapshot()->trace().weights(selection_->head());
    QCOMPARE(bars().rows.size(), weights.dimension(1));
    for (std::size_t key = 0; key < bars().rows.size(); ++key)
        QVERIFY(std::abs(bars().rows[key].values[1] - double(weights.row(2)[key])) < 1e-5);
    QVERIFY(bars().rows[1].strong);
    QVERIFY(pane_->sheet()->panels()[2].title.contains(QStringLiteral("divide")));
}

void TestSoftmaxPane::clickingAKeySelectsIt() {
    SoftmaxSettings settings;
    settings.source = SoftmaxOf::Attention;
    pane_->setSettings(settings);
    settle();
    emit pane_->sheet()->cellClicked(1, 4, 0);
    QCOMPARE(selection_->pinned(), (TokenPair{2, 4}));
    settle();
    QVERIFY(bars().rows[4].strong && !bars().rows[1].strong);
}

void TestSoftmaxPane::oneDrawIsTheSamplers() {
    SoftmaxSettings settings;
    settings.temperature = 3.0;
    pane_->setSettings(settings);
    QTest::mouseClick(pane_->controls()->drawOnce(), Qt::LeftButton);
    settle();
    const Choices expected = choices(settings);
    const TokenId drawn = Sampler(0).draw(expected.warped, expected.position);
    const QString word = wordsOf(document_.snapshot()->model(), {drawn}).value(0);
    const auto& facts = std::get<FactPlot>(pane_->sheet()->panels()[0].plot).facts;
    QCOMPARE(facts.back().value, QStringLiteral("“%1”").arg(word));
    QTest::mouseClick(pane_->controls()->drawOnce(), Qt::LeftButton);
    QCOMPARE(pane_->settings().seed, 1); // another draw
}

void TestSoftmaxPane::aThousandDrawsAddUp() {
    QTest::mouseClick(pane_->controls()->drawMany(), Qt::LeftButton);
    settle();
    double sum = 0.0;
    for (const BarPlot::Row& row : bars().rows)
        sum += row.values[3];
    QCOMPARE(sum, double(kManyDraws));
    const double p = bars().rows.front().values[2];
    QVERIFY(std::abs(bars().rows.front().values[3] - p * kManyDraws) <
            5.0 * std::sqrt(p * (1.0 - p) * kManyDraws) + 1.0);
}

void TestSoftmaxPane::searchFindsImprobableWords() {
    pane_->controls()->search()->setFocus();
    QTest::keyClicks(pane_->controls()->search(), QStringLiteral("maison"));
    QTRY_COMPARE_WITH_TIMEOUT(pane_->settings().search, QStringLiteral("maison"), kPatience);
    settle();
    QVERIFY(bars().rows.front().word.contains(QStringLiteral("maison")));
    SoftmaxSettings settings = pane_->settings();
    settings.search = QStringLiteral("qqqqqq");
    pane_->setSettings(settings);
    settle();
    QVERIFY(pane_->sheet()->panels()[1].note.contains(QStringLiteral("No word contains")));
}

void TestSoftmaxPane::resetPutsEverythingBack() {
    SoftmaxSettings settings;
    settings.source = SoftmaxOf::Attention;
    settings.temperature = 0.3;
    settings.min_p = 0.2;
    settings.n_draws = kManyDraws;
    pane_->setSettings(settings);
    QTest::mouseClick(pane_->controls()->resetButton(), Qt::LeftButton);
    SoftmaxSettings fresh;
    fresh.source = SoftmaxOf::Attention;
    QVERIFY(pane_->settings() == fresh);
    QTest::keyClick(pane_->controls()->topK()->slider(), Qt::Key_Right);
    QCOMPARE(pane_->settings().top_k, 1);
}

void TestSoftmaxPane::stateComesBack() {
    SoftmaxSettings settings{.source = SoftmaxOf::Attention,
                             .temperature = 0.7,
                             .top_k = 12,
                             .top_p = 0.9,
                             .min_p = 0.05,
                             .seed = 3,
                             .n_draws = 1,
                             .search = QStringLiteral("chat")};
    pane_->setSettings(settings);
    const QJsonObject state = pane_->state();
    pane_->setSettings({});
    pane_->setState(state);
    QVERIFY(pane_->settings() == settings);
    pane_->setState({{QStringLiteral("temperature"), -3.0},
                     {QStringLiteral("top_p"), 7.0},
                     {QStringLiteral("source"), QStringLiteral("tea leaves")}});
    QCOMPARE(pane_->settings().temperature, 0.01);
    QCOMPARE(pane_->settings().top_p, 1.0);
    QVERIFY(pane_->settings().source == SoftmaxOf::Attention);
}

void TestSoftmaxPane::largeVocabularyIsAnExcerpt() {
    ScoreRow row;
    const Sampler noise(5);
    for (std::size_t id = 0; id < 250000; ++id)
        row.scores.push_back(static_cast<float>(-std::log(-std::log(noise.uniform(0, TokenId(id))))));
    row.ruled = row.warped = row.scores;
    row.probabilities = row.changed = softmaxOf(row.scores);
    row.strong = 77;
    row.word = [](std::size_t id) { return QString::number(id); };
    const auto listed = listedWords(row, {1234});
    QCOMPARE(listed.front(), std::size_t{1234});
    QVERIFY(listed.size() <= kListedWords + 2);
    QVERIFY(std::find(listed.begin(), listed.end(), std::size_t{77}) != listed.end());
    const auto panels = softmaxPanels({}, row, {1234});
    QVERIFY(std::get<BarPlot>(panels[1].plot).rows.back().word.contains(QStringLiteral("more")));
}

void TestSoftmaxPane::headlessModelsSaySo() {
    Document document;
    QVERIFY(openAndRun(document, bundled("mini-bert"), QStringLiteral("The cat is sleeping on the [MASK].")));
    Selection selection;
    selection.setPinned({7, 1});
    SoftmaxPane pane(&document, &selection);
    pane.resize(660, 560);
    pane.show();
    QTRY_VERIFY_WITH_TIMEOUT(!pane.pending(), kPatience);
    QVERIFY(!pane.sheet()->panels().empty()); // a masked model has a distribution at every token
    QVERIFY(pane.sheet()->panels()[1].title.contains(QStringLiteral("[MASK]")));
}

void TestSoftmaxPane::figuresAreTheSameTwice() {
    for (const SoftmaxOf source : {SoftmaxOf::Output, SoftmaxOf::Attention}) {
        SoftmaxSettings settings;
        settings.source = source;
        settings.top_k = 10;
        pane_->setSettings(settings);
        settle();
        const auto subjects = pane_->figures();
        QCOMPARE(subjects.size(), pane_->sheet()->panels().size() + 1);
        for (const FigureSubject& subject : subjects) {
            const auto figure = subject.figure({});
            QVERIFY(figure.ok());
            const auto first = figureToSvg(*figure, {}), second = figureToSvg(*figure, {});
            QVERIFY(first.ok() && *first == *second);
        }
    }
}

HEADLIGHT_WINDOW_TEST_MAIN(TestSoftmaxPane)
#include "tst_softmax_pane.moc"
