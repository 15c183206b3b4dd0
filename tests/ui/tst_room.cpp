// Where there is little room the view gets it: panels fold by themselves and come back, and no word is left
// out.
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heatmap/axis_labels.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/map/map_view.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/compare_pane.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lesson_wiring.h"
#include "ui/window/map_pane.h"
#include "ui/window/side_by_side_pane.h"

#include <QPushButton>

#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

const QString kLongSentence =
    QStringLiteral("The old man who lives near the river gave my sister a small black cat.");

/// Whether every token of both sides stands beside the map.
bool namesAll(const HeatmapView* view) {
    const QFont font = screenFonts().body;
    const MapTransform& transform = view->transform();
    return !view->headMap().empty() && planAxis(Side::Rows, transform.scale_y, font, 60.0).step == 1 &&
           planAxis(Side::Columns, transform.scale_x, font, 60.0).step == 1;
}

} // namespace

class TestRoom : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cleanup();
    void cleanupTestCase() { open_.reset(); }
    void threeMapsNameAllWords();
    void mapOfATranslatorIsReadable();
    void besideALessonTheLeftPanelGivesWay();
    void aPanelThatIsWantedStays(); // from here on the right panel stays
    void lowWindowKeepsTheMap();

private:
    std::unique_ptr<OpenWindow> open_;
    MainWindow& window() { return **open_; }
    QPushButton* button(const QString& text) {
        for (QPushButton* const found : window().viewPane()->findChildren<QPushButton*>())
            if (found->text() == text)
                return found;
        return nullptr;
    }
};

void TestRoom::initTestCase() {
    open_ = std::make_unique<OpenWindow>();
    window().resize(1280, 800);
    QVERIFY(open_->run(bundled("en-fr"), kLongSentence));
}

void TestRoom::cleanup() {
    window().resize(1280, 800);
    open_->show(window().heatmapPane());
}

void TestRoom::threeMapsNameAllWords() {
    QTRY_VERIFY(window().inspector()->isVisible());
    open_->show(window().sideBySide());
    QTRY_VERIFY(window().inspector()->isHidden());
    for (const AttentionKind kind :
         {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
        QTRY_VERIFY2(namesAll(window().sideBySide()->view(kind)),
                     qPrintable(QString::number(static_cast<int>(kind))));
    const auto width = [this](AttentionKind kind) {
        const HeatmapView* const view = window().sideBySide()->view(kind);
        return view->transform().scale_x * double(view->headMap().nColumns());
    };
    QTRY_VERIFY(std::abs(width(AttentionKind::EncoderSelf) - width(AttentionKind::DecoderSelf)) < 3.0 &&
                std::abs(width(AttentionKind::EncoderSelf) - width(AttentionKind::Cross)) < 3.0);
    open_->show(window().comparePane());
    using Side = ComparePane::Side;
    for (const Side side : {Side::A, Side::B, Side::Difference})
        QTRY_VERIFY_WITH_TIMEOUT(namesAll(window().comparePane()->view(side)), kPatience);
    const auto scale = [this](Side side) { return window().comparePane()->view(side)->transform().scale_x; };
    QTRY_COMPARE(scale(Side::A), scale(Side::B)); // one size, or they cannot be compared
    window().resize(2200, 1300);
    QTRY_VERIFY(scale(Side::A) > 20.0 && std::abs(scale(Side::A) - scale(Side::B)) < 0.1);
    window().resize(1280, 800);
    open_->show(window().heatmapPane());
    QTRY_VERIFY(window().inspector()->isVisible());
}

void TestRoom::mapOfATranslatorIsReadable() {
    open_->show(window().mapPane());
    QTRY_VERIFY(window().mapPane()->view()->scale() > 0.85); // of type of 11 pixels
    window().resize(1800, 1300);
    QTRY_COMPARE(window().mapPane()->view()->map().size, window().mapPane()->view()->tallMap().size);
    QVERIFY(window().inspector()->isVisible());
}

void TestRoom::aPanelThatIsWantedStays() {
    open_->show(window().sideBySide());
    QPushButton* const numbers = button(QStringLiteral("Numbers"));
    QVERIFY(numbers != nullptr);
    QTRY_VERIFY(numbers->isVisible());
    QTest::mouseClick(numbers, Qt::LeftButton);
    QTRY_VERIFY(window().inspector()->isVisible());
    QVERIFY(!numbers->isVisible());
    open_->show(window().heatmapPane());
    open_->show(window().comparePane());
    QVERIFY(window().inspector()->isVisible());
    open_->press(Qt::Key_F8);
    QTRY_VERIFY(window().inspector()->isHidden());
    open_->show(window().heatmapPane());
    QTRY_VERIFY(window().inspector()->isHidden()); // folded by a person
    open_->press(Qt::Key_F8);
    QTRY_VERIFY(window().inspector()->isVisible());
}

void TestRoom::besideALessonTheLeftPanelGivesWay() {
    open_->press(Qt::Key_F6);
    QTRY_VERIFY(window().lessons()->panel()->isVisible());
    QVERIFY(window().headPanel()->isVisible());
    open_->show(window().mapPane());
    QTRY_VERIFY(window().headPanel()->isHidden());
    QTRY_VERIFY(window().mapPane()->view()->scale() > 0.8);
    open_->press(Qt::Key_F6);
    QTRY_VERIFY(window().headPanel()->isVisible());
    QVERIFY(window().inspector()->isHidden()); // now this one does
}

void TestRoom::lowWindowKeepsTheMap() {
    const int two_lines = window().textPanel()->targetRow()->height();
    window().resize(853, 480); // a screen of 2560 x 1440 at 300 %
    QTRY_VERIFY(namesAll(window().heatmapPane()->view()));
    QVERIFY(window().headPanel()->isHidden() && window().inspector()->isHidden());
    QVERIFY(window().textPanel()->targetRow()->height() < two_lines);
    QTest::mouseClick(button(QStringLiteral("Heads")), Qt::LeftButton);
    QTRY_VERIFY(window().headPanel()->isVisible());
    window().resize(1280, 800);
    QTRY_VERIFY(window().inspector()->isVisible() && window().headPanel()->isVisible());
    QCOMPARE(window().textPanel()->targetRow()->height(), two_lines);
}

HEADLIGHT_WINDOW_TEST_MAIN(TestRoom)
#include "tst_room.moc"
