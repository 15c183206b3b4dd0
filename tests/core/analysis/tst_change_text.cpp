// One line of text a change: what is written reads back as the same change, and what is wrong says where.
#include "core/analysis/interventions/change_text.h"

#include <QtTest>

#include <bit>
#include <limits>

using namespace headlight;

namespace {

const HeadAddress kHead{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};
const MapCellAddress kCell{kHead, 2, 3};

} // namespace

class TestChangeText : public QObject {
    Q_OBJECT
private slots:
    void everyKindIsWrittenAsItIsRead_data();
    void everyKindIsWrittenAsItIsRead();
    void numbersComeBackBitForBit();
    void spacesMayStandBetweenParts();
    void whatCannotBeReadSaysWhere_data();
    void whatCannotBeReadSaysWhere();
    void severalLinesAreReadInOrder();
};

void TestChangeText::everyKindIsWrittenAsItIsRead_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<std::size_t>("kind");
    const auto row = [](const char* line, const Change& change) {
        QTest::newRow(line) << QByteArray(line) << change.index();
        QCOMPARE(QByteArray::fromStdString(changeText(change)), QByteArray(line));
    };
    row("score cross 2.1 [3,4] = 5", SetScore{kCell, 5.0f});
    row("score cross 2.1 [3,4] = -0.125", SetScore{kCell, -0.125f});
    row("mask cross 2.1 [3,4] hidden", SetMask{kCell, true});
    row("mask cross 2.1 [3,4] visible", SetMask{kCell, false});
    row("weight cross 2.1 [3,4] = 0.5", SetWeight{kCell, 0.5f, true});
    row("weight cross 2.1 [3,4] = 0.5 alone", SetWeight{kCell, 0.5f, false});
    row("scale encoder 1 = 1", SetScale{AttentionKind::EncoderSelf, LayerIndex(0), {}, 1.0f});
    row("scale decoder 3.8 = 0.25", SetScale{AttentionKind::DecoderSelf, LayerIndex(2), HeadIndex(7), 0.25f});
    row("temperature encoder 1.2 = 0.5",
        SetTemperature{AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(1), 0.5f});
    row("temperature cross 4 = 2", SetTemperature{AttentionKind::Cross, LayerIndex(3), {}, 2.0f});
    row("head cross 2.1 off", SetHeadOutput{kHead, 0.0f});
    row("head cross 2.1 = 0.5", SetHeadOutput{kHead, 0.5f});
    row("position encoder 3 -> 7", SetPosition{StackKind::Encoder, 2, 6});
    row("swap decoder 2 4", SwapTokens{StackKind::Decoder, 1, 3});
    row("positions off", SwitchOffPositions{});
}

void TestChangeText::everyKindIsWrittenAsItIsRead() {
    QFETCH(QByteArray, line);
    QFETCH(std::size_t, kind);
    const auto change = parseChange(line.toStdString());
    QVERIFY2(change.ok(), change.ok() ? "" : change.error().message().c_str());
    QCOMPARE(change->index(), kind);
    QCOMPARE(QByteArray::fromStdString(changeText(*change)), line);
}

void TestChangeText::numbersComeBackBitForBit() {
    for (const float value : {0.1f, 1.0f / 3.0f, -17.123456f, 3.4e38f, 1e-30f,
                              std::numeric_limits<float>::denorm_min(), -0.0f, 16777217.0f}) {
        const auto change = parseChange(changeText(SetScore{kCell, value}));
        QVERIFY(change.ok());
        const float read = std::get<SetScore>(*change).value;
        QCOMPARE(std::bit_cast<std::uint32_t>(read), std::bit_cast<std::uint32_t>(value));
    }
    const auto far = parseChange(changeText(SetScore{{kHead, 123456789, 987654321}, 1.0f}));
    QCOMPARE(std::get<SetScore>(*far).cell.query_token, std::size_t{123456789});
    QCOMPARE(std::get<SetScore>(*far).cell.key_token, std::size_t{987654321});
}

void TestChangeText::spacesMayStandBetweenParts() {
    const auto wide = parseChange("  score\tcross 2 . 1  [ 3 , 4 ]=5 \r");
    QVERIFY2(wide.ok(), wide.ok() ? "" : wide.error().message().c_str());
    QCOMPARE(changeText(*wide), std::string("score cross 2.1 [3,4] = 5"));
}

void TestChangeText::whatCannotBeReadSaysWhere_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("nothing") << QByteArray("") << 1 << QByteArray("score, mask");
    QTest::newRow("unknown kind") << QByteArray("scores cross 2.1 [3,4] = 5") << 1
                                  << QByteArray("score, mask");
    QTest::newRow("unknown attention")
        << QByteArray("score crossed 2.1 [3,4] = 5") << 7 << QByteArray("encoder, decoder or cross");
    QTest::newRow("capitals") << QByteArray("score Cross 2.1 [3,4] = 5") << 7
                              << QByteArray("encoder, decoder or cross");
    QTest::newRow("layer 0") << QByteArray("score cross 0.1 [3,4] = 5") << 13
                             << QByteArray("a layer, counted from 1");
    QTest::newRow("negative token") << QByteArray("score cross 2.1 [-3,4] = 5") << 18
                                    << QByteArray("a query token");
    QTest::newRow("no head") << QByteArray("score cross 2 [3,4] = 5") << 15 << QByteArray("“.”");
    QTest::newRow("no key") << QByteArray("score cross 2.1 [3] = 5") << 19 << QByteArray("“,”");
    QTest::newRow("no value") << QByteArray("score cross 2.1 [3,4] =") << 24 << QByteArray("a number");
    QTest::newRow("not a number") << QByteArray("score cross 2.1 [3,4] = nan") << 25
                                  << QByteArray("a number");
    QTest::newRow("infinite") << QByteArray("scale encoder 1 = inf") << 19 << QByteArray("a number");
    QTest::newRow("too large") << QByteArray("scale encoder 1 = 1e99") << 19 << QByteArray("a number");
    QTest::newRow("left over") << QByteArray("score cross 2.1 [3,4] = 5 6") << 27
                               << QByteArray("the end of the line");
    QTest::newRow("mask") << QByteArray("mask cross 2.1 [3,4] gone") << 22 << QByteArray("hidden or visible");
    QTest::newRow("head") << QByteArray("head cross 2.1") << 15 << QByteArray("“off”");
    QTest::newRow("offside") << QByteArray("head cross 2.1 offside") << 19
                             << QByteArray("the end of the line");
    QTest::newRow("cross has no words")
        << QByteArray("swap cross 1 2") << 6 << QByteArray("encoder or decoder");
    QTest::newRow("positions on") << QByteArray("positions on") << 11 << QByteArray("“off”");
    QTest::newRow("a number too long")
        << QByteArray("swap encoder 99999999999999999999999 1") << 14 << QByteArray("a token");
}

void TestChangeText::whatCannotBeReadSaysWhere() {
    QFETCH(QByteArray, line);
    QFETCH(int, column);
    QFETCH(QByteArray, expected);
    const auto change = parseChange(line.toStdString());
    QVERIFY(!change.ok());
    QCOMPARE(change.error().kind, ErrorKind::Usage);
    QCOMPARE(QByteArray::fromStdString(change.error().item), "column " + QByteArray::number(column));
    QVERIFY2(QByteArray::fromStdString(change.error().expected).startsWith(expected),
             change.error().expected.c_str());
    QVERIFY(!change.error().found.empty());
    QVERIFY(!change.error().next_step.empty());
}

void TestChangeText::severalLinesAreReadInOrder() {
    const auto changes = parseChanges("\nswap encoder 2 4; head cross 2.1 off\n\n  positions off  \n");
    QVERIFY(changes.ok());
    QCOMPARE(changes->size(), std::size_t{3});
    QCOMPARE(changesText(*changes), std::string("swap encoder 2 4\nhead cross 2.1 off\npositions off\n"));
    QVERIFY(parseChanges("")->empty());
    QVERIFY(!parseChanges("positions off\nnonsense").ok());
    QVERIFY(changesText({}).empty());
}

QTEST_APPLESS_MAIN(TestChangeText)
#include "tst_change_text.moc"
