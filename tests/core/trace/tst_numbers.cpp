// Maps as files of numbers, and the words of `dump`'s options.
#include "core/trace/dump.h"
#include "core/trace/write_numbers.h"
#include "tests/support/files.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace headlight;
using namespace headlight::testing;

class TestNumbers : public QObject {
    Q_OBJECT
private slots:
    void csvQuotesAsRfc4180Asks();
    void csvNumbersReadBackTheSame();
    void csvRefusesTokensThatDoNotFit();
    void npyHeaderIsWhatNumPyWrites_data();
    void npyHeaderIsWhatNumPyWrites();
    void writesNothingWhereItMayNot();
    void partsAreNamed();
    void layersAreRanges_data();
    void layersAreRanges();
};

void TestNumbers::csvQuotesAsRfc4180Asks() {
    const TemporaryFolder folder;
    const Tensor map = Tensor::fromVector({1, 4}, std::vector<float>{0.5f, 0.25f, 0.0f, -0.0f});
    QVERIFY(writeCsv(folder.file("map.csv"), map, {"say \"hi\""}, {"a,b", "x\ny", " é", "plain"}).ok());
    QCOMPARE(readBytes(folder.file("map.csv")),
             std::string(",\"a,b\",\"x\ny\",\" é\",plain\r\n\"say \"\"hi\"\"\",0.5,0.25,0,-0\r\n"));
}

void TestNumbers::csvNumbersReadBackTheSame() {
    const TemporaryFolder folder;
    const std::vector<float> values = {0.1f, 1.0f / 3.0f, 1.17549435e-38f, 3.4028235e38f, 1e-45f,
                                       -std::numeric_limits<float>::infinity(), std::nanf("")};
    QVERIFY(writeCsv(folder.file("map.csv"), Tensor::fromVector({1, values.size()}, values), {"q"},
                     std::vector<std::string>(values.size(), "k")).ok());
    const std::string text = readBytes(folder.file("map.csv"));
    const QList<QByteArray> fields = QByteArray::fromStdString(text).split('\n').at(1).trimmed().split(',');
    QCOMPARE(std::size_t(fields.size()), values.size() + 1);
    for (std::size_t i = 0; i + 2 < values.size(); ++i)
        QCOMPARE(std::strtof(fields.at(int(i) + 1).constData(), nullptr), values[i]);
    QCOMPARE(fields.at(6), QByteArray("-inf"));
    QCOMPARE(fields.at(7), QByteArray("nan"));
}

void TestNumbers::csvRefusesTokensThatDoNotFit() {
    const TemporaryFolder folder;
    QVERIFY(!writeCsv(folder.file("map.csv"), Tensor::zeros({2, 2}), {"a"}, {"b", "c"}).ok());
    QVERIFY(!std::filesystem::exists(folder.file("map.csv")));
}

void TestNumbers::npyHeaderIsWhatNumPyWrites_data() {
    QTest::addColumn<QList<int>>("dimensions");
    QTest::addColumn<QString>("shape");
    QTest::newRow("matrix") << QList<int>{3, 4} << "(3, 4)";
    QTest::newRow("vector") << QList<int>{5} << "(5,)";
    QTest::newRow("heads") << QList<int>{2, 3, 4} << "(2, 3, 4)";
    QTest::newRow("empty") << QList<int>{0, 4} << "(0, 4)";
}

void TestNumbers::npyHeaderIsWhatNumPyWrites() {
    QFETCH(const QList<int>, dimensions);
    QFETCH(const QString, shape);
    const TemporaryFolder folder;
    Tensor tensor(Shape(dimensions.begin(), dimensions.end()));
    for (std::size_t i = 0; i < tensor.size(); ++i)
        tensor.data()[i] = float(i) + 0.5f;
    QVERIFY(writeNpy(folder.file("map.npy"), tensor).ok());
    const std::string bytes = readBytes(folder.file("map.npy"));
    QVERIFY(bytes.starts_with(std::string("\x93NUMPY\x01\x00", 8)));
    const std::size_t header = std::size_t(std::uint8_t(bytes[8])) + 256 * std::size_t(std::uint8_t(bytes[9]));
    QCOMPARE((header + 10) % 64, std::size_t{0});
    const std::string text = bytes.substr(10, header);
    QVERIFY2(text.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape.toStdString() + ", }"), text.c_str());
    QCOMPARE(text.back(), '\n');
    QCOMPARE(bytes.size(), 10 + header + 4 * tensor.size());
    QVERIFY(tensor.empty() || std::memcmp(bytes.data() + 10 + header, tensor.data(), 4 * tensor.size()) == 0);
}

void TestNumbers::writesNothingWhereItMayNot() {
    const TemporaryFolder folder;
    const auto written = writeNpy(folder.file("missing/map.npy"), Tensor::zeros({1, 1}));
    QVERIFY(!written.ok());
    QCOMPARE(written.error().kind, ErrorKind::File);
    QVERIFY(!writeNpy(folder.path(), Tensor::zeros({1, 1})).ok()); // a folder
}

void TestNumbers::partsAreNamed() {
    const auto parts = parseDumpParts("logits,weights");
    QVERIFY(parts.ok());
    QCOMPARE(parts.value(), (std::vector<DumpPart>{DumpPart::Logits, DumpPart::Weights}));
    for (const char* bad : {"", "weight", "weights,", "weights scores"}) {
        const auto none = parseDumpParts(bad);
        QVERIFY(!none.ok());
        QVERIFY(none.error().message().find("hidden") != std::string::npos);
    }
}

void TestNumbers::layersAreRanges_data() {
    QTest::addColumn<QString>("list");
    QTest::addColumn<QList<int>>("layers"); // empty: refused
    QTest::newRow("one") << "2" << QList<int>{2};
    QTest::newRow("range") << "0-3" << QList<int>{0, 1, 2, 3};
    QTest::newRow("mixed, once each") << "5,1-2,2" << QList<int>{1, 2, 5};
    for (const char* bad : {"6", "0-6", "3-1", "-1", "a", "", "1,", "1-", "99999999999999999999", "1 "})
        QTest::newRow(bad) << bad << QList<int>{};
}

void TestNumbers::layersAreRanges() {
    QFETCH(const QString, list);
    QFETCH(const QList<int>, layers);
    const auto parsed = parseLayers(list.toStdString(), 6);
    QCOMPARE(parsed.ok(), !layers.isEmpty());
    if (parsed)
        QCOMPARE(parsed.value(), std::vector<std::size_t>(layers.begin(), layers.end()));
    else
        QCOMPARE(parsed.error().kind, ErrorKind::Usage);
}

QTEST_APPLESS_MAIN(TestNumbers)
#include "tst_numbers.moc"
