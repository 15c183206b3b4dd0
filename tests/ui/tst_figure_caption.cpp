// The caption below every figure: all of it on narrow pages, within the page where its height is given.
#include "tests/ui/support/export_request.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/export/composed_figure.h"
#include "ui/export/figure_caption.h"
#include "ui/heatmap/heatmap_layout.h"
#include "ui/theme/wrapped_lines.h"

#include <QXmlStreamReader>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

FigureSubject subjectNamed(const QString& name) {
    if (name == QLatin1String("lines")) {
        ExportRequest lines = requestFor({});
        lines.lines = LinesFigure{};
        return headSubject(lines);
    }
    if (name == QLatin1String("sheet"))
        return sheetSubject(requestFor({}));
    if (name == QLatin1String("composed"))
        return composedSubject({{requestFor({}).map, requestFor({}).map}, {}}, name, name);
    return headSubject(requestFor({}));
}

/// All words of the drawing in the order they were painted, without spaces.
QString wordsIn(const Figure& figure, const FigureSize& size) {
    QXmlStreamReader reader(figureToSvg(figure, size).value());
    QString words;
    while (!reader.atEnd())
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String("text"))
            words += reader.readElementText().simplified();
    return words.remove(QLatin1Char(' '));
}

} // namespace

class TestFigureCaption : public QObject {
    Q_OBJECT
private slots:
    void itSaysModelHashTextHeadAndScale();
    void anEditedTextIsOneLineOfIt();
    void aNarrowPageHasAllOfIt_data();
    void aNarrowPageHasAllOfIt();
    void itStandsInsideThePage();
    void aPageOfGivenHeightKeepsIt();
    void aPageTooLowSaysSo();
    void linesBreakWhereTheyCan();
};

void TestFigureCaption::itSaysModelHashTextHeadAndScale() {
    ExportRequest request = requestFor({});
    request.settings.scale = ScaleKind::Logarithmic;
    QCOMPARE(figureCaption(request),
             QStringLiteral("made-up 3f9a2c1b · “The black cat sleeps under the table.” · "
                            "Encoder attention · layer 1 · head 1 · log scale"));
    request.caption_text = QStringLiteral("My figure");
    QCOMPARE(figureCaption(request), QStringLiteral("My figure"));
}

void TestFigureCaption::anEditedTextIsOneLineOfIt() {
    ExportRequest request = requestFor({});
    request.map.text = QStringLiteral("first\nsecond ") + QString(500, QLatin1Char('x'));
    QVERIFY(!figureCaption(request).contains(QLatin1Char('\n')));
    QVERIFY(figureCaption(request).size() < 220);
}

void TestFigureCaption::aNarrowPageHasAllOfIt_data() {
    QTest::addColumn<double>("width");
    for (const char* name : {"head", "lines", "sheet", "composed"})
        for (const double width : {85.0, 170.0})
            QTest::addRow("%s-%g", name, width) << width;
}

void TestFigureCaption::aNarrowPageHasAllOfIt() {
    QFETCH(const double, width);
    const FigureSubject subject =
        subjectNamed(QString::fromLatin1(QTest::currentDataTag()).section('-', 0, 0));
    FigureLook look;
    look.size.width_mm = width;
    const auto figure = captionedFigure(subject, look);
    QVERIFY(figure.ok());
    QVERIFY(figure->description.contains(QStringLiteral("3f9a2c1b")));
    QVERIFY(wordsIn(*figure, look.size).endsWith(QString(figure->description).remove(QLatin1Char(' '))));
    look.caption = false;
    const auto bare = captionedFigure(subject, look);
    QVERIFY(bare->size.height() < figure->size.height());
    QVERIFY(!wordsIn(*bare, look.size).contains(QStringLiteral("3f9a2c1b")));
}

void TestFigureCaption::itStandsInsideThePage() {
    FigureLook look;
    look.size.width_mm = 60.0;
    look.size.dpi = 96.0;
    const auto figure = captionedFigure(subjectNamed(QStringLiteral("head")), look);
    QVERIFY(figure.ok());
    look.caption = false;
    const auto bare = captionedFigure(subjectNamed(QStringLiteral("head")), look);
    const QImage image = figureToImage(*figure, look.size).value();
    const auto inkIn = [&](int from, int to) {
        for (int y = from; y < to; ++y)
            for (int x = 0; x < image.width(); ++x)
                if (qGray(image.pixel(x, y)) < 200)
                    return true;
        return false;
    };
    const int bottom = image.height();
    QVERIFY(inkIn(static_cast<int>(bare->size.height()), bottom - 16)); // the caption, below the picture
    QVERIFY(!inkIn(bottom - 12, bottom));
}

void TestFigureCaption::aPageOfGivenHeightKeepsIt() {
    FigureLook look;
    look.size.pixels = QSize(640, 480);
    look.size.dpi = 150.0;
    const auto figure = captionedFigure(subjectNamed(QStringLiteral("head")), look);
    QVERIFY(figure.ok());
    QCOMPARE(figure->size, figureUnits(look.size));
    QCOMPARE(figureToImage(*figure, look.size)->size(), QSize(640, 480));
    QVERIFY(wordsIn(*figure, look.size).contains(QStringLiteral("made-up3f9a2c1b")));
}

void TestFigureCaption::aPageTooLowSaysSo() {
    FigureLook look;
    look.size.height_mm = 9.0;
    const auto figure = captionedFigure(subjectNamed(QStringLiteral("sheet")), look);
    QVERIFY(!figure.ok());
    QVERIFY(QString::fromStdString(figure.error().message()).contains(QStringLiteral("too small")));
}

void TestFigureCaption::linesBreakWhereTheyCan() {
    const QFont font = figureFonts().caption;
    const QFontMetricsF metrics(font);
    QVERIFY(wrappedLines({}, font, 100.0).isEmpty());
    const QString text = QStringLiteral("one two three four five six seven eight nine ten");
    const QStringList lines = wrappedLines(text, font, 90.0);
    QVERIFY(lines.size() > 1);
    QCOMPARE(lines.join(QLatin1Char(' ')), text);
    for (const QString& line : lines)
        QVERIFY(metrics.horizontalAdvance(line) <= 90.5);
    // Without spaces, and a word longer than a line.
    for (const QString& long_word : {QString(60, QChar(0x732b)), QString(200, QLatin1Char('x'))}) {
        QCOMPARE(wrappedLines(long_word, font, 90.0).join(QString()), long_word);
        for (const QString& line : wrappedLines(long_word, font, 90.0))
            QVERIFY(metrics.horizontalAdvance(line) <= 90.5);
    }
    const QStringList two = wrappedLines(text, font, 90.0, 2);
    QCOMPARE(two.size(), qsizetype{2});
    QCOMPARE(two.front(), lines.front());
    QVERIFY(two.back().endsWith(QChar(0x2026)));
}

HEADLIGHT_WINDOW_TEST_MAIN(TestFigureCaption)
#include "tst_figure_caption.moc"
