#include "tests/ui/support/window_test_main.h"
#include "core/model/model.h"
#include "ui/inspector/bar_list.h"
#include "ui/inspector/head_measures_view.h"
#include "ui/inspector/score_formulas.h"

#include <QTest>

#include <cmath>
#include <filesystem>

using namespace headlight;
using namespace headlight::ui;

class TestInspector : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void numbersOfAPairAgreeWithEachOther_data();
    void numbersOfAPairAgreeWithEachOther();
    void maskedPairHasNoWeight();
    void excerptKeepsOrderAndSum();
    void excerptShowsTheWantedEntry();
    void formulaReadsAsPlainText();
    void formulaPaintsWithinItsWidth();
    void remarkNamesWhatStandsOut();

private:
    std::shared_ptr<const Trace> marian_;
};

void TestInspector::initTestCase() {
    auto backend = selectBackend({.choice = BackendChoice::Cpu, .n_threads = 1});
    QVERIFY(backend.ok());
    const auto folder = std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / "marian-swish";
    auto model = Model::load(folder, backend->backend);
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    auto input = (*model)->prepareIds({5, 9, 14, 3, 7, 2}, {1, 8, 4, 11});
    QVERIFY2(input.ok(), input.ok() ? "" : input.error().message().c_str());
    auto run = (*model)->run(std::move(input).value());
    QVERIFY(run.ok());
    marian_ = run->trace;
}

void TestInspector::numbersOfAPairAgreeWithEachOther_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("encoder") << static_cast<int>(AttentionKind::EncoderSelf);
    QTest::newRow("decoder") << static_cast<int>(AttentionKind::DecoderSelf);
    QTest::newRow("cross") << static_cast<int>(AttentionKind::Cross);
}

void TestInspector::numbersOfAPairAgreeWithEachOther() {
    QFETCH(int, kind);
    const HeadAddress head{static_cast<AttentionKind>(kind), LayerIndex(1), HeadIndex(1)};
    for (std::size_t query = 0; query < marian_->nQueries(head.kind); ++query) {
        const std::vector<float> row = rowWeights(*marian_, head, query);
        for (std::size_t key = 0; key < row.size(); ++key) {
            const PairNumbers numbers = pairNumbers(*marian_, head, query, key);
            if (numbers.masked)
                continue;
            QVERIFY(numbers.scale_is_root);
            QVERIFY(std::abs(numbers.dot * numbers.scale - numbers.score) < 1e-4);
            const double weight = std::exp(numbers.score - numbers.row_maximum) / numbers.exponential_sum;
            QVERIFY(std::abs(weight - numbers.weight) < 1e-5);
            QCOMPARE(static_cast<float>(numbers.weight), row[key]);
        }
    }
}

void TestInspector::maskedPairHasNoWeight() {
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    const PairNumbers numbers = pairNumbers(*marian_, head, 1, 3);
    QVERIFY(numbers.masked);
    QCOMPARE(numbers.weight, 0.0);
    QVERIFY(std::isinf(numbers.score) && numbers.score < 0);
    QVERIFY(plainText(scoreFormulas(numbers).front()).contains(QStringLiteral("mask")));
}

void TestInspector::excerptKeepsOrderAndSum() {
    const std::vector<float> values{0.1f, 0.4f, 0.05f, 0.2f, 0.15f, 0.1f};
    const RowExcerpt excerpt = excerptRow(values, 3, 1);
    QVERIFY((excerpt.shown == std::vector<std::size_t>{1, 3, 4}));
    QCOMPARE(excerpt.n_rest, std::size_t(3));
    QVERIFY(std::abs(excerpt.rest - 0.25) < 1e-6);
    QCOMPARE(excerptRow(values, 10, 1).n_rest, std::size_t(0));
    QCOMPARE(excerptRow(values, 5, 1).n_rest, std::size_t(0)); // the sixth fits where "1 more" would stand
    QVERIFY(excerptRow({}, 5, 0).shown.empty());
}

void TestInspector::excerptShowsTheWantedEntry() {
    const std::vector<float> values{0.3f, 0.3f, 0.2f, 0.1f, 0.06f, 0.04f};
    const RowExcerpt excerpt = excerptRow(values, 2, 5);
    QVERIFY((excerpt.shown == std::vector<std::size_t>{0, 5}));
}

void TestInspector::formulaReadsAsPlainText() {
    PairNumbers numbers;
    numbers.query.resize(32);
    numbers.dot = 18.42;
    numbers.scale_is_root = true;
    numbers.score = 3.256;
    numbers.row_maximum = 3.256;
    numbers.exponential_sum = 1.2308;
    numbers.weight = 0.8125;
    const auto lines = scoreFormulas(numbers);
    QCOMPARE(plainText(lines[0]), QStringLiteral("score  =  q·k / √d_k  =  18.42 / √32  =  3.256"));
    QVERIFY(plainText(lines[1]).endsWith(QStringLiteral("0.812")) || plainText(lines[1]).endsWith(QStringLiteral("0.813")));
}

void TestInspector::formulaPaintsWithinItsWidth() {
    FormulaView view;
    view.setFormulas({row({word(QStringLiteral("a very long formula that cannot fit into its card at all = ")),
                           fraction(word(QStringLiteral("1")), root(word(QStringLiteral("2"))))})});
    view.resize(120, view.sizeHint().height());
    QImage image(view.size(), QImage::Format_ARGB32);
    image.fill(Qt::transparent);
    view.render(&image, {}, {}, QWidget::DrawChildren);
    bool inked = false;
    for (int y = 0; y < image.height(); ++y) {
        QCOMPARE(qAlpha(image.pixel(image.width() - 1, y)), 0); // nothing is cut at the right edge
        for (int x = 0; x < image.width(); ++x)
            inked = inked || qAlpha(image.pixel(x, y)) > 0;
    }
    QVERIFY(inked);
}

void TestInspector::remarkNamesWhatStandsOut() {
    QVERIFY(roleRemark(HeadRole::PreviousToken).startsWith(QStringLiteral("Previous token: ")));
    QVERIFY(roleRemark(HeadRole::Alignment).contains(QStringLiteral("0.6"))); // the threshold is said
    QVERIFY(roleRemark(HeadRole::None).startsWith(QStringLiteral("No measure")));
    QCOMPARE(measureRows({}, AttentionKind::Cross, 9, QStringLiteral("</s>")).back().label, QStringLiteral("on </s>"));
}

HEADLIGHT_WINDOW_TEST_MAIN(TestInspector)
#include "tst_inspector.moc"
