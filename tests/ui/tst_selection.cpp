#include "ui/selection/selection.h"

#include <QSignalSpy>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

class TestSelection : public QObject {
    Q_OBJECT
private slots:
    void hoveredPairHidesThePinnedOne();
    void tellsOnlyWhatChanged();
    void headIsToldOnce();
};

void TestSelection::hoveredPairHidesThePinnedOne() {
    Selection selection;
    selection.setPinned({.query = 1, .key = 2});
    QCOMPARE(*selection.current().query, std::size_t(1));
    selection.setHovered({.query = 4, .key = 5});
    QCOMPARE(*selection.current().query, std::size_t(4));
    selection.setHovered({});
    QCOMPARE(*selection.current().key, std::size_t(2));
    selection.setHovered({.query = 0, .key = std::nullopt}); // only a row hovered: still a hovered pair
    QVERIFY(!selection.current().key);
}

void TestSelection::tellsOnlyWhatChanged() {
    Selection selection;
    QSignalSpy tokens(&selection, &Selection::tokensChanged);
    selection.setHovered({});
    QCOMPARE(tokens.count(), 0);
    selection.setHovered({.query = 1, .key = 1});
    selection.setHovered({.query = 1, .key = 1});
    QCOMPARE(tokens.count(), 1);
    selection.setPinned({.query = 1, .key = 1});
    QCOMPARE(tokens.count(), 2);
}

void TestSelection::headIsToldOnce() {
    Selection selection;
    QSignalSpy heads(&selection, &Selection::headChanged);
    const HeadAddress address{AttentionKind::Cross, LayerIndex(2), HeadIndex(0)};
    selection.setHead(address);
    selection.setHead(address);
    QCOMPARE(heads.count(), 1);
    QVERIFY(selection.head() == address);
}

QTEST_GUILESS_MAIN(TestSelection)
#include "tst_selection.moc"
