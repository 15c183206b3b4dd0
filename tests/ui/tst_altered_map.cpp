// The heatmap of altered maps: words along the sides, clicks that find the true tokens, what is pale, blank
// and said.
#include "core/maps/map_recipe.h"
#include "tests/ui/support/made_up_trace.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/theme/theme.h"
#include "ui/window/map_menu.h"

#include <QSignalSpy>
#include <QSlider>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

/// Eight tokens: the first special, the second and third one word, as are the last three.
HeadMap wordMap(const MadeUp& made = {}) {
    HeadMap map = makeMap(made, {.layer = LayerIndex(1), .head = HeadIndex(2)});
    for (AxisTokens* axis : {&map.queries, &map.keys}) {
        axis->special[0] = true;
        axis->word_tokens = {{0, 1}, {1, 3}, {3, 4}, {4, 5}, {5, 8}};
        axis->whole_words = {"The", "blackcat", "sleeps", "under", "thetable."};
    }
    return map;
}

HeadMap altered(const HeadMap& head, const MapRecipe& recipe) {
    const MapTokens tokens{head.queries.word_tokens, head.keys.word_tokens, head.keys.special};
    return alteredMap(head, makeMapSource(head.trace, {head.head}, tokens, recipe).value());
}

struct Shown {
    Selection selection;
    HeatmapView view{&selection};

    explicit Shown(const HeadMap& map, const HeatmapSettings& settings = {.show_numbers = false}) {
        view.resize(700, 640);
        view.setSettings(settings);
        view.show();
        if (!QTest::qWaitForWindowExposed(&view))
            qWarning("the view was not exposed");
        view.setHeadMap(map);
    }
    [[nodiscard]] QPoint middleOf(const MapCell& cell) const {
        return view.transform().cellRect(cell).center().toPoint();
    }
    void click(const MapCell& cell) { QTest::mouseClick(&view, Qt::LeftButton, {}, middleOf(cell)); }
    [[nodiscard]] QRgb pixel(const MapCell& cell) { return view.grab().toImage().pixel(middleOf(cell)); }
};

} // namespace

class TestAlteredMap : public QObject {
    Q_OBJECT
private slots:
    void hiddenKeysAreNoColumns();
    void clicksOnWordsFindTheStrongestPair();
    void dimmedKeysArePale();
    void smallValuesAreBlank();
    void thePictureSaysWhatWasDone();
    void barsShowTheRowAndTheColumn();
    void aLongAlteredMapIsPooledAndThenExact();
    void aNewThresholdKeepsTheValues();
    void menuChoosesAndResets();
    void choicesGoThroughJson();
};

void TestAlteredMap::hiddenKeysAreNoColumns() {
    const HeadMap map = altered(wordMap(), {.special = KeyTreatment::Hide, .renormalise = true});
    QCOMPARE(map.keys.words.first(), QStringLiteral("black"));
    QCOMPARE(map.keys.numbers.front(), std::size_t{2});
    QCOMPARE(map.queries.words.size(), 8);
    Shown shown(map);
    shown.click({4, 0});
    QCOMPARE(shown.selection.pinned(), (TokenPair{4, 1})); // the true token behind the first column
    shown.selection.setPinned({3, 0});
    QVERIFY(shown.view.readout().isEmpty()); // a hidden key has no cell
    shown.click({4, 0});
    shown.click({4, 0});
    QCOMPARE(shown.selection.pinned(), TokenPair{}); // a second click lets go
}

void TestAlteredMap::clicksOnWordsFindTheStrongestPair() {
    const HeadMap head = wordMap();
    const HeadMap map = altered(head, {.merge_words = true});
    QCOMPARE(map.keys.words, (QStringList{"The", "blackcat", "sleeps", "under", "thetable."}));
    Shown shown(map);
    shown.click({1, 4});
    const Tensor weights = head.trace->weights(head.head, {1, 3}, {5, 8});
    const auto strongest =
        static_cast<std::size_t>(std::ranges::max_element(weights.span()) - weights.span().begin());
    QCOMPARE(shown.selection.pinned(), (TokenPair{1 + strongest / 3, 5 + strongest % 3}));
    const double cell = static_cast<double>(map.source->tile({1, 2}, {4, 5}).data()[0]);
    QVERIFY(shown.view.readout().contains(QStringLiteral("altered weight %1").arg(cell, 0, 'f', 6)));
}

void TestAlteredMap::dimmedKeysArePale() {
    const HeadMap head = wordMap();
    const QRgb before = Shown(head).pixel({1, 0});
    const QRgb after = Shown(altered(head, {.special = KeyTreatment::Dim})).pixel({1, 0});
    const QRgb untouched = Shown(altered(head, {.special = KeyTreatment::Dim})).pixel({1, 2});
    QCOMPARE(untouched, Shown(head).pixel({1, 2}));
    const QRgb canvas = Theme::light().canvas.rgb();
    QVERIFY(std::abs(qGreen(after) - qGreen(canvas)) < std::abs(qGreen(before) - qGreen(canvas)));
}

void TestAlteredMap::smallValuesAreBlank() {
    const HeadMap head = wordMap();
    Shown shown(head, {.show_numbers = false, .threshold = 0.1f});
    const Tensor weights = head.trace->weights(head.head);
    bool any_blank = false, any_shown = false;
    for (std::size_t row = 0; row < 8; ++row)
        for (std::size_t column = 0; column < 8; ++column) {
            const bool blank = weights.row(row)[column] < 0.1f;
            QCOMPARE(shown.pixel({row, column}) == Theme::light().canvas.rgb(), blank);
            (blank ? any_blank : any_shown) = true;
        }
    QVERIFY(any_blank && any_shown);
    QVERIFY(shown.view.pictureDescription().contains(QStringLiteral("blank below 0.1")));
}

void TestAlteredMap::thePictureSaysWhatWasDone() {
    Shown shown(altered(wordMap(), {.special = KeyTreatment::Hide, .renormalise = true}));
    QVERIFY(shown.view.pictureDescription().contains(
        QStringLiteral("altered: special tokens hidden, rows renormalised")));
    QVERIFY(!Shown(wordMap()).view.pictureDescription().contains(QStringLiteral("altered")));
}

void TestAlteredMap::barsShowTheRowAndTheColumn() {
    const HeadMap head = wordMap();
    Shown shown(head);
    shown.view.setProfiles(true);
    shown.selection.setPinned({3, 5});
    const MapProfiles profiles = shown.view.profiles();
    QCOMPARE(profiles.row, std::optional<std::size_t>(3));
    const Tensor row = head.trace->weights(head.head, {3, 4}, {0, 8});
    QVERIFY(std::ranges::equal(profiles.row_values, row.span()));
    QCOMPARE(profiles.column_values.size(), std::size_t{8});
    // The longest bar stands below its cell.
    const auto largest =
        static_cast<std::size_t>(std::ranges::max_element(profiles.row_values) - profiles.row_values.begin());
    const QRectF cell = shown.view.transform().cellRect({7, largest});
    const QRgb bar =
        shown.view.grab().toImage().pixel(QPointF(cell.center().x(), cell.bottom() + 20.0).toPoint());
    QCOMPARE(bar, Theme::light().query.rgb());
}

void TestAlteredMap::aLongAlteredMapIsPooledAndThenExact() {
    HeadMap head = makeMap({.n_queries = 2000, .n_keys = 2000, .causal = true});
    head.keys.special[0] = true;
    Shown shown(altered(head, {.special = KeyTreatment::Hide, .renormalise = true}),
                {.scale = ScaleKind::RowRelative});
    QVERIFY(QTest::qWaitFor([&] { return !shown.view.tilePending(); }, 20'000));
    QVERIFY(shown.view.pictureDescription().contains(QStringLiteral("largest of")));
    for (int i = 0; i < 12; ++i)
        shown.view.zoomIn();
    QVERIFY(QTest::qWaitFor([&] { return !shown.view.tilePending(); }, 20'000));
    QVERIFY(shown.view.pictureDescription().contains(QStringLiteral("exact")));
}

void TestAlteredMap::aNewThresholdKeepsTheValues() {
    const HeadMap head = makeMap({.n_queries = 500, .n_keys = 500});
    Shown shown(head);
    QVERIFY(QTest::qWaitFor([&] { return !shown.view.tilePending(); }, 20'000));
    shown.view.setSettings({.show_numbers = false, .threshold = 0.2f});
    QVERIFY(!shown.view.tilePending()); // coloured anew, not computed anew
    QVERIFY(shown.view.pictureDescription().contains(QStringLiteral("blank below 0.2")));
}

void TestAlteredMap::menuChoosesAndResets() {
    MapMenu menu;
    QSignalSpy chosen(&menu, &MapMenu::chosen);
    const auto action = [&](const QString& text) {
        for (QAction* const candidate : menu.actions())
            if (candidate->text() == text)
                return candidate;
        return static_cast<QAction*>(nullptr);
    };
    QVERIFY(menu.choice().plain());
    QVERIFY(!action(MapMenu::tr("Back to plain weights"))->isEnabled());
    action(MapMenu::tr("Whole words"))->trigger();
    QVERIFY(menu.choice().recipe.merge_words);
    menu.findChild<QSlider*>()->setValue(6);
    QCOMPARE(menu.choice().threshold, 0.05f);
    QVERIFY(!action(MapMenu::tr("Renormalise rows"))->isEnabled()); // no keys are missing
    QCOMPARE(chosen.count(), 2);
    action(MapMenu::tr("Back to plain weights"))->trigger();
    QVERIFY(menu.choice().plain());
    QCOMPARE(menu.findChild<QSlider*>()->value(), 0);
    QCOMPARE(chosen.count(), 3);
}

void TestAlteredMap::choicesGoThroughJson() {
    const MapChoice choice{.recipe = {.combine = HeadCombination::Maximum,
                                      .merge_words = true,
                                      .special = KeyTreatment::Dim,
                                      .sinks = KeyTreatment::Hide,
                                      .renormalise = true},
                           .pooling = Pooling::Mean,
                           .threshold = 0.02f,
                           .profiles = false};
    QCOMPARE(fromJson(toJson(choice), {}), choice);
    const QJsonObject nonsense{
        {"words", "yes"}, {"special_tokens", 3}, {"threshold", -4}, {"pooling", "median"}};
    QCOMPARE(fromJson(nonsense, choice), choice);
    QCOMPARE(fromJson({}, choice), choice);
}

HEADLIGHT_WINDOW_TEST_MAIN(TestAlteredMap)
#include "tst_altered_map.moc"
