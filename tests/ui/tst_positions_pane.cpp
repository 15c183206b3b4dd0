// The view of positions on real models: every page, what is lost without, settings kept, clicks that select.
#include "core/model/positions.h"
#include "tests/ui/support/open_document.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/plots/panel_layout.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/parameter_slider.h"
#include "ui/positions/position_controls.h"
#include "ui/positions/position_panels.h"
#include "ui/window/positions_pane.h"

#include <QSignalSpy>
#include <QSlider>
#include <QtTest/QtTest>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestPositionsPane : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup() { pane_.reset(); }
    void emptyWithoutAModelButExplainsKinds();
    void ownPageShowsTheModelsTable();
    void everyPageHasPictures_data();
    void everyPageHasPictures();
    void switchedOffComparesTheSelectedHead();
    void clickingAHeadSelectsIt();
    void slidersChangeThePicture();
    void sentencesSayWhatTheCurvesShow();
    void stateComesBack();
    void nonsenseInASessionIsLeftOut();
    void modelsWithoutLearnedPositionsSayWhereTheyAre();
    void figuresAreThereForEveryPage();

private:
    void show(PositionPage page);
    [[nodiscard]] const PlotPanel* panel(const QString& title_begin) const;
    Document document_;
    Document nothing_;
    std::unique_ptr<Selection> selection_;
    std::unique_ptr<PositionsPane> pane_;
};

void TestPositionsPane::initTestCase() {
    QVERIFY(
        openAndRun(document_, bundled("books-gpt"), QStringLiteral("Once upon a time there was a king.")));
}

void TestPositionsPane::init() {
    selection_ = std::make_unique<Selection>();
    selection_->setHead({AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)});
    selection_->setPinned({3, 1});
    pane_ = std::make_unique<PositionsPane>(&document_, selection_.get());
    pane_->resize(660, 560);
    pane_->show();
    QVERIFY(QTest::qWaitForWindowExposed(pane_.get()));
}

void TestPositionsPane::show(PositionPage page) {
    PositionSettings settings = pane_->settings();
    settings.page = page;
    pane_->setSettings(settings);
    QTRY_VERIFY_WITH_TIMEOUT(!pane_->pending(), kPatience);
}

const PlotPanel* TestPositionsPane::panel(const QString& title_begin) const {
    for (const PlotPanel& one : pane_->sheet()->panels())
        if (one.title.startsWith(title_begin))
            return &one;
    return nullptr;
}

void TestPositionsPane::emptyWithoutAModelButExplainsKinds() {
    PositionsPane pane(&nothing_, selection_.get());
    pane.show();
    QTRY_VERIFY(!pane.pending());
    QVERIFY(pane.sheet()->panels().empty() && pane.figures().empty());
    QVERIFY(!pane.sheet()->grab().isNull());
    PositionSettings settings;
    settings.page = PositionPage::Sinusoidal;
    pane.setSettings(settings);
    QTRY_VERIFY(pane.sheet()->panels().size() >= 4);
}

void TestPositionsPane::ownPageShowsTheModelsTable() {
    show(PositionPage::Own);
    const PlotPanel* const table = panel(QStringLiteral("The table"));
    QVERIFY(table != nullptr);
    const auto& plot = std::get<MatrixPlot>(table->plot);
    QCOMPARE(plot.n_columns, document_.model()->spec().decoder->d_model);
    QVERIFY(panel(QStringLiteral("Spectrum")) != nullptr);
    QVERIFY(!pane_->controls()->isVisible()); // one stack: nothing to choose
}

void TestPositionsPane::everyPageHasPictures_data() {
    QTest::addColumn<int>("page");
    for (const PositionPage page : kPositionPages)
        QTest::newRow(qPrintable(pageKey(page))) << static_cast<int>(page);
}

void TestPositionsPane::everyPageHasPictures() {
    QFETCH(int, page);
    show(static_cast<PositionPage>(page));
    QVERIFY(pane_->sheet()->panels().size() >= 2);
    for (const PlotPanel& one : pane_->sheet()->panels()) {
        QVERIFY(!one.title.isEmpty() && !one.tool_tip.isEmpty());
        QVERIFY2(!(one.title + one.note + one.tool_tip).contains(QLatin1Char('%')),
                 qPrintable(one.title + one.note)); // every place filled
    }
    QVERIFY(!pane_->grab().isNull());
}

void TestPositionsPane::switchedOffComparesTheSelectedHead() {
    show(PositionPage::Off);
    const auto& before = std::get<MatrixPlot>(pane_->sheet()->panels()[kMapBeforePanel].plot);
    const auto& after = std::get<MatrixPlot>(pane_->sheet()->panels()[kMapAfterPanel].plot);
    const RunSnapshot& snapshot = *document_.snapshot();
    const auto off = snapshot.model().runWithoutPositions(snapshot.run.input);
    const Tensor with = snapshot.trace().weights(selection_->head()),
                 without = off->trace->weights(selection_->head());
    QCOMPARE(before.values[3 * before.n_columns + 1], with.row(3)[1]);
    QCOMPARE(after.values[3 * after.n_columns + 1], without.row(3)[1]);
    QVERIFY(std::isnan(before.values[1])); // masked
    QVERIFY(panel(QStringLiteral("Surprise")) != nullptr);
    QVERIFY(panel(QStringLiteral("Prediction at")) != nullptr);
}

void TestPositionsPane::clickingAHeadSelectsIt() {
    show(PositionPage::Off);
    const PlotPanel& moved = pane_->sheet()->panels()[kMovedHeadsPanel];
    const auto& plot = std::get<MatrixPlot>(moved.plot);
    const QRectF area = pane_->sheet()->panelRect(kMovedHeadsPanel);
    const QRectF cells = matrixArea(plot, frameOf(moved, area, screenFonts()).picture, screenFonts()).cells;
    const QPointF first = cells.topLeft() + QPointF(cells.width() * 0.5 / double(plot.n_columns),
                                                    cells.height() * 0.5 / double(plot.n_rows));
    QTest::mouseClick(pane_->sheet()->canvas(), Qt::LeftButton, {}, first.toPoint());
    QVERIFY(selection_->head() == (HeadAddress{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)}));
    QTRY_VERIFY_WITH_TIMEOUT(
        pane_->sheet()->panels()[kMapBeforePanel].note.contains(QStringLiteral("layer 1")), kPatience);
}

void TestPositionsPane::slidersChangeThePicture() {
    show(PositionPage::Sinusoidal);
    QSignalSpy changed(pane_.get(), &PositionsPane::stateChanged);
    ParameterSlider* const width = pane_->controls()->slider(QStringLiteral("d_model"));
    QVERIFY(width->isVisible());
    QVERIFY(!pane_->controls()->slider(QStringLiteral("alibi_heads"))->isVisible());
    QTest::keyClick(width->slider(), Qt::Key_Right);
    QCOMPARE(pane_->settings().d_model, 66);
    QCOMPARE(changed.size(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(std::get<MatrixPlot>(panel(QStringLiteral("The table"))->plot).n_columns,
                              std::size_t{66}, kPatience);
    // The position that is marked is one of those that are drawn.
    ParameterSlider* const position = pane_->controls()->slider(QStringLiteral("position"));
    QTest::keyClick(position->slider(), Qt::Key_End);
    QCOMPARE(pane_->settings().position, pane_->settings().n_positions - 1);
    QTest::keyClick(pane_->controls()->slider(QStringLiteral("n_positions"))->slider(), Qt::Key_Home);
    QCOMPARE(pane_->settings().n_positions, 8);
    QCOMPARE(pane_->settings().position, 7);
    QCOMPARE(position->value(), 7.0);
}

void TestPositionsPane::sentencesSayWhatTheCurvesShow() {
    PositionSettings settings;
    const auto noteOf = [](const std::vector<PlotPanel>& panels, const QString& title) {
        for (const PlotPanel& each : panels)
            if (each.title.startsWith(title))
                return each.title + QLatin1Char('|') + each.note;
        return QString();
    };
    // T5's 32 buckets up to distance 128: 8 + 8 ln(d / 8) / ln 16 reaches 15 at 8 · 16^(7/8) = 90.5.
    const QString shared = noteOf(bucketPanels(settings), QStringLiteral("Distances share buckets"));
    QVERIFY2(shared.contains(QStringLiteral("all from 91 on")), qPrintable(shared));
    settings.shift = -20;
    const QString turned = noteOf(sinusoidalPanels(settings), QStringLiteral("Position"));
    QVERIFY2(turned.startsWith(QStringLiteral("Position − 20 is a rotation|")), qPrintable(turned));
    QVERIFY2(turned.contains(QStringLiteral("black: position −10")), qPrintable(turned));
}

void TestPositionsPane::stateComesBack() {
    PositionSettings settings;
    settings.page = PositionPage::Rotary;
    settings.rotary_base = 5e5;
    settings.scaling = RotaryScaling::Yarn;
    settings.stack = StackKind::Decoder;
    settings.layout = SinusoidLayout::Fairseq;
    settings.bidirectional = false;
    pane_->setSettings(settings);
    const QJsonObject state = pane_->state();
    pane_->setSettings({});
    pane_->setState(state);
    QVERIFY(pane_->settings() == settings);
}

void TestPositionsPane::nonsenseInASessionIsLeftOut() {
    const PositionSettings before = pane_->settings();
    pane_->setState({{QStringLiteral("page"), QStringLiteral("astrology")},
                     {QStringLiteral("scaling"), 7},
                     {QStringLiteral("d_model"), QStringLiteral("wide")}});
    QVERIFY(pane_->settings() == before);
    pane_->setState({{QStringLiteral("d_model"), 99999},
                     {QStringLiteral("n_positions"), -4},
                     {QStringLiteral("rotary_base"), -1.0},
                     {QStringLiteral("page"), QStringLiteral("compare")}});
    QCOMPARE(pane_->settings().d_model, 512);
    QCOMPARE(pane_->settings().n_positions, 8);
    QTRY_VERIFY_WITH_TIMEOUT(!pane_->pending(), kPatience);
    QVERIFY(pane_->sheet()->panels().size() >= 4);
}

void TestPositionsPane::modelsWithoutLearnedPositionsSayWhereTheyAre() {
    for (const char* name : {"llama-yarn", "t5-relu", "bloom-lm", "mpnet-mlm", "phi3-longrope", "opt-lm"}) {
        Document document;
        document.openModel(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/") + QString::fromLatin1(name));
        QTRY_VERIFY_WITH_TIMEOUT(document.model(), kPatience);
        PositionsPane pane(&document, selection_.get());
        pane.resize(660, 560);
        pane.show();
        QTRY_VERIFY_WITH_TIMEOUT(!pane.pending(), kPatience);
        QVERIFY2(pane.sheet()->panels().size() >= 2, name); // facts and at least a picture
        PositionSettings settings;
        settings.page = PositionPage::Learned;
        pane.setSettings(settings);
        QTRY_VERIFY_WITH_TIMEOUT(!pane.pending(), kPatience);
        const bool learned = document.model()->spec().outputStack() == StackKind::Encoder
                                 ? document.model()->spec().encoder->positions.kind == PositionKind::Learned
                                 : document.model()->spec().decoder->positions.kind == PositionKind::Learned;
        QCOMPARE(pane.sheet()->panels().empty(), !learned);
    }
}

void TestPositionsPane::figuresAreThereForEveryPage() {
    for (const PositionPage page : kPositionPages) {
        show(page);
        const auto subjects = pane_->figures();
        QCOMPARE(subjects.size(), pane_->sheet()->panels().size() + 1);
        const auto figure = subjects.front().figure({});
        QVERIFY(figure.ok());
        const auto first = figureToSvg(*figure, {}), second = figureToSvg(*figure, {});
        QVERIFY(first.ok() && *first == *second);
    }
}

HEADLIGHT_WINDOW_TEST_MAIN(TestPositionsPane)
#include "tst_positions_pane.moc"
