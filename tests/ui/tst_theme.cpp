#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_controller.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace headlight::ui;

namespace {

double luminance(const QColor& colour) {
    const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace

class TestTheme : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void textPassesWcagAaOnEveryGround_data();
    void textPassesWcagAaOnEveryGround();
    void paletteTellsItsTheme();
    void readableTextKeepsItsContrast();
    void styleSheetLeavesNoPlaceholder();
    void controllerSwitchesAtOnce();
    void remembersThemeAndTextSize();
    void presentingIsNotRemembered();
    void numbersHaveThePrecisionTheyDeserve();

private:
    QTemporaryDir settings_;
};

void TestTheme::initTestCase() {
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
    QCoreApplication::setOrganizationName(QStringLiteral("Headlight"));
}

void TestTheme::textPassesWcagAaOnEveryGround_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestTheme::textPassesWcagAaOnEveryGround() {
    QFETCH(bool, dark);
    const Theme& theme = dark ? Theme::darkTheme() : Theme::light();
    for (const QColor& ground : {theme.window, theme.canvas, theme.card, theme.chip}) {
        for (const QColor& ink : {theme.text, theme.text_muted, theme.query, theme.key, theme.error})
            QVERIFY2(contrast(ink, ground) >= 4.5,
                     qPrintable(QStringLiteral("%1 on %2: %3").arg(ink.name(), ground.name()).arg(contrast(ink, ground))));
    }
}

void TestTheme::paletteTellsItsTheme() {
    QCOMPARE(&themeOf(themePalette(Theme::light())), &Theme::light());
    QCOMPARE(&themeOf(themePalette(Theme::darkTheme())), &Theme::darkTheme());
}

void TestTheme::readableTextKeepsItsContrast() {
    for (int hue = 0; hue < 360; hue += 30) {
        for (int value = 0; value <= 255; value += 17) {
            const QColor ground = QColor::fromHsv(hue, 160, value);
            QVERIFY2(contrast(readableOn(ground), ground) >= 4.2, qPrintable(ground.name()));
        }
    }
}

void TestTheme::styleSheetLeavesNoPlaceholder() {
    QVERIFY(!styleSheet(Theme::light()).contains(QLatin1Char('@')));
    QVERIFY(styleSheet(Theme::darkTheme()).contains(Theme::darkTheme().window.name()));
}

void TestTheme::controllerSwitchesAtOnce() {
    ThemeController themes;
    themes.setMode(ThemeController::Mode::Light);
    QWidget widget;
    widget.show();
    QCOMPARE(&themeOf(widget.palette()), &Theme::light());
    QSignalSpy dressed(&themes, &ThemeController::themeChanged);
    themes.toggle();
    QVERIFY(!widget.updatesEnabled()); // not painted half in one and half in the other
    QTRY_COMPARE(dressed.size(), 1);
    QVERIFY(widget.updatesEnabled());
    QCOMPARE(&themeOf(widget.palette()), &Theme::darkTheme());
    themes.toggle();
    themes.toggle(); // twice before the first is seen
    QTRY_COMPARE(dressed.size(), 2);
    QCOMPARE(&themeOf(widget.palette()), &Theme::darkTheme());
    QVERIFY(!qApp->styleSheet().isEmpty());
    const double before = themeFont(TextRole::Body).pointSizeF();
    themes.setScale(1.5);
    themes.setScale(0.8);
    themes.setScale(1.5); // the last one counts
    QTRY_COMPARE(dressed.size(), 3);
    QVERIFY(std::abs(themeFont(TextRole::Body).pointSizeF() - 1.5 * before) < 0.01);
    QVERIFY(themeFont(TextRole::Caption).pointSizeF() < themeFont(TextRole::Title).pointSizeF());
}

void TestTheme::remembersThemeAndTextSize() {
    QSettings().clear();
    {
        ThemeController before;
        before.setMode(ThemeController::Mode::Dark); // nobody asked for it to be remembered
    }
    {
        ThemeController first;
        first.remember();
        QCOMPARE(first.mode(), ThemeController::Mode::System);
        first.setMode(ThemeController::Mode::Dark);
        first.setScale(1.25);
    }
    {
        ThemeController second;
        second.remember();
        QVERIFY(second.theme().dark);
        QCOMPARE(second.scale(), 1.25);
        second.setMode(ThemeController::Mode::System);
    }
    QSettings().setValue(QStringLiteral("window/textSize"), QStringLiteral("huge")); // a hand-edited file
    QSettings().setValue(QStringLiteral("window/theme"), 7);
    ThemeController third;
    third.remember();
    QCOMPARE(third.scale(), 1.0);
    QCOMPARE(third.mode(), ThemeController::Mode::System);
}

void TestTheme::presentingIsNotRemembered() {
    QSettings().clear();
    {
        ThemeController controller;
        controller.remember();
        controller.setScale(1.1);
        controller.setPresenting(true);
        QVERIFY(controller.scale() > 1.1);
        controller.setScale(2.0);
        QCOMPARE(controller.scale(), 2.0);
    }
    ThemeController next;
    next.remember();
    QCOMPARE(next.scale(), 1.1);
    next.setPresenting(true);
    next.setPresenting(false);
    QCOMPARE(next.scale(), 1.1);
}

void TestTheme::numbersHaveThePrecisionTheyDeserve() {
    QCOMPARE(weightText(0.9021), QStringLiteral("0.902"));
    QCOMPARE(weightText(0.0), QStringLiteral("0"));
    QCOMPARE(weightText(1e-7), QStringLiteral("<0.001"));
    QCOMPARE(weightText(0.9021, 2), QStringLiteral("0.90"));
    QCOMPARE(weightText(0.004, 2), QStringLiteral("<0.01"));
    QCOMPARE(weightText(0.005, 2), QStringLiteral("0.01"));
    QVERIFY(hasFigures(0.0005, 3));
    QVERIFY(!hasFigures(0.00049, 3));
    QCOMPARE(numberText(18.4249), QStringLiteral("18.42"));
    QCOMPARE(numberText(-0.3161), QStringLiteral("−0.316"));
    QCOMPARE(countText(9.4e6), QStringLiteral("9.4 M"));
    QCOMPARE(durationText(11.2), QStringLiteral("11 ms"));
    QCOMPARE(durationText(2431), QStringLiteral("2.43 s"));
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
