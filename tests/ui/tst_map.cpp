// The map: true to every golden checkpoint's spec and counts, nothing on top of another, clicks that open,
// figures alike twice.
#include "tests/support/model_folder.h"
#include "tests/ui/support/open_document.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/map/map_figure.h"
#include "ui/map/map_painter.h"
#include "ui/map/map_view.h"
#include "ui/plots/panel_sheet.h"
#include "ui/theme/theme.h"
#include "ui/window/map_pane.h"

#include <QSignalSpy>
#include <QtTest/QtTest>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

ArchitectureMap mapOf(const Model& model, bool each_layer, bool low = false) {
    return architectureMap({.spec = &model.spec(),
                            .parameters = &model.parameters(),
                            .name = QStringLiteral("model"),
                            .each_layer = each_layer,
                            .low = low,
                            .sizes = {}});
}

std::size_t countOf(const ArchitectureMap& map, MapBlockKind kind) {
    return static_cast<std::size_t>(std::count_if(
        map.blocks.begin(), map.blocks.end(), [kind](const MapBlock& block) { return block.kind == kind; }));
}

} // namespace

class TestMap : public QObject {
    Q_OBJECT
private slots:
    void everyCheckpointIsDrawnWhole_data();
    void everyCheckpointIsDrawnWhole();
    void normsStandWhereTheModelHasThem();
    void crossAttentionReadsTheEncoder();
    void clickingAnAttentionSelectsIt();
    void clickingTheFrameDrawsEveryLayer();
    void keysWalkAndOpen();
    void zoomKeepsThePlaceUnderTheMouse();
    void sizesAreThoseOfTheRun();
    void stateComesBack();
    void figureIsTheSameTwice();
    void emptyWithoutAModel();
};

void TestMap::everyCheckpointIsDrawnWhole_data() {
    QTest::addColumn<std::string>("name");
    for (const std::string& name : headlight::test::goldenNames())
        QTest::newRow(name.c_str()) << name;
}

void TestMap::everyCheckpointIsDrawnWhole() {
    QFETCH(std::string, name);
    const auto model = headlight::test::loadGolden(name);
    for (const auto& [each_layer, low] : {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
        const ArchitectureMap map = mapOf(*model, each_layer, low);
        QCOMPARE(map.n_parameters, model->parameterCount());
        const QRectF page(QPointF(0, 0), map.size);
        std::size_t n_attentions = 0;
        for (std::size_t i = 0; i < map.blocks.size(); ++i) {
            const MapBlock& block = map.blocks[i];
            QVERIFY(page.contains(block.rect));
            QVERIFY(!block.tool_tip.isEmpty() && !block.title.isEmpty());
            QVERIFY2(!(block.tool_tip + block.detail).contains(QStringLiteral("%1")),
                     qPrintable(block.title + block.detail));
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY2(!block.rect.intersects(map.blocks[j].rect),
                         qPrintable(block.title + map.blocks[j].title));
            n_attentions += block.kind == MapBlockKind::Attention ? 1 : 0;
        }
        std::size_t expected = 0;
        for (const auto& stack : {model->spec().encoder, model->spec().decoder})
            if (stack)
                expected += (each_layer ? stack->n_layers : 1) * (stack->cross_attention ? 2 : 1);
        QCOMPARE(n_attentions, expected);
        for (const MapArrow& arrow : map.arrows)
            for (const QPointF& point : arrow.points)
                QVERIFY(page.contains(point));
        for (const MapFrame& frame : map.frames)
            QVERIFY(page.contains(frame.rect));
    }
}

void TestMap::normsStandWhereTheModelHasThem() {
    // From below: what comes first in the stream has the larger y.
    const auto order = [](const ArchitectureMap& map) {
        std::vector<const MapBlock*> blocks;
        for (const MapBlock& block : map.blocks)
            if (block.kind == MapBlockKind::Norm || block.kind == MapBlockKind::Attention ||
                block.kind == MapBlockKind::FeedForward || block.kind == MapBlockKind::Add)
                blocks.push_back(&block);
        std::stable_sort(blocks.begin(), blocks.end(),
                         [](const MapBlock* a, const MapBlock* b) { return a->rect.top() > b->rect.top(); });
        QString text;
        for (const MapBlock* block : blocks)
            text += block->kind == MapBlockKind::Norm          ? QLatin1Char('n')
                    : block->kind == MapBlockKind::Attention   ? QLatin1Char('a')
                    : block->kind == MapBlockKind::FeedForward ? QLatin1Char('f')
                                                               : QLatin1Char('+');
        return text;
    };
    QCOMPARE(order(mapOf(*headlight::test::loadGolden("gpt2-lm"), false)), QStringLiteral("na+nf+n"));
    QCOMPARE(order(mapOf(*headlight::test::loadGolden("bert-mlm"), false)),
             QStringLiteral("na+nf+n")); // the embedding's norm first
    QCOMPARE(order(mapOf(*headlight::test::loadGolden("gemma2-lm"), false)), QStringLiteral("nan+nfn+n"));
    QCOMPARE(order(mapOf(*headlight::test::loadGolden("gptj-lm"), false)), QStringLiteral("naf+n"));
    const ArchitectureMap neox = mapOf(*headlight::test::loadGolden("gpt-neox-lm"), false);
    QCOMPARE(order(neox), QStringLiteral("nnaf+n"));
}

void TestMap::crossAttentionReadsTheEncoder() {
    const auto model = headlight::test::loadGolden("marian-swish");
    const ArchitectureMap map = mapOf(*model, true);
    std::size_t n_cross = 0;
    for (const MapArrow& arrow : map.arrows)
        if (arrow.kind == MapArrow::Kind::Cross) {
            ++n_cross;
            const auto at = mapBlockAt(map, arrow.points.back() + QPointF(2, 0));
            QVERIFY(at && map.blocks[*at].attention == AttentionKind::Cross);
        }
    QCOMPARE(n_cross, model->spec().decoder->n_layers);
    QCOMPARE(countOf(mapOf(*headlight::test::loadGolden("gpt2-lm"), true), MapBlockKind::Add),
             2 * headlight::test::loadGolden("gpt2-lm")->spec().decoder->n_layers);
}

void TestMap::clickingAnAttentionSelectsIt() {
    Document document;
    QVERIFY(openAndRun(document, bundled("en-fr"), QStringLiteral("The black cat sleeps.")));
    Selection selection;
    selection.setHead({AttentionKind::Cross, LayerIndex(2), HeadIndex(5)});
    MapPane pane(&document, &selection);
    pane.setSettings({.each_layer = true});
    pane.resize(700, 2400);
    pane.show();
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    QTRY_VERIFY_WITH_TIMEOUT(!pane.pending(), kPatience);
    QSignalSpy wanted(&pane, &MapPane::viewWanted);
    for (const MapBlock& block : pane.view()->map().blocks)
        if (block.attention == AttentionKind::EncoderSelf && block.layer == std::size_t{1}) {
            QTest::mouseClick(pane.view(), Qt::LeftButton, {},
                              pane.view()->toScreen(block.rect.center()).toPoint());
            break;
        }
    QCOMPARE(wanted.size(), 1);
    QVERIFY(selection.head() == (HeadAddress{AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(5)}));
    QVERIFY(!pane.grab().isNull());
}

void TestMap::clickingTheFrameDrawsEveryLayer() {
    Document document;
    QVERIFY(openAndRun(document, bundled("books-gpt"), QStringLiteral("Once upon a time")));
    Selection selection;
    MapPane pane(&document, &selection);
    pane.resize(700, 700);
    pane.show();
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    QTRY_VERIFY_WITH_TIMEOUT(!pane.pending(), kPatience);
    const std::size_t n_before = pane.view()->map().blocks.size();
    const MapFrame& layers = pane.view()->map().frames.back();
    QVERIFY(layers.title.startsWith(QStringLiteral("×")));
    QTest::mouseClick(pane.view(), Qt::LeftButton, {},
                      pane.view()->toScreen(layers.rect.topLeft() + QPointF(20, 10)).toPoint());
    QVERIFY(pane.settings().each_layer);
    QVERIFY(pane.view()->map().blocks.size() > n_before);
    QCOMPARE(pane.view()->map().n_parameters, document.model()->parameterCount());
}

void TestMap::keysWalkAndOpen() {
    MapView view;
    view.resize(600, 600);
    const auto model = headlight::test::loadGolden("gpt2-lm");
    view.setMap(mapOf(*model, false));
    QSignalSpy clicked(&view, &MapView::blockClicked);
    QTest::keyClick(&view, Qt::Key_Up); // the first box of the stream
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(clicked.size(), 1);
    QVERIFY(qvariant_cast<MapBlock>(clicked[0][0]).kind == MapBlockKind::Tokens);
    QTest::keyClick(&view, Qt::Key_Up);
    QTest::keyClick(&view, Qt::Key_Return);
    QVERIFY(qvariant_cast<MapBlock>(clicked[1][0]).kind == MapBlockKind::Embedding);
    QVERIFY(view.accessibleDescription().contains(QStringLiteral("token embedding")));
}

void TestMap::zoomKeepsThePlaceUnderTheMouse() {
    MapView view;
    view.resize(400, 300);
    view.setMap(mapOf(*headlight::test::loadGolden("gpt2-lm"), true));
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const double before = view.scale();
    const QPointF point(view.map().size.width() / 2,
                        view.map().size.height() - 200); // the map begins at its bottom
    const QPointF at = view.toScreen(point);
    for (int i = 0; i < 3; ++i) {
        QWheelEvent wheel(at, view.mapToGlobal(at), {}, QPoint(0, 120), Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&view, &wheel);
    }
    QVERIFY(view.scale() > 1.4 * before);
    QVERIFY(std::abs(view.toScreen(point).y() - at.y()) < 1.0);
    view.fit();
    QCOMPARE(view.scale(), before);
}

void TestMap::sizesAreThoseOfTheRun() {
    Document document;
    QVERIFY(openAndRun(document, bundled("en-fr"), QStringLiteral("The black cat sleeps.")));
    Selection selection;
    MapPane pane(&document, &selection);
    pane.resize(700, 700);
    pane.show();
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    QTRY_VERIFY_WITH_TIMEOUT(!pane.view()->map().frames.back().sizes.empty(), kPatience);
    const ResidualSizes sizes = sizesOf(*document.snapshot());
    for (const MapFrame& frame : pane.view()->map().frames) {
        if (frame.is_stack)
            continue;
        QCOMPARE(frame.sizes.size(), frame.n_layers);
        for (std::size_t layer = 0; layer < frame.sizes.size(); ++layer)
            QCOMPARE(frame.sizes[layer],
                     sizes.at(frame.stack).row(static_cast<Eigen::Index>(layer) + 1).mean());
        const QPointF beside(frame.rect.right() + 10, frame.rect.center().y());
        QVERIFY(mapSizeBarAt(pane.view()->map(), beside));
    }
    pane.setSettings({.sizes = true});
    QCOMPARE(pane.sheet()->panels().size(), std::size_t{4}); // two a stack
    QCOMPARE(pane.figures().size(), std::size_t{5});
}

void TestMap::stateComesBack() {
    Document document;
    Selection selection;
    MapPane pane(&document, &selection);
    pane.setSettings({.each_layer = true, .sizes = true});
    const QJsonObject state = pane.state();
    pane.setSettings({});
    pane.setState(state);
    QVERIFY(pane.settings() == (MapSettings{true, true}));
    pane.setState({{QStringLiteral("sizes"), QStringLiteral("huge")}});
    QVERIFY(pane.settings() == (MapSettings{true, true}));
}

void TestMap::figureIsTheSameTwice() {
    const auto model = headlight::test::loadGolden("t5-gated");
    for (const bool each_layer : {false, true}) {
        const FigureSubject subject =
            mapSubject(mapOf(*model, each_layer), QStringLiteral("map"), QStringLiteral("about"));
        const auto figure = subject.figure({});
        QVERIFY(figure.ok());
        const auto svg = figureToSvg(*figure, {}), again = figureToSvg(*figure, {});
        QVERIFY(svg.ok() && *svg == *again);
        QVERIFY(svg->contains("cross-attention") && !svg->contains("<image"));
        const auto pdf = figureToPdf(*figure, {}), pdf_again = figureToPdf(*figure, {});
        QVERIFY(pdf.ok() && *pdf == *pdf_again);
        QTemporaryDir folder;
        QVERIFY(exportSubject(subject, {}, folder.filePath(QStringLiteral("a.csv")).toStdString()).ok());
    }
    QVERIFY(!mapSubject({}, QStringLiteral("map"), {}).figure({}).ok());
}

void TestMap::emptyWithoutAModel() {
    Document document;
    Selection selection;
    MapPane pane(&document, &selection);
    pane.resize(400, 300);
    pane.show();
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    QVERIFY(pane.figures().empty());
    QVERIFY(!pane.grab().isNull());
    QTest::mouseClick(pane.view(), Qt::LeftButton, {}, QPoint(50, 50));
    QTest::keyClick(pane.view(), Qt::Key_Up);
}

HEADLIGHT_WINDOW_TEST_MAIN(TestMap)
#include "tst_map.moc"
