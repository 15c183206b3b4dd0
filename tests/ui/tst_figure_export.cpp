// Figures and numbers in files: what is in them, that they are the same twice, and what goes wrong politely.
#include "core/checkpoint/safetensors.h"
#include "tests/support/files.h"
#include "tests/ui/support/export_request.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/export/composed_figure.h"
#include "ui/export/figure_export.h"
#include "ui/theme/theme.h"

#include <QtTest/QtTest>
#include <QtWidgets/QtWidgets>

#include <algorithm>
#include <cstring>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;
using headlight::testing::contents;

class TestFigureExport : public QObject {
    Q_OBJECT
private slots:
    void svgHoldsTextAndRectanglesAndNoImage();
    void svgOfALongTextHoldsOneImage();
    void pdfHoldsItsWordsAsText();
    void pdfHoldsNoDate();
    void pngHasTheSizeAskedFor();
    void pngIsTransparentOnlyWhenAsked();
    void pngCellsHaveTheColourOfTheirWeight();
    void theSameFigureTwiceIsTheSameFile_data();
    void theSameFigureTwiceIsTheSameFile();
    void csvAndNpyHoldTheExactWeights();
    void allHeadsAreOnTheSheet();
    void allNumbersAreInOrder();
    void linesAreCurvesAndText();
    void errorsSayWhatToDo_data();
    void errorsSayWhatToDo();
    void nothingIsLeftAfterAnError();
    void aStoppedExportLeavesNothing();
    void eachHeadGetsAFileOfItsOwn();
    void aStoppedSeriesKeepsWhatIsFinished();
    void safetensorsHoldWeightsAndWhereTheyComeFrom();
    void mapsSideBySideShareAPage();
};

void TestFigureExport::svgHoldsTextAndRectanglesAndNoImage() {
    const QTemporaryDir folder;
    ExportRequest request = requestFor({.n_queries = 5, .n_keys = 6, .cross = true});
    request.map.keys.words = QStringList{"Chat", "猫", "<b>", "a&b", "قطة", "six"};
    QVERIFY2(errorOf(exportHead(request, pathIn(folder, "f.svg"))).isEmpty(),
             qPrintable(errorOf(exportHead(request, pathIn(folder, "f.svg")))));
    const QByteArray svg = contents(pathIn(folder, "f.svg"));
    QXmlStreamReader reader(svg);
    QStringList texts;
    int n_rectangles = 0;
    int n_images = 0;
    while (!reader.atEnd()) {
        reader.readNext();
        if (!reader.isStartElement())
            continue;
        if (reader.name() == QLatin1String("text"))
            texts << reader.readElementText().trimmed();
        else if (reader.name() == QLatin1String("rect"))
            ++n_rectangles;
        else if (reader.name() == QLatin1String("image"))
            ++n_images;
    }
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    for (const QString& word : request.map.keys.words)
        QVERIFY2(texts.contains(word), qPrintable(word));
    for (const QString& word : request.map.queries.words)
        QVERIFY2(texts.contains(word), qPrintable(word));
    QVERIFY(texts.contains(headTitle(request.map.head)));
    QVERIFY(texts.contains(QString::number(
        static_cast<double>(request.map.trace->weights(request.map.head).data()[0]), 'f', 3)));
    QVERIFY2(n_rectangles >= 30, "one a cell");
    QCOMPARE(n_images, 0);
}

void TestFigureExport::svgOfALongTextHoldsOneImage() {
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 200, .n_keys = 200, .causal = true});
    QVERIFY(exportHead(request, pathIn(folder, "f.svg")).ok());
    const QByteArray svg = contents(pathIn(folder, "f.svg"));
    QCOMPARE(svg.count("<image "), 1);
    QVERIFY(svg.contains("image-rendering:pixelated"));
}

void TestFigureExport::pdfHoldsItsWordsAsText() {
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext is not installed");
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 4, .n_keys = 4});
    QVERIFY(exportHead(request, pathIn(folder, "f.pdf")).ok());
    QProcess process;
    process.start(tool, {QStringLiteral("-layout"), folder.filePath("f.pdf"), QStringLiteral("-")});
    QVERIFY(process.waitForFinished());
    const QString text = QString::fromUtf8(process.readAllStandardOutput());
    for (const QString& word : request.map.keys.words)
        QVERIFY2(text.contains(word), qPrintable(word));
    QVERIFY(text.contains(QStringLiteral("Encoder attention · layer 1 · head 1")));
}

void TestFigureExport::pdfHoldsNoDate() {
    const QTemporaryDir folder;
    QVERIFY(exportHead(requestFor({}), pathIn(folder, "f.pdf")).ok());
    const QByteArray pdf = contents(pathIn(folder, "f.pdf"));
    QVERIFY(pdf.startsWith("%PDF-"));
    QVERIFY(!pdf.contains("CreationDate") && !pdf.contains("ModDate"));
}

void TestFigureExport::pngHasTheSizeAskedFor() {
    const QTemporaryDir folder;
    ExportRequest request = requestFor({.n_queries = 9, .n_keys = 9});
    request.size.width_mm = 101.6; // four inches
    request.size.dpi = 150.0;
    QVERIFY(exportHead(request, pathIn(folder, "mm.png")).ok());
    const QImage mm(folder.filePath("mm.png"));
    QCOMPARE(mm.width(), 600);
    QVERIFY(std::abs(mm.dotsPerMeterX() * 0.0254 - 150.0) < 0.1);
    request.size.pixels = QSize(640, 480);
    QVERIFY(exportHead(request, pathIn(folder, "px.png")).ok());
    QCOMPARE(QImage(folder.filePath("px.png")).size(), QSize(640, 480));
}

void TestFigureExport::pngIsTransparentOnlyWhenAsked() {
    const QTemporaryDir folder;
    ExportRequest request = requestFor({});
    QVERIFY(exportHead(request, pathIn(folder, "white.png")).ok());
    QCOMPARE(QImage(folder.filePath("white.png")).pixel(1, 1), Theme::light().window.rgb());
    request.transparent = true;
    QVERIFY(exportHead(request, pathIn(folder, "clear.png")).ok());
    QCOMPARE(qAlpha(QImage(folder.filePath("clear.png")).pixel(1, 1)), 0);
}

void TestFigureExport::pngCellsHaveTheColourOfTheirWeight() {
    ExportRequest request = requestFor({.n_queries = 3, .n_keys = 3});
    request.settings.show_numbers = false;
    const QImage image = figureImage(request);
    const Tensor weights = request.map.trace->weights(request.map.head);
    // Every cell's colour covers a good part of the picture.
    for (const float weight : weights.span()) {
        const QRgb expected = colourMap(ColourMapKind::Viridis).rgb(weight);
        int n = 0;
        for (int y = 0; y < image.height(); y += 8)
            for (int x = 0; x < image.width(); x += 8)
                n += image.pixel(x, y) == expected ? 1 : 0;
        QVERIFY2(n > 200, qPrintable(QString::number(n)));
    }
}

void TestFigureExport::theSameFigureTwiceIsTheSameFile_data() {
    QTest::addColumn<QString>("extension");
    QTest::addColumn<bool>("all");
    for (const char* extension : {"png", "svg", "pdf", "csv", "npy"})
        for (const bool all : {false, true})
            QTest::addRow("%s%s", extension, all ? ", all heads" : "")
                << QString::fromLatin1(extension) << all;
}

void TestFigureExport::theSameFigureTwiceIsTheSameFile() {
    QFETCH(QString, extension);
    QFETCH(bool, all);
    const QTemporaryDir folder;
    const auto write = [&](const QString& name) {
        const ExportRequest request =
            requestFor({.n_queries = 12, .n_keys = 12, .causal = true}); // a new trace each time
        const auto path = pathIn(folder, name + QLatin1Char('.') + extension);
        return (all ? exportAllHeads(request, path) : exportHead(request, path)).ok();
    };
    QVERIFY(write("first"));
    QTest::qWait(extension == QLatin1String("pdf") ? 1100 : 0); // a clock of seconds would show
    QVERIFY(write("second"));
    const QByteArray first = contents(pathIn(folder, "first." + extension));
    QVERIFY(!first.isEmpty());
    QCOMPARE(first, contents(pathIn(folder, "second." + extension)));
}

void TestFigureExport::csvAndNpyHoldTheExactWeights() {
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 4, .n_keys = 5, .cross = true},
                                             {.layer = LayerIndex(1), .head = HeadIndex(2)});
    const Tensor weights = request.map.trace->weights(request.map.head);
    QVERIFY(exportHead(request, pathIn(folder, "w.npy")).ok());
    const QByteArray npy = contents(pathIn(folder, "w.npy"));
    QVERIFY(npy.contains("(4, 5)"));
    QCOMPARE(std::memcmp(npy.constData() + npy.size() - 80, weights.data(), 80), 0);
    QVERIFY(exportHead(request, pathIn(folder, "w.csv")).ok());
    const QList<QByteArray> lines = contents(pathIn(folder, "w.csv")).trimmed().split('\n');
    QCOMPARE(lines.size(), 5);
    const QList<QByteArray> cells = lines[2].trimmed().split(',');
    QCOMPARE(QString::fromUtf8(cells[0]), request.map.queries.words[1]);
    QCOMPARE(cells[3].toFloat(), weights.row(1)[2]);
}

void TestFigureExport::allHeadsAreOnTheSheet() {
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 6, .n_keys = 6, .n_layers = 3, .n_heads = 4});
    QVERIFY(exportAllHeads(request, pathIn(folder, "all.svg")).ok());
    const QByteArray svg = contents(pathIn(folder, "all.svg"));
    QVERIFY(svg.count("<rect ") >= 3 * 4 * 36);
    QVERIFY(!svg.contains("<image "));
    QVERIFY(svg.contains(">layer 1</text>") && svg.contains(">3</text>") && svg.contains(">head 1</text>"));
    QVERIFY(svg.contains("3 layers × 4 heads"));
    QVERIFY2(!svg.contains("head 1 · linear"), "the caption of a sheet names no single head");
}

void TestFigureExport::allNumbersAreInOrder() {
    const QTemporaryDir folder;
    const ExportRequest request =
        requestFor({.n_queries = 3, .n_keys = 4, .n_layers = 2, .n_heads = 3, .cross = true});
    QVERIFY(exportAllHeads(request, pathIn(folder, "all.npy")).ok());
    const QByteArray npy = contents(pathIn(folder, "all.npy"));
    QVERIFY(npy.contains("(2, 3, 3, 4)"));
    const Tensor last = request.map.trace->weights({AttentionKind::Cross, LayerIndex(1), HeadIndex(2)});
    QCOMPARE(std::memcmp(npy.constData() + npy.size() - 48, last.data(), 48), 0);
    QVERIFY(exportAllHeads(request, pathIn(folder, "all.csv")).ok());
    const QList<QByteArray> lines = contents(pathIn(folder, "all.csv")).trimmed().split('\n');
    QCOMPARE(lines.size(), 1 + 2 * 3 * 3);
    QVERIFY(lines[0].startsWith("layer,head,query,"));
    QVERIFY(lines.last().startsWith("1,2,"));
    QCOMPARE(lines.last().trimmed().split(',').last().toFloat(), last.row(2)[3]);
}

void TestFigureExport::linesAreCurvesAndText() {
    const QTemporaryDir folder;
    ExportRequest request = requestFor({.n_queries = 9, .n_keys = 9});
    request.lines =
        LinesFigure{{.per_query = 2}, {{AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(2)}}};
    const std::size_t n_lines =
        attentionLines(
            {request.map.trace, {request.map.head, request.lines->companions.front()}, request.lines->rule})
            ->lines.size();
    QVERIFY(n_lines > 9);
    for (const QString& name : {QStringLiteral("a.svg"), QStringLiteral("b.svg")}) {
        const Result<void> written = exportHead(request, pathIn(folder, name));
        QVERIFY2(written.ok(), qPrintable(errorOf(written)));
    }
    const QByteArray svg = contents(pathIn(folder, QStringLiteral("a.svg")));
    QCOMPARE(svg, contents(pathIn(folder, QStringLiteral("b.svg"))));
    QCOMPARE(static_cast<std::size_t>(svg.count("<path")), n_lines);
    QVERIFY(svg.contains("sleeps"));
    QVERIFY(svg.contains("layer 2 · head 3")); // which colour is which head
    QVERIFY(!svg.contains("<image"));
}

void TestFigureExport::errorsSayWhatToDo_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("says");
    QTest::newRow("unknown extension") << "f.bmp"
                                       << ".png, .svg, .pdf, .csv, .npy or .safetensors";
    QTest::newRow("no extension") << "f"
                                  << ".png, .svg, .pdf, .csv, .npy or .safetensors";
    QTest::newRow("missing folder") << "nowhere/f.png"
                                    << "does not exist";
    QTest::newRow("target is a folder") << "folder.svg"
                                        << "folder";
}

void TestFigureExport::errorsSayWhatToDo() {
    QFETCH(QString, name);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("folder.svg")));
    for (const bool all : {false, true}) {
        const Result<void> result = all ? exportAllHeads(requestFor({}), pathIn(folder, name))
                                        : exportHead(requestFor({}), pathIn(folder, name));
        QVERIFY(!result.ok());
        QVERIFY2(errorOf(result).contains(says), qPrintable(errorOf(result)));
        QVERIFY2(errorOf(result).contains(name.section('/', 0, 0)), qPrintable(errorOf(result)));
    }
}

void TestFigureExport::nothingIsLeftAfterAnError() {
    const QTemporaryDir folder;
    QVERIFY(!exportHead({}, pathIn(folder, "f.png")).ok()); // nothing to draw
    ExportRequest request = requestFor({});
    request.map.head.layer = LayerIndex(9);
    QVERIFY(errorOf(exportHead(request, pathIn(folder, "f.svg"))).contains(QStringLiteral("no layer 9")));
    request = requestFor({});
    request.size.width_mm = 1e9;
    QVERIFY(!exportHead(request, pathIn(folder, "f.pdf")).ok());
    request.size.width_mm = 4000.0;
    request.size.dpi = 4800.0;
    QVERIFY(errorOf(exportHead(request, pathIn(folder, "f.png"))).contains(QStringLiteral("too large")));
    QVERIFY(QDir(folder.path()).isEmpty());
}

void TestFigureExport::aStoppedExportLeavesNothing() {
    const QTemporaryDir folder;
    std::stop_source stop;
    stop.request_stop();
    for (const char* name : {"f.png", "f.svg", "f.pdf", "f.csv", "f.npy"}) {
        const Result<void> result =
            exportAllHeads(requestFor({}), pathIn(folder, name), {stop.get_token(), {}});
        QVERIFY2(!result.ok() && result.error().cancelled(), name);
    }
    QVERIFY(QDir(folder.path()).isEmpty());
}

void TestFigureExport::eachHeadGetsAFileOfItsOwn() {
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 4, .n_keys = 4});
    const FigureSubject series = eachHeadSubject(request);
    const Trace& trace = *request.map.trace;
    QCOMPARE(series.n_parts, trace.nLayers(request.map.head.kind) * trace.nHeads(request.map.head.kind));
    std::vector<double> done;
    const Result<void> written =
        exportSubject(series, request, pathIn(folder, "heads.npy"),
                      {{}, [&done](double fraction, std::string_view) { done.push_back(fraction); }});
    QVERIFY2(written.ok(), qPrintable(errorOf(written)));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), static_cast<qsizetype>(series.n_parts));
    QCOMPARE(done.size(), series.n_parts);
    QVERIFY(std::ranges::is_sorted(done));
    const std::size_t last = series.n_parts - 1;
    ExportRequest alone = request;
    alone.map.head = {request.map.head.kind, LayerIndex(trace.nLayers(request.map.head.kind) - 1),
                      HeadIndex(trace.nHeads(request.map.head.kind) - 1)};
    QVERIFY(exportHead(alone, pathIn(folder, "alone.npy")).ok());
    QCOMPARE(contents(pathOfPart(series, last, pathIn(folder, "heads.npy"))),
             contents(pathIn(folder, "alone.npy")));
}

void TestFigureExport::aStoppedSeriesKeepsWhatIsFinished() {
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 4, .n_keys = 4});
    std::stop_source stop;
    int started = 0;
    const RunControl control{stop.get_token(), [&](double, std::string_view) {
                                 if (++started == 2)
                                     stop.request_stop();
                             }};
    const Result<void> written =
        exportSubject(eachHeadSubject(request), request, pathIn(folder, "heads.svg"), control);
    QVERIFY(!written.ok() && written.error().cancelled());
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files),
             QStringList{QStringLiteral("heads-layer1-head1.svg")});
}

void TestFigureExport::safetensorsHoldWeightsAndWhereTheyComeFrom() {
    const QTemporaryDir folder;
    const ExportRequest request = requestFor({.n_queries = 5, .n_keys = 5});
    QVERIFY(exportHead(request, pathIn(folder, "head.safetensors")).ok());
    const auto file = SafetensorsFile::open(pathIn(folder, "head.safetensors"));
    QVERIFY(file.ok());
    const SafetensorsEntry& entry = (*file)->entries().front();
    QCOMPARE(entry.name, std::string("weights"));
    QVERIFY((entry.shape == Shape{5, 5}));
    bool finite = false;
    const auto values = (*file)->read(entry, finite);
    QVERIFY(values.ok());
    QVERIFY(std::ranges::equal(values->span(), request.map.trace->weights(request.map.head).span()));
    QCOMPARE((*file)->metadata().at("model_hash"), request.map.model_hash.toStdString());
    QCOMPARE((*file)->metadata().at("head"), std::string("0"));
    QVERIFY((*file)->metadata().at("key_tokens").starts_with("[\""));
    QVERIFY(exportAllHeads(request, pathIn(folder, "all.safetensors")).ok());
    const auto all = SafetensorsFile::open(pathIn(folder, "all.safetensors"));
    QVERIFY(all.ok());
    QCOMPARE((*all)->entries().front().shape.size(), std::size_t{4});
}

void TestFigureExport::mapsSideBySideShareAPage() {
    const HeadMap first = requestFor({.n_queries = 5, .n_keys = 6, .cross = true}).map;
    const HeadMap second = requestFor({.n_queries = 7, .n_keys = 7}).map;
    FigureLook look;
    for (const double width : {170.0, 260.0}) { // two abreast, three abreast
        look.size.width_mm = width;
        const auto page = composedFigure({{first, second, first}, {}}, look);
        QVERIFY(page.ok());
        QCOMPARE(page->size.width() > page->size.height() * 1.6, width > kThreeAbreastMm);
    }
    const QTemporaryDir folder;
    QVERIFY(exportSubject(composedSubject({{first, second}, {}}, "Both", "both"), look,
                          pathIn(folder, "both.svg"))
                .ok());
    const QByteArray svg = contents(pathIn(folder, "both.svg"));
    QVERIFY(svg.contains(headTitle(first.head).toUtf8()) && svg.contains(headTitle(second.head).toUtf8()));
    QVERIFY(!composedFigure({}, look).ok());
}

HEADLIGHT_WINDOW_TEST_MAIN(TestFigureExport)
#include "tst_figure_export.moc"
