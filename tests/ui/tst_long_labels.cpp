// Labels as long as German ones: every string of ours a third longer and with umlauts. On every page, at two
// sizes, nothing that cannot shorten itself is narrower or lower than its text, and controls do not lie on
// one another.
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/view_pane.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QSplitter>
#include <QTranslator>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

const QString kSentence = QStringLiteral("The black cat sleeps under the table.");

/// "Export" -> "Exportäre"; place holders, markup and signs without letters stay.
class LongTranslator : public QTranslator {
public:
    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(const char*, const char* source, const char*, int) const override {
        const QString text = QString::fromUtf8(source);
        QString longer;
        qsizetype word = 0;
        const auto end = [&] {
            static const QString kEnding = QStringLiteral("ärungenüberhauptlich");
            if (word > 2)
                longer += kEnding.left((word + 2) / 3);
            word = 0;
        };
        bool in_markup = false;
        for (qsizetype i = 0; i < text.size(); ++i) {
            const QChar c = text[i];
            in_markup = (in_markup || c == QLatin1Char('<')) && c != QLatin1Char('>');
            const bool place_holder = i > 0 && text[i - 1] == QLatin1Char('%');
            if (c.isLetter() && !in_markup && !place_holder)
                ++word;
            else
                end();
            longer += c;
        }
        end();
        return longer;
    }
};

/// Whether the widget shows all of its text, or says it in full in a tool tip where it shortens it.
QString clipped(const QWidget* widget) {
    QString text;
    QSize wanted = widget->sizeHint();
    if (const auto* label = qobject_cast<const QLabel*>(widget)) {
        text = label->text();
        if (label->wordWrap())
            wanted = QSize(0, label->heightForWidth(label->width()));
    } else if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) {
        text = button->text();
    } else if (const auto* box = qobject_cast<const QComboBox*>(widget)) {
        text = box->currentText();
    } else {
        return {};
    }
    const QRect seen =
        widget->visibleRegion().boundingRect(); // what a scrolling area cuts below may be scrolled to
    const bool fits = widget->width() >= wanted.width() && widget->height() >= wanted.height() &&
                      seen.width() >= widget->width() - 1;
    if (text.isEmpty() || fits || widget->toolTip().contains(text))
        return {};
    return QStringLiteral("\"%1\" (%2 %3) has %4x%5 of %6x%7, %8 wide seen")
        .arg(text, QString::fromLatin1(widget->metaObject()->className()), widget->objectName())
        .arg(widget->width())
        .arg(widget->height())
        .arg(wanted.width())
        .arg(wanted.height())
        .arg(seen.width());
}

} // namespace

class TestLongLabels : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cleanupTestCase();
    void everyPageHasRoom_data();
    void everyPageHasRoom();
    void panelsGrowWithTheText();

private:
    LongTranslator translator_;
    std::unique_ptr<OpenWindow> open_;
};

void TestLongLabels::initTestCase() {
    QCoreApplication::installTranslator(&translator_);
    open_ = std::make_unique<OpenWindow>();
    QVERIFY(open_->run(QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr"), kSentence));
    (*open_)->selection()->setPinned({2, 1}); // the inspector has numbers to show
}

void TestLongLabels::cleanupTestCase() {
    open_.reset();
    QCoreApplication::removeTranslator(&translator_);
}

void TestLongLabels::everyPageHasRoom_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("text_size");
    QTest::newRow("1280x800") << QSize(1280, 800) << 1.0;
    QTest::newRow("1920x1080, larger text") << QSize(1920, 1080) << 1.3;
    QTest::newRow("2560x1440, twice as large") << QSize(2560, 1440) << 2.0;
}

void TestLongLabels::everyPageHasRoom() {
    QFETCH(const QSize, size);
    QFETCH(const double, text_size);
    open_->themes().setScale(text_size);
    MainWindow& window = **open_;
    window.resize(size);
    ViewPane* const pane = window.viewPane();
    const QString folder = qEnvironmentVariable("HEADLIGHT_TEST_PICTURES"); // for people to look at
    QStringList found;
    for (int page = 0; page < pane->pageCount(); ++page) {
        pane->showPage(page);
        QTest::qWait(300); // what is computed for the page arrives
        if (!folder.isEmpty())
            window.grab().save(QStringLiteral("%1/%2-%3.png").arg(folder).arg(size.width()).arg(page));
        for (const QWidget* widget : window.findChildren<QWidget*>()) {
            if (!widget->isVisible() || widget->visibleRegion().isEmpty())
                continue;
            if (const QString problem = clipped(widget); !problem.isEmpty())
                found << QStringLiteral("page %1: %2").arg(pane->page(page).name, problem);
        }
    }
    found.removeDuplicates();
    QVERIFY2(found.isEmpty(), qPrintable(QStringLiteral("cut off:\n") + found.join(QLatin1Char('\n'))));
}

void TestLongLabels::panelsGrowWithTheText() {
    MainWindow& window = **open_;
    open_->show(window.heatmapPane()); // a page that asks for no room of the panels
    window.resize(2400, 1300);
    open_->themes().setScale(1.0);
    QTest::qWait(300); // a text size is put on in several events
    const auto widths = [&] { return QPair(window.headPanel()->width(), window.inspector()->width()); };
    QTRY_VERIFY(window.inspector()->isVisible());
    const auto [left, right] = widths();
    open_->themes().setScale(2.0);
    QTRY_VERIFY(std::abs(widths().first - 2 * left) <= 2 && std::abs(widths().second - 2 * right) <= 2);
    // Too narrow for both at this size; when there is room again they are as wide as they were.
    window.resize(1500, 1300);
    QTRY_VERIFY(window.inspector()->isHidden());
    open_->themes().setScale(1.0);
    window.resize(2400, 1300);
    QTRY_VERIFY(std::abs(widths().first - left) <= 2 && std::abs(widths().second - right) <= 2);
    // What a person dragged stays in proportion.
    auto* const splitter = qobject_cast<QSplitter*>(window.headPanel()->parentWidget());
    QTest::mousePress(splitter->handle(1), Qt::LeftButton, {}, QPoint(0, 40));
    QTest::mouseMove(splitter->handle(1), QPoint(100, 40));
    QTest::mouseRelease(splitter->handle(1), Qt::LeftButton, {}, QPoint(0, 40));
    QTRY_VERIFY(widths().first > left + 50);
    const int dragged = widths().first;
    open_->themes().setScale(1.5);
    QTRY_VERIFY(std::abs(widths().first - dragged * 3 / 2) <= 3);
    open_->themes().setScale(1.0);
    QTRY_VERIFY(std::abs(widths().first - dragged) <= 3);
}

HEADLIGHT_WINDOW_TEST_MAIN(TestLongLabels)
#include "tst_long_labels.moc"
