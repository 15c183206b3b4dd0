// Labels as long as German ones: every string of ours a third longer and with umlauts. On every page, at two
// sizes, nothing that cannot shorten itself is narrower or lower than its text, and controls do not lie on
// one another.
#include "tests/ui/support/open_window.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/view_pane.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDir>
#include <QLabel>
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

QTEST_MAIN(TestLongLabels)
#include "tst_long_labels.moc"
