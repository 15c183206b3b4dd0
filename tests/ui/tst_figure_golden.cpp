// Figures against pictures and drawings kept beside the tests, with tolerance: what changes by accident is
// seen. HEADLIGHT_UPDATE_GOLDEN=1 writes them anew; look at them before they are committed.
#include "tests/support/files.h"
#include "tests/ui/support/made_up_trace.h"
#include "ui/export/composed_figure.h"

#include <QFontDatabase>
#include <QXmlStreamReader>
#include <QtTest/QtTest>
#include <QtWidgets/QtWidgets>

#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;
using headlight::testing::contents;

namespace {

const QString kFolder = QStringLiteral(HEADLIGHT_GOLDEN_DIR "/figures/");
constexpr int kSameColour = 40; // of 255: edges are smoothed a little differently on other versions of Qt
constexpr double kMostOtherPixels = 0.01; // of all
constexpr double kSamePlace = 0.6;        // units of 1/96 inch
constexpr double kSameWordPlace = 2.5;    // other font libraries measure words a little differently

/// One thing drawn, as far as a reader of the file sees it.
struct Drawn {
    QString element;
    QString text;
    QString fill;
    QList<double> numbers; ///< of the geometry, in the order of the attributes' names
};

QList<double> numbersIn(const QString& text) {
    QList<double> numbers;
    static const QRegularExpression number(QStringLiteral(R"([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"));
    for (auto match = number.globalMatch(text); match.hasNext();)
        numbers << match.next().captured().toDouble();
    return numbers;
}

/// Shapes and words of an SVG, with the transformation that holds for them.
QList<Drawn> drawnIn(const QByteArray& svg) {
    QList<Drawn> drawn;
    QList<Drawn> groups{{}};
    QXmlStreamReader reader(svg);
    while (!reader.atEnd()) {
        const auto token = reader.readNext();
        if (token == QXmlStreamReader::EndElement && reader.name() == QLatin1String("g"))
            groups.removeLast();
        if (token != QXmlStreamReader::StartElement)
            continue;
        const QXmlStreamAttributes attributes = reader.attributes();
        if (reader.name() == QLatin1String("g")) {
            Drawn group = groups.last();
            if (attributes.hasAttribute(QLatin1String("fill")))
                group.fill = attributes.value(QLatin1String("fill")).toString();
            if (attributes.hasAttribute(QLatin1String("transform")))
                group.numbers = numbersIn(attributes.value(QLatin1String("transform")).toString());
            groups << group;
            continue;
        }
        Drawn one = groups.last();
        one.element = reader.name().toString();
        for (const char* name : {"x", "y", "width", "height", "d", "points"})
            one.numbers << numbersIn(attributes.value(QLatin1String(name)).toString());
        if (one.element == QLatin1String("text"))
            one.text = reader.readElementText();
        if (QStringList{"text", "rect", "path", "polyline", "polygon", "image"}.contains(one.element))
            drawn << one;
    }
    return drawn;
}

QString differenceOf(const QList<Drawn>& now, const QList<Drawn>& golden) {
    if (now.size() != golden.size())
        return QStringLiteral("%1 shapes and words instead of %2").arg(now.size()).arg(golden.size());
    for (qsizetype i = 0; i < now.size(); ++i) {
        const QString where = QStringLiteral("%1 %2 “%3”").arg(golden[i].element).arg(i).arg(golden[i].text);
        if (now[i].element != golden[i].element || now[i].text != golden[i].text ||
            now[i].fill != golden[i].fill)
            return where + QStringLiteral(": now %1 “%2” in %3, was %4")
                               .arg(now[i].element, now[i].text, now[i].fill, golden[i].fill);
        if (now[i].numbers.size() != golden[i].numbers.size())
            return where + QStringLiteral(": another shape");
        for (qsizetype n = 0; n < now[i].numbers.size(); ++n)
            if (std::abs(now[i].numbers[n] - golden[i].numbers[n]) >
                (now[i].text.isEmpty() ? kSamePlace : kSameWordPlace))
                return where +
                       QStringLiteral(": %1 instead of %2").arg(now[i].numbers[n]).arg(golden[i].numbers[n]);
    }
    return {};
}

QString differenceOf(const QImage& now, const QImage& golden) {
    if (now.size() != golden.size())
        return QStringLiteral("%1 × %2 pixels instead of %3 × %4")
            .arg(now.width())
            .arg(now.height())
            .arg(golden.width())
            .arg(golden.height());
    qsizetype others = 0;
    for (int y = 0; y < now.height(); ++y)
        for (int x = 0; x < now.width(); ++x) {
            const QColor a = now.pixelColor(x, y);
            const QColor b = golden.pixelColor(x, y);
            const int apart = std::max({std::abs(a.red() - b.red()), std::abs(a.green() - b.green()),
                                        std::abs(a.blue() - b.blue()), std::abs(a.alpha() - b.alpha())});
            others += apart > kSameColour;
        }
    const double share = static_cast<double>(others) / (static_cast<double>(now.width()) * now.height());
    return share <= kMostOtherPixels
               ? QString()
               : QStringLiteral("%1 % of the pixels differ").arg(share * 100, 0, 'f', 2);
}

ExportRequest requestFor(const MadeUp& made_up) {
    ExportRequest request;
    request.map = makeMap(made_up, {makeMap(made_up).head.kind, LayerIndex(1), HeadIndex(2)});
    return request;
}

FigureSubject subjectNamed(const QString& name) {
    if (name == QLatin1String("cross"))
        return headSubject(requestFor({.n_queries = 7, .n_keys = 9, .cross = true}));
    if (name == QLatin1String("causal-log")) {
        ExportRequest request = requestFor({.n_queries = 12, .n_keys = 12, .causal = true});
        request.settings.scale = ScaleKind::Logarithmic;
        request.settings.colour_map = ColourMapKind::Cividis;
        return headSubject(request);
    }
    if (name == QLatin1String("pooled"))
        return headSubject(requestFor({.n_queries = 900, .n_keys = 900, .causal = true}));
    if (name == QLatin1String("lines")) {
        ExportRequest request = requestFor({.n_queries = 8, .n_keys = 8});
        request.lines = LinesFigure{{}, {{request.map.head.kind, LayerIndex(0), HeadIndex(1)}}};
        return headSubject(request);
    }
    if (name == QLatin1String("sheet"))
        return sheetSubject(requestFor({.n_queries = 6, .n_keys = 6}));
    ComposedRequest composed;
    composed.maps = {requestFor({.n_queries = 5, .n_keys = 5}).map,
                     requestFor({.n_queries = 4, .n_keys = 6, .cross = true}).map};
    return composedSubject(composed, {}, {});
}

} // namespace

class TestFigureGolden : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void looksAsItDid_data();
    void looksAsItDid();
};

void TestFigureGolden::initTestCase() {
    const int id = QFontDatabase::addApplicationFont(kFolder + QStringLiteral("box_font.ttf"));
    QVERIFY(id >= 0);
    QFont font(QFontDatabase::applicationFontFamilies(id).front());
    font.setPointSizeF(10);
    QApplication::setFont(font);
}

void TestFigureGolden::looksAsItDid_data() {
    QTest::addColumn<QString>("extension");
    for (const char* name : {"cross", "causal-log", "pooled", "lines", "sheet", "composed"})
        for (const char* extension : {"png", "svg"})
            QTest::addRow("%s.%s", name, extension) << QString::fromLatin1(extension);
}

void TestFigureGolden::looksAsItDid() {
    QFETCH(const QString, extension);
    const QString file = QString::fromLatin1(QTest::currentDataTag());
    FigureLook look;
    look.size.width_mm = 110;
    look.size.dpi = 72;
    const QTemporaryDir folder;
    const QString path = folder.filePath(file);
    const Result<void> written =
        exportSubject(subjectNamed(file.section('.', 0, 0)), look, path.toStdString());
    QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
    if (qEnvironmentVariableIsSet("HEADLIGHT_UPDATE_GOLDEN")) {
        QFile::remove(kFolder + file);
        QVERIFY(QFile::copy(path, kFolder + file));
        return;
    }
    QVERIFY2(QFile::exists(kFolder + file),
             "no golden figure of that name: HEADLIGHT_UPDATE_GOLDEN=1 makes it");
    const QString difference = extension == QLatin1String("png")
                                   ? differenceOf(QImage(path), QImage(kFolder + file))
                                   : differenceOf(drawnIn(contents(path)), drawnIn(contents(kFolder + file)));
    if (!difference.isEmpty()) {
        const QString kept = QDir::temp().filePath(QStringLiteral("headlight-") + file);
        QFile::remove(kept);
        QFile::copy(path, kept);
        QFAIL(qPrintable(difference + QStringLiteral("; what was drawn is in ") + kept));
    }
}

QTEST_MAIN(TestFigureGolden)
#include "tst_figure_golden.moc"
