// The whole vocabulary at a position: a sorted softmax in double precision, search, the strip of ranks, and
// its tab in the window.
#include "ui/document/text_statistics.h"
#include "ui/inspector/bar_list.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/predictions/outcome_model.h"
#include "ui/predictions/rank_strip.h"
#include "ui/session/undo_controller.h"
#include "ui/window/predictions_pane.h"
#include "ui/window/session_wiring.h"
#include "ui/window/view_pane.h"

#include "tests/support/sentence_encoder.h"
#include "tests/ui/support/watched_window.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>

#include <cmath>
#include <numeric>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

/// A quarter of a million outcomes without a model.
RankedOutcomesPtr madeUpOutcomes(std::size_t n) {
    auto outcomes = std::make_shared<RankedOutcomes>();
    auto words = std::make_shared<OutcomeWords>();
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        outcomes->order.push_back(static_cast<TokenId>(i));
        outcomes->logits.push_back(static_cast<float>(-0.0001 * static_cast<double>(i)));
        outcomes->probabilities.push_back(1.0 / static_cast<double>(n));
        outcomes->cumulative.push_back(sum += 1.0 / static_cast<double>(n));
        words->words.push_back(QStringLiteral("word%1").arg(i));
    }
    outcomes->tokens = false; // there is no vocabulary to spell them
    outcomes->words = words;
    return outcomes;
}

} // namespace

class TestVocabulary : public QObject, private WatchedWindow {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void everyTokenHasItsPlace();
    void modelKeepsTheRulesAlsoWithAQuarterMillionRows();
    void searchFindsRankAndProbability();
    void searchIsUndoneAndKept();
    void doubleClickTakesTheWord();
    void stripRanksWhatIsReallyThere();
    void statisticsAreTakenOverWhereTheTextIsTheSame();
    void clickInTheStripChoosesThePosition();
    void maskedWordsArePredictedInTheirPlace();
    void classesOfATextAreARankingToo();
    void moreInTheInspectorOpensTheTab();

private:
    void open(const QString& model, const QString& text);
    void waitForOutcomes();
    [[nodiscard]] PredictionsPane* pane() const { return window_->predictionsPane(); }
    [[nodiscard]] const RankedOutcomes& outcomes() const { return *pane()->outcomeModel()->outcomes(); }
    [[nodiscard]] SnapshotPtr snapshot() const { return window_->document()->snapshot(); }
};

void TestVocabulary::init() {
    openWindow({1280, 800});
    open(QStringLiteral("books-gpt"), QStringLiteral("The old man went to the house"));
    window_->viewPane()->showView(pane());
    waitForOutcomes();
    testing::watchdog().resetWatchdog();
}

void TestVocabulary::cleanup() {
    judgeComputing(100); // handlers are meant to stay under 50
    closeWindow();
}

void TestVocabulary::open(const QString& model, const QString& text) {
    window_->start(model, text);
    QTRY_VERIFY_WITH_TIMEOUT(snapshot() && snapshot()->request.text == text && window_->document()->settled(),
                             kPatience);
}

void TestVocabulary::waitForOutcomes() {
    QVERIFY(pane()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(pane()->outcomeModel()->outcomes() && outcomes().snapshot == snapshot(),
                             kPatience);
}

void TestVocabulary::everyTokenHasItsPlace() {
    const std::size_t row = *window_->selection()->pinned().query;
    QCOMPARE(outcomes().row, row);
    const Tensor logits = snapshot()->model().logits(snapshot()->trace(), {row, row + 1}).value();
    QCOMPARE(outcomes().size(), logits.size());
    QCOMPARE(pane()->outcomeModel()->rowCount(), static_cast<int>(logits.size()));
    double sum = 0.0;
    for (const float logit : logits.span())
        sum += std::exp(double(logit));
    double cumulative = 0.0, entropy = 0.0;
    for (std::size_t rank = 0; rank < outcomes().size(); ++rank) {
        const float logit = logits.span()[static_cast<std::size_t>(outcomes().order[rank])];
        const double probability = std::exp(double(logit)) / sum;
        QVERIFY(std::abs(outcomes().probabilities[rank] - probability) < 1e-12);
        QVERIFY(std::abs(outcomes().cumulative[rank] - (cumulative += probability)) < 1e-9);
        entropy -= probability * std::log(probability);
        QVERIFY(rank == 0 || logit <= logits.span()[static_cast<std::size_t>(outcomes().order[rank - 1])]);
    }
    QVERIFY(std::abs(cumulative - 1.0) < 1e-9);
    QVERIFY(std::abs(outcomes().entropy - entropy) < 1e-9);
    QVERIFY(!outcomes().actual); // nothing follows the text's last word yet
}

void TestVocabulary::modelKeepsTheRulesAlsoWithAQuarterMillionRows() {
    OutcomeModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const RankedOutcomesPtr many = madeUpOutcomes(250000);
    model.setOutcomes(many);
    QCOMPARE(model.rowCount(), 250000);
    QCOMPARE(model.index(249999, OutcomeModel::Word).data().toString(), QStringLiteral("word249999"));
    model.setShown(many->find(QStringLiteral("WORD2499"), 2000));
    QCOMPARE(model.rowCount(), 111); // 2499, 2499d, 2499dd
    QCOMPARE(model.rankAt(0), std::size_t(2499));
    QCOMPARE(model.rowOfRank(24990), std::optional<int>(1));
    model.setShown(std::vector<std::size_t>{});
    QCOMPARE(model.rowCount(), 0);
    model.setOutcomes(nullptr);
    QCOMPARE(model.rowCount(), 0);

    QTableView table; // and scrolls: a row is made when it comes into sight
    model.setOutcomes(many);
    table.setModel(&model);
    table.resize(600, 400);
    table.show();
    QVERIFY(QTest::qWaitForWindowExposed(&table));
    testing::watchdog().resetWatchdog();
    for (int row = 0; row < 250000; row += 25000) {
        table.verticalScrollBar()->setValue(row);
        table.viewport()->repaint();
    }
    model.setOutcomes(nullptr);
}

void TestVocabulary::searchFindsRankAndProbability() {
    const auto rank = outcomes().rankOfWord(QStringLiteral("and"));
    QVERIFY(rank.has_value());
    QTest::keyClicks(pane()->searchEdit(), "and");
    const QString expected =
        QStringLiteral("“%1”: rank %2, probability")
            .arg(outcomes().word(*rank), QLocale().toString(static_cast<qulonglong>(*rank + 1)));
    QTRY_VERIFY(pane()->foundLabel()->text().startsWith(expected));
    OutcomeModel* const model = pane()->outcomeModel();
    QCOMPARE(model->rankAt(0), *rank);
    for (int row = 0; row < model->rowCount(); ++row)
        QVERIFY(model->index(row, OutcomeModel::Word)
                    .data()
                    .toString()
                    .contains(QStringLiteral("and"), Qt::CaseInsensitive));
    pane()->searchEdit()->setText(QStringLiteral("no such word at all"));
    QTRY_VERIFY(pane()->foundLabel()->text().startsWith(QStringLiteral("no token contains")));
    pane()->searchEdit()->clear();
    QTRY_COMPARE(model->rowCount(), static_cast<int>(outcomes().size()));
}

void TestVocabulary::searchIsUndoneAndKept() {
    UndoController* const undo = window_->session()->undo();
    undo->reset();
    pane()->searchEdit()->setFocus();
    QTest::keyClicks(pane()->searchEdit(), QStringLiteral("chat"));
    QTRY_VERIFY_WITH_TIMEOUT(undo->undoAction()->isEnabled(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(pane()->outcomeModel()->shown(), kPatience);
    const QJsonObject kept = pane()->state();
    while (undo->undoAction()->isEnabled())
        undo->undoAction()->trigger();
    QVERIFY(pane()->searchEdit()->text().isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(!pane()->outcomeModel()->shown(), kPatience);
    while (undo->redoAction()->isEnabled())
        undo->redoAction()->trigger();
    QCOMPARE(pane()->searchEdit()->text(), QStringLiteral("chat"));
    pane()->setState({{QStringLiteral("search"), 7}}); // no text: it stays
    QCOMPARE(pane()->state(), kept);
    pane()->searchEdit()->clear();
}

void TestVocabulary::doubleClickTakesTheWord() {
    const QString before = window_->document()->text();
    const QModelIndex third = pane()->outcomeModel()->index(2, OutcomeModel::Word);
    const TokenId word = outcomes().order[2];
    const std::size_t row = outcomes().row;
    const QPoint place = pane()->table()->visualRect(third).center();
    QTest::mouseClick(pane()->table()->viewport(), Qt::LeftButton, {}, place);
    QTest::mouseDClick(pane()->table()->viewport(), Qt::LeftButton, {}, place);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->text() != before && window_->document()->settled(),
                             kPatience);
    QCOMPARE(snapshot()->run.input.target.ids.back(), word); // once, not twice
    QCOMPARE(snapshot()->run.input.target.size(), row + 2);
}

void TestVocabulary::stripRanksWhatIsReallyThere() {
    QTRY_VERIFY_WITH_TIMEOUT(pane()->strip()->strip().statistics, kPatience);
    const TextStatistics& statistics = *pane()->strip()->strip().statistics;
    const std::size_t n_rows = snapshot()->run.input.target.size();
    QCOMPARE(statistics.rows.size(), n_rows);
    QCOMPARE(statistics.n_counted, n_rows - 1);
    double surprise = 0.0;
    for (std::size_t row = 0; row + 1 < n_rows; ++row) {
        const RankedOutcomesPtr ranked = rankOutcomes(snapshot(), row, outcomes().words).value();
        QCOMPARE(statistics.rows[row].actual, snapshot()->run.input.target.ids[row + 1]);
        QCOMPARE(statistics.rows[row].rank, *ranked->actual);
        QVERIFY(std::abs(statistics.rows[row].entropy - ranked->entropy) < 1e-9);
        QVERIFY(std::abs(std::exp(statistics.rows[row].log_probability) -
                         ranked->probabilities[*ranked->actual]) < 1e-12);
        surprise -= std::log(ranked->probabilities[*ranked->actual]);
    }
    QVERIFY(std::abs(statistics.perplexity - std::exp(surprise / static_cast<double>(n_rows - 1))) < 1e-9);
    QVERIFY(pane()->summary()->text().startsWith(QStringLiteral("perplexity")));
    QCOMPARE(rankPosition(0, 8000), 1.0f);
    QVERIFY(std::abs(rankPosition(7999, 8000)) < 1e-6f);
}

void TestVocabulary::statisticsAreTakenOverWhereTheTextIsTheSame() {
    const TextStatisticsPtr before = textStatistics(snapshot(), nullptr).value();
    window_->document()->continueText(5);
    QTRY_COMPARE_WITH_TIMEOUT(snapshot()->steps.size(), std::size_t(5), kPatience);
    const TextStatisticsPtr longer = textStatistics(snapshot(), before).value();
    const TextStatisticsPtr anew = textStatistics(snapshot(), nullptr).value();
    QCOMPARE(longer->rows.size(), anew->rows.size());
    for (std::size_t row = 0; row < anew->rows.size(); ++row) {
        QCOMPARE(longer->rows[row].actual, anew->rows[row].actual);
        QCOMPARE(longer->rows[row].rank, anew->rows[row].rank);
        QVERIFY(std::abs(longer->rows[row].entropy - anew->rows[row].entropy) < 1e-5);
    }
    QVERIFY(std::abs(longer->perplexity - anew->perplexity) < 1e-4);
}

void TestVocabulary::clickInTheStripChoosesThePosition() {
    QTRY_VERIFY_WITH_TIMEOUT(pane()->strip()->strip().statistics, kPatience);
    QTest::mouseClick(pane()->strip(), Qt::LeftButton, {}, pane()->strip()->cellRect(2).center().toPoint());
    QCOMPARE(window_->selection()->pinned().query, std::optional<std::size_t>(2));
    QTRY_COMPARE_WITH_TIMEOUT(outcomes().row, std::size_t(2), kPatience);
    QVERIFY(outcomes().actual.has_value());
    QTest::keyClick(pane()->strip(), Qt::Key_Right);
    QTRY_COMPARE_WITH_TIMEOUT(outcomes().row, std::size_t(3), kPatience);
}

void TestVocabulary::maskedWordsArePredictedInTheirPlace() {
    open(QStringLiteral("mini-bert"), QStringLiteral("I want to [MASK] home."));
    QTRY_VERIFY_WITH_TIMEOUT(pane()->outcomeModel()->outcomes() && outcomes().snapshot == snapshot(),
                             kPatience);
    const auto& ids = snapshot()->run.input.source.ids;
    const auto mask =
        std::find(ids.begin(), ids.end(), *snapshot()->model().tokenizer()->maskToken()) - ids.begin();
    QCOMPARE(outcomes().row, static_cast<std::size_t>(mask));
    QTRY_VERIFY_WITH_TIMEOUT(pane()->strip()->strip().statistics &&
                                 pane()->strip()->strip().statistics->snapshot == snapshot(),
                             kPatience);
    const TextStatistics& statistics = *pane()->strip()->strip().statistics;
    QCOMPARE(statistics.rows[static_cast<std::size_t>(mask)].actual, TokenId(-1));
    QCOMPARE(statistics.n_counted, ids.size() - 3); // nor are [CLS] and [SEP] words
    QVERIFY(!outcomes().actual);
    QCOMPARE(statistics.perplexity, 0.0); // a model that sees what it ranks has none
    QVERIFY(!pane()->summary()->text().contains(QStringLiteral("perplexity")));
}

void TestVocabulary::classesOfATextAreARankingToo() {
    const headlight::test::SentenceEncoder encoder("bert-classifier");
    open(encoder.path(), QStringLiteral("The black cat sleeps."));
    QTRY_VERIFY_WITH_TIMEOUT(pane()->outcomeModel()->outcomes() && outcomes().snapshot == snapshot(),
                             kPatience);
    QVERIFY(!outcomes().tokens);
    QCOMPARE(outcomes().size(), snapshot()->model().spec().n_classes);
    QVERIFY(std::abs(std::accumulate(outcomes().probabilities.begin(), outcomes().probabilities.end(), 0.0) -
                     1.0) < 1e-5);
    QVERIFY(pane()->table()->isColumnHidden(OutcomeModel::Token));
    QVERIFY(!pane()->strip()->isVisible());
    const QString text = window_->document()->text();
    emit pane()->table()->doubleClicked(pane()->outcomeModel()->index(0, 0)); // a class is no word
    QVERIFY(window_->document()->settled());
    QCOMPARE(window_->document()->text(), text);
}

void TestVocabulary::moreInTheInspectorOpensTheTab() {
    window_->viewPane()->showPage(0);
    BarList* const list = window_->inspector()->predictionList();
    QTRY_VERIFY_WITH_TIMEOUT(list->rows().size() == 6, kPatience);
    emit list->rowClicked(5); // "n more, together"
    QVERIFY(pane()->isVisible());
}

HEADLIGHT_WATCHED_TEST_MAIN(TestVocabulary)
#include "tst_vocabulary.moc"
