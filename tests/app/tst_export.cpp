// export: every format, one head and all heads, the same bytes every time.
#include "tests/app/program.h"
#include "tests/support/files.h"

#include <QImage>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include <cmath>

using namespace headlight::test;
using headlight::testing::contents;

class TestExport : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    /// Exports into `name` and returns what was written.
    QByteArray exported(const char* name, const QList<QByteArray>& more) {
        const QString path = folder_.filePath(name);
        QFile::remove(path);
        const ProgramRun run = runProgram(QList<QByteArray>{"export", "--out", path.toUtf8()} + more);
        if (run.exit_code != 0 || !run.error.isEmpty())
            qWarning("%s", run.error.constData());
        return contents(path);
    }
    const QList<QByteArray> cross_{"--model", "en-fr", "--text", "The black cat sleeps.",
                                   "--layer", "1",     "--head", "2"};
    const QList<QByteArray> sheet_{"--model", "en-fr", "--text", "The black cat sleeps.", "--all"};

private slots:
    void writesAPictureOfTheSizeAskedFor() {
        const QByteArray png =
            exported("a.png", cross_ + QList<QByteArray>{"--width", "640", "--height", "480"});
        QVERIFY(png.startsWith("\x89PNG\r\n\x1a\n"));
        const QImage image = QImage::fromData(png, "PNG");
        QCOMPARE(image.size(), QSize(640, 480));
        QSet<QRgb> colours;
        for (int x = 0; x < image.width(); x += 4)
            for (int y = 0; y < image.height(); y += 4)
                colours.insert(image.pixel(x, y));
        QVERIFY(colours.size() > 10); // a picture, not an empty page
    }

    void numbersFollowTheAlteredMap() {
        const auto rows = [](const QByteArray& csv) {
            QList<QByteArrayList> table;
            for (const QByteArray& line : csv.split('\n'))
                if (!line.trimmed().isEmpty())
                    table << line.trimmed().split(',');
            return table;
        };
        const QList<QByteArray> head{"--model", "mini-bert", "--text", "unaffordable cats",
                                     "--layer", "0",         "--head", "1"};
        const auto plain = rows(exported("plain.csv", head));
        const auto hidden =
            rows(exported("hidden.csv", head + QList<QByteArray>{"--hide", "special", "--renormalise"}));
        const auto words = rows(exported("words.csv", head + QList<QByteArray>{"--merge-words"}));
        QVERIFY(plain.size() > 4);
        QCOMPARE(hidden.size(), plain.size());           // rows stay
        QCOMPARE(hidden[0].size(), plain[0].size() - 2); // [CLS] and [SEP] are no columns any more
        QCOMPARE(words[0].mid(1), (QByteArrayList{"[CLS]", "unaffordable", "cats", "[SEP]"}));
        for (qsizetype row = 1; row < plain.size(); ++row) {
            double kept = 0.0, sum = 0.0;
            for (qsizetype column = 2; column + 1 < plain[row].size(); ++column)
                kept += plain[row][column].toDouble();
            for (qsizetype column = 1; column < hidden[row].size(); ++column) {
                sum += hidden[row][column].toDouble();
                QVERIFY(std::abs(hidden[row][column].toDouble() - plain[row][column + 1].toDouble() / kept) <
                        1e-5);
            }
            QVERIFY(std::abs(sum - 1.0) < 1e-5);
        }
        const auto mean =
            rows(exported("mean.csv", head + QList<QByteArray>{"--head", "0", "--heads-combine", "mean"}));
        const auto other = rows(exported("other.csv", {"--model", "mini-bert", "--text", "unaffordable cats",
                                                       "--layer", "0", "--head", "0"}));
        QVERIFY(std::abs(mean[2][3].toDouble() - (plain[2][3].toDouble() + other[2][3].toDouble()) / 2) <
                1e-6);
    }

    void linesTakeSeveralHeads() {
        const QList<QByteArray> view{"--view", "lines", "--head", "4", "--head", "4"};
        const QByteArray svg = exported("lines.svg", cross_ + view);
        QVERIFY(svg.contains("layer 2 · head 3") &&
                svg.contains("layer 2 · head 5"));                   // which colour is which
        QVERIFY(svg.contains("Cross attention · heads 2.3, 2.5 ·")); // the caption too
        const QByteArray one = exported("line.svg", cross_ + view.first(2));
        QVERIFY(!one.contains("head 5") && one.contains("Cross attention · layer 2 · head 3 ·"));
        const ProgramRun numbers = runProgram(
            QList<QByteArray>{"export", "--out", folder_.filePath("lines.csv").toUtf8()} + cross_ + view);
        QCOMPARE(numbers.exit_code, 2);
    }

    void picturesSayWhatWasDone() {
        const QByteArray svg = exported("altered.svg", {"--model", "mini-bert", "--text", "unaffordable cats",
                                                        "--layer", "0", "--head", "1", "--hide", "special",
                                                        "--renormalise", "--threshold", "0.05"});
        QVERIFY(svg.contains("altered: special tokens hidden, rows renormalised"));
        QVERIFY(svg.contains("below 0.05"));
        QVERIFY(svg.contains("blank below 0.05"));
    }

    void followsTheResolution() {
        const QImage low = QImage::fromData(
            exported("low.png", cross_ + QList<QByteArray>{"--dpi", "100", "--width-mm", "100"}), "PNG");
        const QImage high = QImage::fromData(
            exported("high.png", cross_ + QList<QByteArray>{"--dpi", "200", "--width-mm", "100"}), "PNG");
        QVERIFY(std::abs(low.width() - 394) <= 1);
        QVERIFY(std::abs(high.width() - 787) <= 1);
        QCOMPARE(
            QImage::fromData(exported("w.png", cross_ + QList<QByteArray>{"--width", "500"}), "PNG").width(),
            500);
    }

    void writesTextAsTextIntoSvg() {
        const QByteArray svg = exported("a.svg", cross_);
        QVERIFY(svg.contains("<svg"));
        QVERIFY(svg.contains("<text"));
        QVERIFY2(svg.contains("cat"), svg.left(2000));
    }

    void writesPdf() {
        const QByteArray pdf = exported("a.pdf", cross_);
        QVERIFY(pdf.startsWith("%PDF-"));
        QVERIFY(pdf.trimmed().endsWith("%%EOF"));
    }

    void writesCsvThatSumsToOne() {
        const QList<QByteArray> lines =
            exported("a.csv", {"--model", golden("gpt2-lm"), "--ids", "5,7,9", "--layer", "0", "--head", "0"})
                .trimmed()
                .split('\n');
        QCOMPARE(lines.size(), 4);
        for (qsizetype row = 1; row < lines.size(); ++row) {
            const QList<QByteArray> cells = lines[row].trimmed().split(',');
            QCOMPARE(cells.size(), 4);
            double sum = 0;
            for (qsizetype column = 1; column < cells.size(); ++column) {
                bool is_number = false;
                sum += cells[column].toDouble(&is_number);
                QVERIFY2(is_number, cells[column]);
                if (column > row)
                    QCOMPARE(cells[column].toDouble(), 0.0); // masked
            }
            QVERIFY(std::abs(sum - 1.0) < 1e-5);
        }
    }

    void writesNpyOfOneHeadAndOfAll() {
        const QList<QByteArray> input{"--model", golden("gpt2-lm"), "--ids", "5,7,9"};
        const QByteArray one = exported("a.npy", input + QList<QByteArray>{"--layer", "0", "--head", "0"});
        QVERIFY(one.startsWith(QByteArray("\x93NUMPY\x01\x00", 8)));
        QVERIFY2(one.contains("'descr': '<f4', 'fortran_order': False, 'shape': (3, 3)"), one.left(128));
        const QByteArray all = exported("all.npy", input + QList<QByteArray>{"--all"});
        QVERIFY2(all.contains(", 3, 3)"), all.left(128));
        QVERIFY(all.size() > one.size());
    }

    void writesAllHeadsAsOneSheet() {
        const QImage sheet = QImage::fromData(
            exported("sheet.png", sheet_ + QList<QByteArray>{"--width", "900", "--height", "700"}), "PNG");
        QCOMPARE(sheet.size(), QSize(900, 700));
        QVERIFY(exported("sheet.svg", sheet_).contains("<svg"));
        QVERIFY(exported("sheet.pdf", sheet_).startsWith("%PDF-"));
        QVERIFY(!exported("sheet.csv", sheet_).isEmpty());
    }

    void givesTheSameBytesTwice_data() {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"t.png", "t.svg", "t.pdf", "t.csv", "t.npy"})
            QTest::newRow(name) << QByteArray(name);
    }
    void givesTheSameBytesTwice() {
        QFETCH(QByteArray, name);
        const QByteArray first = exported(name, cross_);
        QVERIFY(!first.isEmpty());
        QVERIFY(exported(name, cross_) == first);
    }

    void takesTheLookItIsAskedFor() {
        const QByteArray plain = exported("l.svg", cross_);
        for (const char* option : {"--transparent", "--no-caption"})
            QVERIFY(exported("l.svg", cross_ + QList<QByteArray>{option}) != plain);
        QVERIFY(exported("l.svg", cross_ + QList<QByteArray>{"--theme", "dark"}) != plain);
        QVERIFY(exported("l.svg", cross_ + QList<QByteArray>{"--scale", "log"}) != plain);
        QSet<QByteArray> maps;
        for (const char* map : {"viridis", "magma", "cividis", "greys"})
            maps.insert(exported("l.svg", cross_ + QList<QByteArray>{"--colour-map", map}));
        QCOMPARE(maps.size(), 4);
        QVERIFY(maps.contains(plain));
    }

    void exportsEveryKindOfAttention() {
        for (const char* kind : {"encoder", "decoder", "cross"})
            QVERIFY(!exported("k.csv", cross_ + QList<QByteArray>{"--attention", kind}).isEmpty());
        const QList<QByteArray> base{"--model", "en-fr", "--text", "The black cat sleeps.",
                                     "--layer", "1",     "--head", "2"};
        QCOMPARE(exported("k.csv", base),
                 exported("k.csv", base + QList<QByteArray>{"--attention", "cross"}));
    }

    void writesEachHeadToAFileOfItsOwn() {
        QTemporaryDir folder;
        const QByteArray out = folder.filePath("heads.csv").toUtf8();
        const ProgramRun result = runProgram(
            {"export", "--model", "en-fr", "--text", "The black cat sleeps.", "--each", "--out", out});
        QCOMPARE(result.exit_code, 0);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(),
                 24); // 3 layers x 8 heads of cross attention
        QCOMPARE(contents(folder.filePath("heads-layer2-head3.csv")),
                 exported("one.csv", {"--model", "en-fr", "--text", "The black cat sleeps.", "--layer", "1",
                                      "--head", "2"}));
    }

    void drawsAllAttentionsSideBySide() {
        const QList<QByteArray> base{"--model", "en-fr", "--text", "The black cat sleeps.",
                                     "--layer", "1",     "--head", "2"};
        const QByteArray svg = exported("s.svg", base + QList<QByteArray>{"--view", "side-by-side"});
        for (const char* title : {"Encoder attention", "Decoder attention", "Cross attention"})
            QVERIFY2(svg.contains(title), title);
        const ProgramRun single =
            runProgram({"export", "--model", "mini-bert", "--text", "A cat.", "--layer", "0", "--head", "0",
                        "--view", "side-by-side", "--out", folder_.filePath("n.svg").toUtf8()});
        QCOMPARE(single.exit_code, 1);
        QVERIFY2(single.error.contains("one kind of attention only"), single.error.constData());
    }

    void replacesAnOlderFile() {
        const QString path = folder_.filePath("old.csv");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("old");
        file.close();
        QCOMPARE(runProgram(QList<QByteArray>{"export", "--out", path.toUtf8()} + cross_).exit_code, 0);
        QVERIFY(!contents(path).startsWith("old"));
    }
};

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
