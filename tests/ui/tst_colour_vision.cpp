// Colours that carry meaning stay apart for eyes without red, green or blue cones, in both themes.
#include "tests/support/colour_vision.h"
#include "ui/colour/colour_map.h"
#include "ui/theme/head_colours.h"
#include "ui/theme/theme.h"

#include <QtTest>

#include <functional>
#include <vector>

using namespace headlight::test;
using namespace headlight::ui;

namespace {

/// Two inks that mean opposite things, wherever they meet.
constexpr double kOpposites = 40.0;
/// The largest magnitude of a map beside its zero.
constexpr double kEndFromZero = 35.0;
/// Thin lines of several heads or series in one picture: clearly two colours side by side.
constexpr double kSeries = 12.0;
/// A series beside query blue or key orange.
constexpr double kBesideMeaning = 10.0;

struct NamedTheme {
    const char* name;
    const Theme& theme;
};

std::vector<NamedTheme> themes() {
    return {{"light", Theme::light()}, {"dark", Theme::darkTheme()}};
}

double apart(const QColor& one, const QColor& other, ColourVision vision) {
    return difference(seen(one, vision), seen(other, vision));
}

QByteArray say(const char* theme, ColourVision vision, const QColor& one, const QColor& other) {
    return QStringLiteral("%1, %2: %3 and %4 are %5 apart")
        .arg(QLatin1String(theme), QLatin1String(nameOf(vision)), one.name(), other.name())
        .arg(apart(one, other, vision), 0, 'f', 1)
        .toLatin1();
}

} // namespace

class TestColourVision : public QObject {
    Q_OBJECT
private slots:
    void differenceIsThePublishedOne_data();
    void differenceIsThePublishedOne();
    void simulationTakesAwayWhatIsNotSeen();
    void queryAndKeyStayApart();
    void endsOfSignedNumbersStayApart();
    void headsAndSeriesStayApart();
    void headsAreNeitherQueryNorKey();
    void everyMapOfWeightsOnlyGrowsLighter();
};

void TestColourVision::differenceIsThePublishedOne_data() {
    QTest::addColumn<QList<double>>("pair");
    QTest::addColumn<double>("expected");
    const auto row = [](int number, const QList<double>& pair,
                        double expected) { // Sharma et al. 2005, table 1
        QTest::newRow(qPrintable(QStringLiteral("pair %1").arg(number))) << pair << expected;
    };
    row(1, {50.0, 2.6772, -79.7751, 50.0, 0.0, -82.7485}, 2.0425);
    row(4, {50.0, -1.3802, -84.2814, 50.0, 0.0, -82.7485}, 1.0000);
    row(7, {50.0, 0.0, 0.0, 50.0, -1.0, 2.0}, 2.3669);
    row(9, {50.0, 2.49, -0.001, 50.0, -2.49, 0.0009}, 7.1792);
    row(17, {50.0, 2.5, 0.0, 73.0, 25.0, -18.0}, 27.1492);
    row(20, {50.0, 2.5, 0.0, 58.0, 24.0, 15.0}, 19.4535);
    row(25, {60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387}, 1.2644);
    row(34, {2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514}, 0.9082);
}

void TestColourVision::differenceIsThePublishedOne() {
    QFETCH(const QList<double>, pair);
    QFETCH(const double, expected);
    const Lab one{pair[0], pair[1], pair[2]}, other{pair[3], pair[4], pair[5]};
    QVERIFY2(std::abs(difference(one, other) - expected) < 5e-5,
             qPrintable(QString::number(difference(one, other), 'f', 4)));
    QVERIFY(std::abs(difference(one, other) - difference(other, one)) < 1e-12);
}

void TestColourVision::simulationTakesAwayWhatIsNotSeen() {
    for (const ColourVision vision : kColourVisions) { // greys stay grey
        const Lab grey = seen(QColor(128, 128, 128), vision);
        QVERIFY(std::abs(grey.a) < 0.5 && std::abs(grey.b) < 0.5 && std::abs(grey.lightness - 53.585) < 0.1);
    }
    // A red and a green that only red and green cones tell apart.
    const QColor red(190, 90, 60), green(110, 120, 50);
    QVERIFY(apart(red, green, ColourVision::Normal) > 30.0);
    QVERIFY(apart(red, green, ColourVision::Deuteranopia) < apart(red, green, ColourVision::Normal) / 2);
    QVERIFY(apart(red, green, ColourVision::Tritanopia) > 20.0);
    // The blue-green pair of those without blue cones.
    const QColor blue(0, 120, 200), cyan(0, 140, 140);
    QVERIFY(apart(blue, cyan, ColourVision::Tritanopia) < apart(blue, cyan, ColourVision::Normal) / 2);
}

void TestColourVision::queryAndKeyStayApart() {
    for (const auto& [name, theme] : themes())
        for (const ColourVision vision : kColourVisions)
            QVERIFY2(apart(theme.query, theme.key, vision) >= kOpposites,
                     say(name, vision, theme.query, theme.key));
}

void TestColourVision::endsOfSignedNumbersStayApart() {
    const ColourMap& map = colourMap(ColourMapKind::Signed);
    for (const auto& [name, theme] : themes())
        for (const ColourVision vision : kColourVisions)
            QVERIFY2(apart(theme.positive, theme.negative, vision) >= kOpposites,
                     say(name, vision, theme.positive, theme.negative));
    for (const ColourVision vision : kColourVisions) {
        for (const float size : {0.125f, 0.25f, 0.5f, 1.0f}) { // equal sizes of either sign, from pale on
            const QColor less = map.colour(0.5f - size / 2), more = map.colour(0.5f + size / 2);
            QVERIFY2(apart(less, more, vision) >= 10.0, say("signed map", vision, less, more));
        }
        for (const float end : {0.0f, 1.0f}) { // and each end is far from zero's white
            const QColor colour = map.colour(end), zero = map.colour(0.5f);
            QVERIFY2(apart(colour, zero, vision) >= kEndFromZero, say("signed map", vision, colour, zero));
        }
    }
}

void TestColourVision::headsAndSeriesStayApart() {
    for (const auto& [name, theme] : themes())
        for (const ColourVision vision : kColourVisions)
            for (std::size_t one = 0; one < kHeadColours; ++one) {
                for (std::size_t other = one + 1; other < kHeadColours; ++other)
                    QVERIFY2(apart(headColour(one, theme), headColour(other, theme), vision) >= kSeries,
                             say(name, vision, headColour(one, theme), headColour(other, theme)));
                // Curves stand beside the one in the text's ink, on either ground.
                for (const QColor& ground : {theme.canvas, theme.card})
                    QVERIFY2(apart(headColour(one, theme), ground, vision) >= 20.0,
                             say(name, vision, headColour(one, theme), ground));
            }
}

void TestColourVision::headsAreNeitherQueryNorKey() {
    for (const auto& [name, theme] : themes())
        for (const ColourVision vision : kColourVisions)
            for (std::size_t head = 0; head < kHeadColours; ++head)
                for (const QColor& meaning : {theme.query, theme.key})
                    QVERIFY2(apart(headColour(head, theme), meaning, vision) >= kBesideMeaning,
                             say(name, vision, headColour(head, theme), meaning));
}

void TestColourVision::everyMapOfWeightsOnlyGrowsLighter() {
    for (const ColourMapKind kind : weightColourMaps())
        for (const ColourVision vision : kColourVisions) {
            const ColourMap& map = colourMap(kind);
            const bool darker =
                seen(map.colour(1.0f), vision).lightness < seen(map.colour(0.0f), vision).lightness; // greys
            for (int i = 8; i < 256; i += 8) { // each step is one, and in the same direction
                const double before =
                    seen(QColor::fromRgb(map.table()[static_cast<std::size_t>(i - 8)]), vision).lightness;
                const double here =
                    seen(QColor::fromRgb(map.table()[static_cast<std::size_t>(i)]), vision).lightness;
                QVERIFY2(darker ? here < before : here > before,
                         qPrintable(QStringLiteral("%1, %2, entry %3")
                                        .arg(colourMapName(kind), QLatin1String(nameOf(vision)))
                                        .arg(i)));
            }
        }
}

QTEST_APPLESS_MAIN(TestColourVision)
#include "tst_colour_vision.moc"
