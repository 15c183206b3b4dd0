// Colour maps, scales, and weights as pictures.
#include "ui/colour/colour_image.h"
#include "ui/colour/colour_map.h"
#include "ui/colour/value_scale.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace headlight;
using namespace headlight::ui;

namespace {

double luminance(QRgb rgb) {
    const auto linear = [](int channel) {
        const double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(qRed(rgb)) + 0.7152 * linear(qGreen(rgb)) + 0.0722 * linear(qBlue(rgb));
}

} // namespace

class TestColour : public QObject {
    Q_OBJECT
private slots:
    void scaleSuitsTheLength();
    void endsAreThePublishedOnes_data();
    void endsAreThePublishedOnes();
    void perceptualMapsOnlyGrowLighter_data();
    void perceptualMapsOnlyGrowLighter();
    void signedMapIsWhiteAtZeroAndSymmetric();
    void positionsOutsideAreClamped();
    void logScaleSpreadsFiveDecades();
    void rowRelativeDividesByTheRow();
    void ticksThinOutButKeepBothEnds();
    void imageEqualsTheScaleOfEveryWeight_data();
    void imageEqualsTheScaleOfEveryWeight();
    void maskedColumnsGetTheMaskedColour();
};

void TestColour::endsAreThePublishedOnes_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<uint>("first");
    QTest::addColumn<uint>("last");
    QTest::newRow("viridis") << static_cast<int>(ColourMapKind::Viridis) << 0xff440154u << 0xfffde725u;
    QTest::newRow("magma") << static_cast<int>(ColourMapKind::Magma) << 0xff000004u << 0xfffcfdbfu;
    QTest::newRow("cividis") << static_cast<int>(ColourMapKind::Cividis) << 0xff00224eu << 0xfffee838u;
}

void TestColour::endsAreThePublishedOnes() {
    QFETCH(int, kind);
    const ColourMap& map = colourMap(static_cast<ColourMapKind>(kind));
    QTEST(map.rgb(0.0f), "first");
    QTEST(map.rgb(1.0f), "last");
}

void TestColour::perceptualMapsOnlyGrowLighter_data() {
    QTest::addColumn<int>("kind");
    for (const ColourMapKind kind : weightColourMaps())
        if (kind != ColourMapKind::Greys)
            QTest::newRow(qPrintable(colourMapName(kind))) << static_cast<int>(kind);
}

void TestColour::perceptualMapsOnlyGrowLighter() {
    QFETCH(int, kind);
    const auto& table = colourMap(static_cast<ColourMapKind>(kind)).table();
    for (std::size_t i = 8; i < table.size(); i += 8)
        QVERIFY2(luminance(table[i]) > luminance(table[i - 8]), qPrintable(QString::number(i)));
}

void TestColour::signedMapIsWhiteAtZeroAndSymmetric() {
    const ColourMap& map = colourMap(ColourMapKind::Signed);
    QCOMPARE(map.rgb(0.5f), 0xffffffffu);
    const QColor minus = map.colour(0.0f);
    const QColor plus = map.colour(1.0f);
    QVERIFY2(minus.red() > minus.blue() && plus.blue() > plus.red(), "orange means minus, blue plus");
    QVERIFY(std::abs(luminance(minus.rgb()) - luminance(plus.rgb())) < 0.1);
}

void TestColour::positionsOutsideAreClamped() {
    const ColourMap& map = colourMap(ColourMapKind::Viridis);
    QCOMPARE(map.rgb(-3.0f), map.rgb(0.0f));
    QCOMPARE(map.rgb(7.0f), map.rgb(1.0f));
    QCOMPARE(map.rgb(std::numeric_limits<float>::quiet_NaN()), map.rgb(0.0f));
}

void TestColour::logScaleSpreadsFiveDecades() {
    QCOMPARE(scalePosition(ScaleKind::Logarithmic, 1.0f, 0.0f), 1.0f);
    QVERIFY(std::abs(scalePosition(ScaleKind::Logarithmic, 1e-2f, 0.0f) - 0.6f) < 1e-6f);
    QCOMPARE(scalePosition(ScaleKind::Logarithmic, 1e-9f, 0.0f), 0.0f);
    QCOMPARE(scalePosition(ScaleKind::Logarithmic, 0.0f, 0.0f), 0.0f);
}

void TestColour::rowRelativeDividesByTheRow() {
    QCOMPARE(scalePosition(ScaleKind::RowRelative, 0.2f, 0.4f), 0.5f);
    QCOMPARE(scalePosition(ScaleKind::RowRelative, 0.0f, 0.0f), 0.0f);
}

void TestColour::ticksThinOutButKeepBothEnds() {
    for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Logarithmic, ScaleKind::RowRelative})
        for (int n_most = 1; n_most < 8; ++n_most) {
            const std::vector<ScaleTick> ticks = scaleTicks(kind, n_most);
            QVERIFY(ticks.size() >= 2 && ticks.size() <= static_cast<std::size_t>(std::max(2, n_most)));
            QCOMPARE(ticks.front().position, 0.0f);
            QCOMPARE(ticks.back().position, 1.0f);
        }
}

void TestColour::imageEqualsTheScaleOfEveryWeight_data() {
    QTest::addColumn<int>("scale");
    QTest::newRow("linear") << static_cast<int>(ScaleKind::Linear);
    QTest::newRow("log") << static_cast<int>(ScaleKind::Logarithmic);
    QTest::newRow("row-relative") << static_cast<int>(ScaleKind::RowRelative);
}

void TestColour::imageEqualsTheScaleOfEveryWeight() {
    QFETCH(int, scale);
    const auto kind = static_cast<ScaleKind>(scale);
    std::mt19937 random(5);
    std::uniform_real_distribution<float> exponent(-7.0f, 0.0f);
    std::vector<float> values(32 * 48);
    for (float& value : values)
        value = std::pow(10.0f, exponent(random));
    const std::vector<float> maxima(32, 0.5f);
    const QImage image = colourImage({.values = values, .n_rows = 32, .n_columns = 48, .map = ColourMapKind::Magma,
                                      .scale = kind, .row_maximum = maxima, .visible = {}, .masked = 0});
    QCOMPARE(image.size(), QSize(48, 32));
    const ColourMap& map = colourMap(ColourMapKind::Magma);
    for (int row = 0; row < 32; ++row)
        for (int column = 0; column < 48; ++column) {
            const float weight = values[static_cast<std::size_t>(row * 48 + column)];
            const float position = scalePosition(kind, weight, 0.5f);
            // The picture's own arithmetic may round to the neighbouring entry at a bin's very edge.
            constexpr float kTenthOfAnEntry = 0.1f / 256.0f;
            const bool equal = image.pixel(column, row) == map.rgb(position) ||
                               image.pixel(column, row) == map.rgb(position - kTenthOfAnEntry) ||
                               image.pixel(column, row) == map.rgb(position + kTenthOfAnEntry);
            QVERIFY2(equal, qPrintable(QStringLiteral("weight %1").arg(static_cast<double>(weight))));
        }
}

void TestColour::maskedColumnsGetTheMaskedColour() {
    const std::vector<float> values(2 * 4, 1.0f);
    const std::vector<TokenRange> visible = {{0, 1}, {1, 3}};
    const QImage image = colourImage({.values = values, .n_rows = 2, .n_columns = 4, .visible = visible, .masked = 0xff123456u});
    const QRgb full = colourMap(ColourMapKind::Viridis).rgb(1.0f);
    QCOMPARE(image.pixel(0, 0), full);
    QCOMPARE(image.pixel(1, 0), 0xff123456u);
    QCOMPARE(image.pixel(0, 1), 0xff123456u);
    QCOMPARE(image.pixel(2, 1), full);
    QCOMPARE(image.pixel(3, 1), 0xff123456u);
}

void TestColour::scaleSuitsTheLength() {
    QCOMPARE(scaleForKeys(1), ScaleKind::Linear);
    QCOMPARE(scaleForKeys(64), ScaleKind::Linear);
    QCOMPARE(scaleForKeys(65), ScaleKind::RowRelative);
    const float even = 1.0f / 1000.0f; // a head spread evenly over 1,000 tokens is bright, not black
    QCOMPARE(scalePosition(scaleForKeys(1000), even, even), 1.0f);
}

QTEST_APPLESS_MAIN(TestColour)
#include "tst_colour.moc"
