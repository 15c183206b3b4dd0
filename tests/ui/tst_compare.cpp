// The Compare tab in a real window: another sentence, another model, partners, numbers, errors on their side.
#include "tests/ui/support/window_test_main.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/compare_pane.h"
#include "ui/window/main_window.h"
#include "ui/window/view_pane.h"

#include <QLineEdit>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {

QString bundled(const char* name) {
    return QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/") + QLatin1String(name);
}
const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
constexpr int kPatience = 60000;

} // namespace

class TestCompare : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void theSameTextHasNoDifference();
    void anotherSentenceIsAligned();
    void hoveringShowsThePartner();
    void anotherModelHasItsOwnHead();
    void capitalsAreNoObstacle();
    void aBadModelStaysOnItsSide();
    void aTextTooLongStaysOnItsSide();
    void figuresAndStateAreThere();

private:
    QTemporaryDir settings_;
    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
    [[nodiscard]] ComparePane* pane() const { return window_->comparePane(); }
    [[nodiscard]] bool compared(const QString& other_text) const {
        return !pane()->comparison().empty() && pane()->comparison().b.text == other_text;
    }
};

void TestCompare::initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("HeadlightTest"));
    QCoreApplication::setApplicationName(QStringLiteral("HeadlightTest"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
}

void TestCompare::init() {
    themes_ = std::make_unique<ThemeController>();
    window_ = std::make_unique<MainWindow>(themes_.get());
    window_->resize(1500, 950);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    window_->start(bundled("mini-bert"), kSentence);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot(), kPatience);
    for (int i = 0; i < window_->viewPane()->pageCount(); ++i)
        if (window_->viewPane()->page(i).view == pane())
            window_->viewPane()->showPage(i);
    QVERIFY(pane()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(compared(kSentence), kPatience);
}

void TestCompare::cleanup() {
    window_.reset();
    themes_.reset();
}

void TestCompare::theSameTextHasNoDifference() {
    const Comparison& comparison = pane()->comparison();
    QVERIFY(pane()->other()->model() == window_->document()->model()); // loaded once
    QVERIFY(comparison.summary().startsWith(QStringLiteral("every token")));
    const MapSource& source = *comparison.difference.source;
    const Tensor values = source.tile({0, source.nRows()}, {0, source.nColumns()});
    for (const float value : values.span())
        QCOMPARE(value, 0.0f);
}

void TestCompare::anotherSentenceIsAligned() {
    const QString other = QStringLiteral("The white cat often sleeps under the table.");
    pane()->otherText()->setFocus();
    QTest::keyClicks(pane()->otherText(), other);
    QTRY_VERIFY_WITH_TIMEOUT(compared(other), kPatience);
    const Comparison& comparison = pane()->comparison();
    QVERIFY(comparison.summary().contains(QStringLiteral("have a partner")));
    const Tensor a = comparison.a.trace->weights(comparison.a.head),
                 b = comparison.b.trace->weights(comparison.b.head);
    const MapSource& source = *comparison.difference.source;
    const Tensor values = source.tile({0, source.nRows()}, {0, source.nColumns()});
    std::size_t gaps = 0;
    for (std::size_t r = 0; r < comparison.rows.size(); ++r)
        for (std::size_t c = 0; c < comparison.columns.size(); ++c) {
            const AlignedPair& row = comparison.rows[r];
            const AlignedPair& column = comparison.columns[c];
            if (row.both() && column.both())
                QCOMPARE(values.row(r)[c], a.row(*row.a)[*column.a] - b.row(*row.b)[*column.b]);
            else
                ++gaps;
        }
    QVERIFY(gaps > 0);
    QVERIFY(pane()
                ->view(ComparePane::Side::Difference)
                ->pictureDescription()
                .contains(QStringLiteral("difference A − B")));
}

void TestCompare::hoveringShowsThePartner() {
    const QString other = QStringLiteral("Look: the black cat sleeps under the table.");
    pane()->otherText()->setText(other);
    QTRY_VERIFY_WITH_TIMEOUT(compared(other), kPatience);
    HeatmapView* const b = pane()->view(ComparePane::Side::B);
    const auto black =
        static_cast<std::size_t>(pane()->comparison().b.queries.words.indexOf(QStringLiteral("black")));
    const auto mine =
        static_cast<std::size_t>(pane()->comparison().a.queries.words.indexOf(QStringLiteral("black")));
    QVERIFY(black != mine);
    QTest::mouseMove(b, b->transform().cellRect({black, black}).center().toPoint());
    QTRY_COMPARE(window_->selection()->hovered(), (TokenPair{mine, mine}));
    QVERIFY(pane()->numbers().contains(QStringLiteral("A − B")));
    HeatmapView* const a = pane()->view(ComparePane::Side::A);
    QTest::mouseMove(a, a->transform().cellRect({mine, mine}).center().toPoint());
    QTRY_VERIFY(b->readout().contains(QStringLiteral("black looks at black")));
}

void TestCompare::anotherModelHasItsOwnHead() {
    pane()->setState({{"model", bundled("en-fr")}, {"layer", 2}, {"head", 3}});
    QTRY_VERIFY_WITH_TIMEOUT(!pane()->comparison().empty() &&
                                 pane()->comparison().b.model_name == QStringLiteral("en-fr"),
                             kPatience);
    const Comparison& comparison = pane()->comparison();
    QCOMPARE(comparison.b.head, (HeadAddress{AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(2)}));
    QCOMPARE(comparison.a.model_name, QStringLiteral("mini-bert"));
    QVERIFY(std::ranges::any_of(comparison.rows, &AlignedPair::both)); // "cat" is a token of both
    QVERIFY(window_->document()->model() != pane()->other()->model());
}

void TestCompare::capitalsAreNoObstacle() {
    pane()->setState({{"model", bundled("books-gpt")}, {"layer", 1}, {"head", 1}});
    QTRY_VERIFY_WITH_TIMEOUT(!pane()->comparison().empty() &&
                                 pane()->comparison().b.model_name == QStringLiteral("books-gpt"),
                             kPatience);
    const Comparison& comparison = pane()->comparison(); // of "the", as mini-bert reads it, and "The"
    QCOMPARE(comparison.a.queries.words[1], QStringLiteral("the"));
    QCOMPARE(comparison.b.queries.words[0], QStringLiteral("The"));
    QCOMPARE(comparison.inB(comparison.rows, 1), std::optional<std::size_t>(0));
}

void TestCompare::aBadModelStaysOnItsSide() {
    pane()->setState({{"model", settings_.path()}});
    QTRY_VERIFY_WITH_TIMEOUT(!pane()->other()->loadRunner()->running(), kPatience);
    QVERIFY(window_->document()->snapshot());
    QVERIFY(!window_->document()->problem());
    QVERIFY(!pane()->comparison().empty()); // the model that stayed
}

void TestCompare::aTextTooLongStaysOnItsSide() {
    pane()->otherText()->setText(QStringLiteral("cat ").repeated(3000));
    QTRY_VERIFY_WITH_TIMEOUT(pane()->other()->problem(), kPatience);
    QVERIFY(pane()->comparison().empty());
    QVERIFY(!window_->document()->problem());
    QVERIFY(!pane()->view(ComparePane::Side::A)->headMap().empty());
    pane()->otherText()->clear();
    QTRY_VERIFY_WITH_TIMEOUT(compared(kSentence), kPatience);
}

void TestCompare::figuresAndStateAreThere() {
    const std::vector<FigureSubject> subjects = pane()->figures();
    QCOMPARE(subjects.size(), std::size_t{2});
    const auto image = subjectImage(subjects.front(), {});
    QVERIFY(image.ok());
    QVERIFY(image->width() > 200);
    pane()->otherText()->setText(QStringLiteral("A dog."));
    QCOMPARE(pane()->state()[QStringLiteral("text")].toString(), QStringLiteral("A dog."));
}

HEADLIGHT_WINDOW_TEST_MAIN(TestCompare)
#include "tst_compare.moc"
