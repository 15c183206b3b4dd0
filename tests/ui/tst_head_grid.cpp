// The grid of heads: a well-behaved model, live thumbnails, mouse and keys.
#include "tests/ui/support/made_up_trace.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_grid_view.h"
#include "ui/heads/head_preview.h"
#include "ui/heatmap/thumbnail.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtWidgets/QtWidgets>
#include <QtTest/QtTest>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

constexpr auto kKind = AttentionKind::EncoderSelf;

HeadAddress address(std::size_t layer, std::size_t head) {
    return {kKind, LayerIndex(layer), HeadIndex(head)};
}

bool ready(const HeadGridModel& model) {
    return QTest::qWaitFor([&] { return !model.pending(); }, 20'000);
}

} // namespace

class TestHeadGrid : public QObject {
    Q_OBJECT
private slots:
    void modelKeepsItsPromises();
    void thumbnailsAreThePicturesOfTheirHeads();
    void anotherHeadComputesNothing();
    void oldThumbnailsStayUntilTheNewOnesAreThere();
    void theNewestTraceWins();
    void clickChoosesAHead();
    void arrowsChooseAHead();
    void selectionElsewhereIsFollowed();
    void thumbnailsGrowWithTheWidth();
    void aThousandHeadsScroll();
    void hoverShowsALargerPicture();
    void goesAwayWhileComputing();
};

void TestHeadGrid::modelKeepsItsPromises() {
    HeadGridModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    model.setHeadMap(makeMap({.n_layers = 3, .n_heads = 5}));
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.columnCount(), 5);
    QVERIFY(ready(model));
    QCOMPARE(model.headAt(model.index(2, 4)), address(2, 4));
    QCOMPARE(model.indexOf(address(1, 3)), model.index(1, 3));
    QVERIFY(!model.indexOf(address(3, 0)).isValid());
    QVERIFY(!model.indexOf({AttentionKind::Cross, LayerIndex(0), HeadIndex(0)}).isValid());
    QCOMPARE(model.headerData(2, Qt::Vertical, Qt::DisplayRole).toString(), QStringLiteral("3"));
    QCOMPARE(model.data(model.index(0, 1), Qt::AccessibleTextRole).toString(), QStringLiteral("Encoder attention · layer 1 · head 2"));
    model.setHeadMap(makeMap({.n_layers = 1, .n_heads = 2}));
    QVERIFY(ready(model));
    model.setHeadMap({});
    QCOMPARE(model.rowCount(), 0);
    QVERIFY(!model.pending());
}

void TestHeadGrid::thumbnailsAreThePicturesOfTheirHeads() {
    HeadGridModel model;
    const HeadMap map = makeMap({.n_queries = 20, .n_keys = 20, .n_layers = 2, .n_heads = 3, .causal = true});
    model.setMasked(0xff102030u);
    model.setHeadMap(map);
    QVERIFY(ready(model));
    for (int layer = 0; layer < 2; ++layer)
        for (int head = 0; head < 3; ++head) {
            const QModelIndex index = model.index(layer, head);
            QCOMPARE(index.data(Qt::DecorationRole).value<QImage>(),
                     headThumbnail(*map.trace, model.headAt(index), 32, {}, 0xff102030u));
        }
}

void TestHeadGrid::anotherHeadComputesNothing() {
    HeadGridModel model;
    HeadMap map = makeMap({});
    model.setHeadMap(map);
    QVERIFY(ready(model));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    map.head = address(1, 2);
    model.setHeadMap(map);
    QVERIFY(!model.pending());
    QCOMPARE(changed.count(), 0);
}

void TestHeadGrid::oldThumbnailsStayUntilTheNewOnesAreThere() {
    HeadGridModel model;
    model.setHeadMap(makeMap({.n_queries = 8, .n_keys = 8}));
    QVERIFY(ready(model));
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.setHeadMap(makeMap({.n_queries = 9, .n_keys = 9}));
    QVERIFY(model.pending());
    QCOMPARE(reset.count(), 0);
    QCOMPARE(model.index(0, 0).data(Qt::DecorationRole).value<QImage>().size(), QSize(8, 8));
    QVERIFY(ready(model));
    QCOMPARE(model.index(0, 0).data(Qt::DecorationRole).value<QImage>().size(), QSize(9, 9));
}

void TestHeadGrid::theNewestTraceWins() {
    HeadGridModel model;
    for (std::size_t n = 4; n < 30; ++n)
        model.setHeadMap(makeMap({.n_queries = n, .n_keys = n}));
    QVERIFY(ready(model));
    for (int layer = 0; layer < model.rowCount(); ++layer)
        for (int head = 0; head < model.columnCount(); ++head)
            QCOMPARE(model.index(layer, head).data(Qt::DecorationRole).value<QImage>().width(), 29);
}

void TestHeadGrid::clickChoosesAHead() {
    Selection selection;
    HeadGridView view(&selection);
    view.resize(280, 200);
    view.show();
    view.setHeadMap(makeMap({.n_layers = 3, .n_heads = 8}));
    QSignalSpy changed(&selection, &Selection::headChanged);
    const QRect cell = view.visualRect(view.gridModel()->index(2, 5));
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, cell.center());
    QCOMPARE(selection.head(), address(2, 5));
    QCOMPARE(changed.count(), 1);
}

void TestHeadGrid::arrowsChooseAHead() {
    Selection selection;
    HeadGridView view(&selection);
    view.resize(280, 200);
    view.show();
    selection.setHead(address(0, 0));
    view.setHeadMap(makeMap({.n_layers = 3, .n_heads = 8}));
    QTest::keyClick(&view, Qt::Key_Down);
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(selection.head(), address(1, 2));
}

void TestHeadGrid::selectionElsewhereIsFollowed() {
    Selection selection;
    HeadGridView view(&selection);
    view.setHeadMap(makeMap({.n_layers = 3, .n_heads = 8}));
    selection.setHead(address(1, 7));
    QCOMPARE(view.currentIndex(), view.gridModel()->index(1, 7));
    selection.setHead({AttentionKind::Cross, LayerIndex(0), HeadIndex(0)});
    QVERIFY(!view.currentIndex().isValid());
    QCOMPARE(selection.head().kind, AttentionKind::Cross); // following never selects
}

void TestHeadGrid::thumbnailsGrowWithTheWidth() {
    Selection selection;
    HeadGridView view(&selection);
    view.setHeadMap(makeMap({.n_layers = 2, .n_heads = 8}));
    view.resize(220, 200);
    view.show();
    QCoreApplication::processEvents();
    const int narrow = view.thumbnailSize();
    view.resize(420, 200);
    QCoreApplication::processEvents();
    QVERIFY(view.thumbnailSize() > narrow);
    QCOMPARE(view.columnWidth(0), view.thumbnailSize());
}

void TestHeadGrid::aThousandHeadsScroll() {
    Selection selection;
    HeadGridView view(&selection);
    view.resize(280, 300);
    view.show();
    view.setHeadMap(makeMap({.n_queries = 16, .n_keys = 16, .n_layers = 32, .n_heads = 32}));
    QVERIFY(view.verticalScrollBar()->maximum() > 0);
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
    QVERIFY(ready(*view.gridModel()));
    QVERIFY(!view.gridModel()->index(31, 31).data(Qt::DecorationRole).value<QImage>().isNull());
}

void TestHeadGrid::hoverShowsALargerPicture() {
    Selection selection;
    HeadGridView view(&selection);
    view.resize(280, 200);
    view.show();
    view.setHeadMap(makeMap({.n_layers = 3, .n_heads = 8}));
    QSignalSpy preview(view.gridModel(), &HeadGridModel::previewReady);
    QTest::mouseMove(view.viewport(), view.visualRect(view.gridModel()->index(1, 2)).center());
    QTRY_VERIFY(preview.count() > 0);
    auto* window = view.findChild<HeadPreview*>();
    QVERIFY(window != nullptr && window->isVisible());
    QCOMPARE(window->head(), address(1, 2));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(view.viewport(), &leave);
    QTRY_VERIFY(!window->isVisible());
}

void TestHeadGrid::goesAwayWhileComputing() {
    for (int i = 0; i < 5; ++i) {
        HeadGridModel model;
        model.setHeadMap(makeMap({.n_queries = 500, .n_keys = 500, .n_layers = 2, .n_heads = 8}));
        QVERIFY(model.pending());
    }
    QCoreApplication::processEvents();
}

HEADLIGHT_WINDOW_TEST_MAIN(TestHeadGrid)
#include "tst_head_grid.moc"
