// Step by step in the window: keys and playing, what every step of every kind of attention says, numbers
// against arithmetic in double precision, and what a click selects elsewhere.
#include "tests/support/reading_llama.h"
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/inspector/formula.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/map/map_view.h"
#include "ui/steps/step_canvas.h"
#include "ui/steps/step_formula.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_texts.h"
#include "ui/theme/figures.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/map_pane.h"
#include "ui/window/steps_pane.h"

#include <QLabel>
#include <QTabBar>
#include <QToolButton>

#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

const QString kSentence = QStringLiteral("The black cat sleeps under the table.");

/// The number a step's kind says its result has at (row, column), from the operands on screen; nothing where
/// they are not all there.
std::optional<double> recomputed(const Step& step, std::size_t row, std::size_t column) {
    const auto operand = [&](std::size_t index, std::size_t r, std::size_t c) {
        return double(step.operands[index].values->row(r)[c]);
    };
    double sum = 0.0;
    switch (step.kind) {
    case StepKind::Product:
    case StepKind::WeightedSum:
        for (std::size_t i = 0; i < step.operands[0].values->dimension(1); ++i)
            sum += operand(0, row, i) * operand(1, i, column);
        return sum;
    case StepKind::Scale:
        return operand(0, row, column) / *step.constant;
    case StepKind::AddPosition:
    case StepKind::AttentionAdd:
    case StepKind::FeedForwardAdd:
        if (step.between != StepOperator::Plus || step.operands.size() < 2)
            return std::nullopt;
        for (std::size_t i = 0; i < step.operands.size(); ++i)
            sum += operand(i, row, column);
        return sum;
    case StepKind::Softmax: {
        const auto scores = step.operands[0].values->row(row);
        const double largest = *std::ranges::max_element(scores);
        for (const float score : scores)
            sum += std::exp(double(score) - largest);
        return std::exp(operand(0, row, column) - largest) / sum;
    }
    default:
        return std::nullopt;
    }
}

/// How far F32 may be from it.
double tolerance(const Step& step, std::size_t row, std::size_t column, double value) {
    double size = std::abs(value) + 1e-3;
    if (step.kind == StepKind::Product || step.kind == StepKind::WeightedSum)
        for (std::size_t i = 0; i < step.operands[0].values->dimension(1); ++i)
            size += std::abs(double(step.operands[0].values->row(row)[i]) *
                             double(step.operands[1].values->row(i)[column]));
    return 1e-5 * size;
}

} // namespace

class TestStepsPane : public QObject {
    Q_OBJECT
private slots:
    void keysGoThroughTheSteps();
    void playingStopsAtTheEndAndWhenHidden();
    void everyStepSaysWhatItDoes_data();
    void everyStepSaysWhatItDoes();
    void cellsAreWhatTheirOperandsGive_data();
    void cellsAreWhatTheirOperandsGive();
    void aScoreSelectsItsTokensEverywhere();
    void aTableCellSelectsItsTokens();
    void theMapsFeedForwardOpensItsStep();
    void longTextSaysWhatToDo();
    void stateComesBack();

private:
    /// A window that shows the steps of a head.
    static bool open(OpenWindow& window, const char* model, const QString& text, const HeadAddress& head) {
        if (!window.run(bundled(model), text))
            return false;
        window->selection()->setHead(head);
        window.show(window->stepsPane());
        return ready(window, head);
    }
    static bool ready(OpenWindow& window, const HeadAddress& head) {
        return QTest::qWaitFor(
            [&] {
                return window->selection()->head() == head && !window->stepsPane()->pending() &&
                       !window->stepsPane()->view()->picture().empty();
            },
            kPatience);
    }
    static void models() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* name, const char* model, const QString& text, AttentionKind kind) {
            QTest::newRow(name) << QString::fromLatin1(model) << text << static_cast<int>(kind);
        };
        row("en-fr encoder", "en-fr", kSentence, AttentionKind::EncoderSelf);
        row("en-fr decoder", "en-fr", kSentence, AttentionKind::DecoderSelf);
        row("en-fr cross", "en-fr", kSentence, AttentionKind::Cross);
        row("books-gpt", "books-gpt", QStringLiteral("Once upon a time there was a"),
            AttentionKind::DecoderSelf);
        row("mini-bert", "mini-bert", QStringLiteral("The cat is sleeping on the [MASK]."),
            AttentionKind::EncoderSelf);
    }
    static QPoint cellOnScreen(const StepCanvas& canvas, const StepCell& cell) {
        const StepMatrix& matrix = canvas.picture().matrix(cell.matrix);
        const QRectF place = canvas.stepLayout().matrices[cell.matrix].cells;
        return QPointF(place.left() +
                           (double(cell.column) + 0.5) * place.width() / double(matrix.values->dimension(1)),
                       place.top() +
                           (double(cell.row) + 0.5) * place.height() / double(matrix.values->dimension(0)))
            .toPoint();
    }
};

void TestStepsPane::keysGoThroughTheSteps() {
    OpenWindow window;
    const HeadAddress head{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};
    QVERIFY(open(window, "en-fr", kSentence, head));
    StepStrip* const strip = window->stepsPane()->strip();
    QTabBar* const tabs = window->viewPane()->tabs();
    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(tabs->currentIndex()).center());
    QTRY_VERIFY_WITH_TIMEOUT(strip->hasFocus(), kPatience);
    QVERIFY(strip->count() > 10);
    window.press(Qt::Key_Right);
    window.press(Qt::Key_Right);
    QCOMPARE(strip->current(), 2);
    window.press(Qt::Key_Left);
    QCOMPARE(strip->current(), 1);
    window.press(Qt::Key_End);
    QCOMPARE(strip->current(), strip->count() - 1);
    window.press(Qt::Key_Right);
    QCOMPARE(strip->current(), strip->count() - 1);
    window.press(Qt::Key_Home);
    QCOMPARE(strip->current(), 0);
    // A click into the picture leaves the keys where they are.
    QTest::mouseClick(window->stepsPane()->view(), Qt::LeftButton, {}, QPoint(3, 3));
    window.press(Qt::Key_Right);
    QCOMPARE(strip->current(), 1);
}

void TestStepsPane::playingStopsAtTheEndAndWhenHidden() {
    OpenWindow window;
    QVERIFY(open(window, "en-fr", kSentence, {AttentionKind::Cross, LayerIndex(1), HeadIndex(0)}));
    StepsPane* const pane = window->stepsPane();
    pane->setPlayInterval(1);
    pane->setFocus();
    window.press(Qt::Key_Space);
    QVERIFY(pane->playing() && pane->playButton()->isChecked());
    QTRY_VERIFY_WITH_TIMEOUT(!pane->playing(), kPatience);
    QCOMPARE(pane->strip()->current(), pane->strip()->count() - 1);
    QVERIFY(!pane->playButton()->isChecked());
    pane->setPlayInterval(3'600'000);
    window.press(Qt::Key_Space); // from the beginning again
    QCOMPARE(pane->strip()->current(), 0);
    QVERIFY(pane->playing());
    window.show(window->heatmapPane());
    QVERIFY(!pane->playing() && !pane->playButton()->isChecked());
}

void TestStepsPane::everyStepSaysWhatItDoes_data() {
    models();
}

void TestStepsPane::everyStepSaysWhatItDoes() {
    QFETCH(const QString, model);
    QFETCH(const QString, text);
    QFETCH(const int, kind);
    OpenWindow window;
    QVERIFY(open(window, qPrintable(model), text,
                 {static_cast<AttentionKind>(kind), LayerIndex(0), HeadIndex(1)}));
    StepsPane* const pane = window->stepsPane();
    const std::size_t n_layers =
        window->document()->snapshot()->trace().nLayers(static_cast<AttentionKind>(kind));
    for (const std::size_t layer : {std::size_t{0}, n_layers - 1}) {
        const HeadAddress head{static_cast<AttentionKind>(kind), LayerIndex(layer), HeadIndex(1)};
        window->selection()->setHead(head);
        QVERIFY(ready(window, head));
        QString before;
        for (int i = 0; i < pane->strip()->count(); ++i) {
            pane->strip()->setCurrent(i);
            const StepPicture& picture = pane->view()->picture();
            QVERIFY(!pane->explanation()->text().isEmpty() && pane->explanation()->isVisible());
            QVERIFY(pane->explanation()->text() != before); // no two steps in a row say the same
            before = pane->explanation()->text();
            const bool computes = picture.step().kind != StepKind::ReadStream;
            const QString formula = plainText(stepFormula(picture.step()));
            QCOMPARE(!formula.isEmpty(), computes);
            const QStringList sides = formula.split(QStringLiteral(" = ")); // nothing is what it was plus something
            QVERIFY2(sides.size() < 2 || !sides[1].startsWith(sides[0] + QStringLiteral(" + ")), qPrintable(formula));
            QCOMPARE(pane->formula()->isVisible(), computes);
            QTRY_VERIFY(!computes || pane->formula()->height() > 0);
            for (std::size_t m = 0; m < picture.nMatrices(); ++m) {
                const Tensor& values = *picture.matrix(m).values;
                QVERIFY(
                    matrixCaption(picture.matrix(m))
                        .startsWith(
                            QStringLiteral("[%1, %2]").arg(values.dimension(0)).arg(values.dimension(1))));
                const PlacedMatrix& placed = pane->view()->stepLayout().matrices[m];
                QVERIFY(placed.cells.width() >= 1.0 && placed.cells.height() >= 1.0);
                QVERIFY(QRectF(pane->view()->rect()).contains(placed.cells));
            }
            const QRectF narrow(0, 0, 600, 280); // beside an open lesson at 1280 x 800
            const StepLayout layout = layoutStep(picture, narrow);
            for (std::size_t m = 0; m < picture.nMatrices(); ++m) {
                const QRectF& cells = layout.matrices[m].cells;
                QVERIFY2(narrow.contains(cells), qPrintable(stepName(picture.step())));
                QVERIFY(m == 0 || cells.left() > layout.matrices[m - 1].cells.right());
            }
        }
        const std::vector<FigureSubject> figures = pane->figures();
        QCOMPARE(figures.size(), std::size_t{2});
        QCOMPARE(figures[1].n_parts, static_cast<std::size_t>(pane->strip()->count()));
        for (std::size_t part = 0; part < figures[1].n_parts; ++part) {
            const auto figure = figures[1].part(part).figure({});
            QVERIFY(figure.ok());
            const auto svg = figureToSvg(*figure, {}), again = figureToSvg(*figure, {});
            QVERIFY(svg.ok() && *svg == *again);
            QVERIFY(svg->count("<rect") + svg->count("<image") + svg->count("<path") > 1 &&
                    svg->contains("<text"));
        }
    }
}

void TestStepsPane::cellsAreWhatTheirOperandsGive_data() {
    models();
}

void TestStepsPane::cellsAreWhatTheirOperandsGive() {
    QFETCH(const QString, model);
    QFETCH(const QString, text);
    QFETCH(const int, kind);
    OpenWindow window;
    QVERIFY(open(window, qPrintable(model), text,
                 {static_cast<AttentionKind>(kind), LayerIndex(1), HeadIndex(2)}));
    StepsPane* const pane = window->stepsPane();
    int n_recomputed = 0;
    for (int i = 0; i < pane->strip()->count(); ++i) {
        pane->strip()->setCurrent(i);
        const Step step = pane->view()->picture().step();
        for (std::size_t result = 0; result < step.results.size(); ++result) {
            const Tensor& values = *step.results[result].values;
            for (const std::size_t row : {std::size_t{0}, values.dimension(0) - 1}) {
                const StepCell cell{step.operands.size() + result, row, values.dimension(1) / 2};
                QTest::mouseClick(pane->view(), Qt::LeftButton, {}, cellOnScreen(*pane->view(), cell));
                const std::optional<StepCell> read = pane->view()->picture().chosen;
                QVERIFY(read && read->matrix == cell.matrix); // small cells may be read beside the middle
                const float shown = values.row(read->row)[read->column];
                if (shown != kMaskedScore)
                    QVERIFY2(pane->arithmeticText().contains(numberText(double(shown))) ||
                                 pane->arithmeticText().contains(weightText(double(shown), 4)),
                             qPrintable(QStringLiteral("%1: %2 in “%3”")
                                            .arg(stepName(step))
                                            .arg(double(shown))
                                            .arg(pane->arithmeticText())));
                const std::optional<double> expected = recomputed(step, read->row, read->column);
                if (!expected)
                    continue;
                QVERIFY2(std::abs(*expected - double(shown)) <=
                             tolerance(step, read->row, read->column, *expected),
                         qPrintable(QStringLiteral("%1: %2, shown %3")
                                        .arg(stepName(step))
                                        .arg(*expected)
                                        .arg(double(shown))));
                ++n_recomputed;
            }
        }
    }
    QVERIFY(n_recomputed >= 10); // product, scale, softmax, weighted sum, residual
}

void TestStepsPane::aScoreSelectsItsTokensEverywhere() {
    OpenWindow window;
    QVERIFY(open(window, "en-fr", kSentence, {AttentionKind::Cross, LayerIndex(1), HeadIndex(0)}));
    StepsPane* const pane = window->stepsPane();
    pane->showFirstOf({StepKind::Softmax});
    const StepPicture& picture = pane->view()->picture();
    QCOMPARE(picture.step().kind, StepKind::Softmax);
    const StepCell cell{picture.step().operands.size(), 3, 2};
    QTest::mouseClick(pane->view(), Qt::LeftButton, {}, cellOnScreen(*pane->view(), cell));
    QVERIFY((window->selection()->pinned() == TokenPair{3, 2}));
    QVERIFY(pane->view()->picture().chosen == cell);
    const RunSnapshot& snapshot = *window->document()->snapshot();
    QTRY_VERIFY(window->inspector()->pairTitle().contains(snapshot.queries(AttentionKind::Cross).words[3]) &&
                window->inspector()->pairTitle().contains(snapshot.keys(AttentionKind::Cross).words[2]));
    window.show(window->heatmapPane());
    QVERIFY(!window->heatmapPane()->view()->headMap().empty());
    QVERIFY((window->selection()->current() == TokenPair{3, 2}));
    // And the other way round, while the steps are out of sight.
    window->selection()->setPinned({5, 1});
    window.show(pane);
    QCOMPARE(pane->view()->picture().query, std::optional<std::size_t>(5));
    QCOMPARE(pane->view()->picture().key, std::optional<std::size_t>(1));
}

void TestStepsPane::aTableCellSelectsItsTokens() {
    OpenWindow window;
    QVERIFY(open(window, "en-fr", kSentence, {AttentionKind::Cross, LayerIndex(1), HeadIndex(0)}));
    window->stepsPane()->showFirstOf({StepKind::Product});
    const PictureTables tables = window->stepsPane()->tables();
    QCOMPARE(tables.all.size(), std::size_t{3}); // Q, Kᵀ and the products
    QCOMPARE(tables.first, std::size_t{2});
    const PictureTable& products = tables.all[2];
    products.choose(products.model->index(4, 1));
    QVERIFY((window->selection()->pinned() == TokenPair{4, 1}));
    const PictureTable& queries = tables.all[0];
    queries.choose(queries.model->index(2, 7)); // a dimension is no key
    QVERIFY((window->selection()->pinned() == TokenPair{2, 1}));
}

void TestStepsPane::theMapsFeedForwardOpensItsStep() {
    OpenWindow window;
    QVERIFY(open(window, "en-fr", kSentence, {AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(1)}));
    MapPane* const map = window->mapPane();
    window.show(map);
    map->setSettings({.each_layer = true});
    QTRY_VERIFY_WITH_TIMEOUT(!map->pending(), kPatience);
    map->view()->fit();
    const auto& blocks = map->view()->map().blocks;
    const auto block = std::find_if(blocks.begin(), blocks.end(), [](const MapBlock& one) {
        return one.kind == MapBlockKind::FeedForward && one.stack == StackKind::Decoder &&
               one.layer == std::size_t{1};
    });
    QVERIFY(block != blocks.end());
    QTest::mouseClick(map->view(), Qt::LeftButton, {}, map->view()->toScreen(block->rect.center()).toPoint());
    QVERIFY(window.shown() == window->stepsPane());
    const HeadAddress head{AttentionKind::Cross, LayerIndex(1), HeadIndex(1)};
    QTRY_COMPARE_WITH_TIMEOUT(window->selection()->head().kind, head.kind, kPatience);
    QCOMPARE(window->selection()->head().layer.value, head.layer.value);
    QTRY_VERIFY_WITH_TIMEOUT(
        !window->stepsPane()->pending() && !window->stepsPane()->view()->picture().empty() &&
            window->stepsPane()->view()->picture().step().kind == StepKind::FeedForwardInner,
        kPatience);
    QCOMPARE(stepName(window->stepsPane()->view()->picture().step()), QStringLiteral("widen"));
}

void TestStepsPane::longTextSaysWhatToDo() {
    const headlight::test::ModelFolder llama = headlight::test::readingLlama();
    OpenWindow window;
    const QString text = QStringLiteral("The cat sleeps under the table. ").repeated(400).trimmed();
    QVERIFY(window.run(QString::fromStdString(llama.path().string()), text));
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    QVERIFY(window->document()->snapshot()->trace().nQueries(head.kind) > 1024);
    window->selection()->setHead(head);
    window.show(window->stepsPane());
    StepsPane* const pane = window->stepsPane();
    QTRY_VERIFY_WITH_TIMEOUT(!pane->pending() && pane->view()->emptyText().contains(QStringLiteral("1024")),
                             kPatience);
    QVERIFY(pane->view()->picture().empty());
    QVERIFY(pane->view()->emptyText().contains(QStringLiteral("Shorten the text")));
    QVERIFY(pane->figures().empty());
    QVERIFY(pane->tables().all.empty());
    const QString shorter = QStringLiteral("The cat sleeps.");
    window->document()->setText(shorter);
    QTRY_VERIFY_WITH_TIMEOUT(window.hasRun(shorter) && !pane->pending() && !pane->view()->picture().empty(),
                             kPatience);
}

void TestStepsPane::stateComesBack() {
    OpenWindow window;
    QVERIFY(open(window, "books-gpt", QStringLiteral("Once upon a time"),
                 {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)}));
    StepsPane* const pane = window->stepsPane();
    pane->strip()->setCurrent(5);
    const QJsonObject state = pane->state();
    pane->strip()->setCurrent(1);
    pane->setState(state);
    QCOMPARE(pane->strip()->current(), 5);
    pane->setState({{QStringLiteral("step"), -4}});
    pane->setState({{QStringLiteral("step"), QStringLiteral("first")}});
    QCOMPARE(pane->strip()->current(), 5);
}

HEADLIGHT_WINDOW_TEST_MAIN(TestStepsPane)
#include "tst_steps_pane.moc"
