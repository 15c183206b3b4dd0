// Reading tensors of each computable dtype, and writing files that appear complete or not at all.
#include "core/checkpoint/safetensors.h"
#include "tests/support/files.h"

#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>

using namespace headlight;
using namespace headlight::testing;

namespace {

std::string bytesOf(const auto& values) {
    std::string bytes(values.size() * sizeof(values[0]), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

std::string oneTensor(const std::string& dtype, std::size_t count, const std::string& data) {
    return safetensorsBytes("{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + std::to_string(count) +
                                "],\"data_offsets\":[0," + std::to_string(data.size()) + "]}}",
                            data);
}

std::size_t filesIn(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// Files of this process cannot grow beyond `bytes` while it lives: a full disk without a disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
        : previous_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &previous_);
        const rlimit limit{bytes, previous_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &previous_);
        std::signal(SIGXFSZ, previous_handler_);
    }

private:
    rlimit previous_{};
    void (*previous_handler_)(int);
};

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
private slots:
    void readsEveryComputableDType_data() {
        QTest::addColumn<QString>("dtype");
        QTest::addColumn<QByteArray>("data");
        const auto row = [](const char* name, const std::string& data) {
            QTest::newRow(name) << QString(name)
                                << QByteArray(data.data(), static_cast<qsizetype>(data.size()));
        };
        row("F32", bytesOf(std::vector<float>{1.0f, -2.5f, 0x1p-20f}));
        row("F64", bytesOf(std::vector<double>{1.0, -2.5, 0x1p-20}));
        row("F16", bytesOf(std::vector<std::uint16_t>{0x3c00, 0xc100, 0x0010})); // the last one subnormal
        row("BF16", bytesOf(std::vector<std::uint16_t>{0x3f80, 0xc020, 0x3580}));
    }
    void readsEveryComputableDType() {
        QFETCH(QString, dtype);
        QFETCH(QByteArray, data);
        const TemporaryFolder folder;
        const auto file = SafetensorsFile::open(
            folder.write("a.safetensors", oneTensor(dtype.toStdString(), 3, data.toStdString())));
        QVERIFY2(file.ok(), file.ok() ? "" : file.error().message().c_str());
        bool finite = false;
        const auto tensor = (*file)->read((*file)->entries().front(), finite);
        QVERIFY(tensor.ok());
        QVERIFY(finite);
        QVERIFY(tensor->shape() == Shape{3});
        QCOMPARE(tensor->data()[0], 1.0f);
        QCOMPARE(tensor->data()[1], -2.5f);
        QCOMPARE(tensor->data()[2], 0x1p-20f);
    }

    void readsTensorsOfManyChunks() {
        std::vector<std::uint16_t> halves(300'001);
        for (std::size_t i = 0; i < halves.size(); ++i)
            halves[i] = f32ToF16(static_cast<float>(i % 2048));
        const TemporaryFolder folder;
        const auto file = SafetensorsFile::open(
            folder.write("a.safetensors", oneTensor("F16", halves.size(), bytesOf(halves))));
        bool finite = false;
        const auto tensor = (*file)->read((*file)->entries().front(), finite);
        QVERIFY(tensor.ok());
        for (std::size_t i = 0; i < halves.size(); ++i)
            QCOMPARE(tensor->data()[i], static_cast<float>(i % 2048));
    }

    void refusesDTypesItCannotComputeWith_data() {
        QTest::addColumn<QString>("dtype");
        for (const char* dtype : {"BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"})
            QTest::newRow(dtype) << QString(dtype);
    }
    void refusesDTypesItCannotComputeWith() {
        QFETCH(QString, dtype);
        const TemporaryFolder folder;
        const auto file =
            SafetensorsFile::open(folder.write("a.safetensors", oneTensor(dtype.toStdString(), 4, "abcd")));
        QVERIFY(file.ok());
        bool finite = false;
        const auto tensor = (*file)->read((*file)->entries().front(), finite);
        QVERIFY(!tensor.ok());
        QVERIFY(tensor.error().kind == ErrorKind::Weights);
        QCOMPARE(tensor.error().found, dtype.toStdString());
        QCOMPARE(tensor.error().item, std::string("a"));
    }

    void noticesNaNAndInfinity_data() {
        QTest::addColumn<float>("value");
        QTest::newRow("NaN") << std::numeric_limits<float>::quiet_NaN();
        QTest::newRow("infinity") << std::numeric_limits<float>::infinity();
        QTest::newRow("minus infinity") << -std::numeric_limits<float>::infinity();
    }
    void noticesNaNAndInfinity() {
        QFETCH(float, value);
        std::vector<float> values(100'000, std::numeric_limits<float>::max());
        values[77'777] = value;
        const TemporaryFolder folder;
        const auto file = SafetensorsFile::open(
            folder.write("a.safetensors", oneTensor("F32", values.size(), bytesOf(values))));
        bool finite = true;
        QVERIFY((*file)->read((*file)->entries().front(), finite).ok());
        QVERIFY(!finite);
    }

    void writesWhatItReads() {
        const TemporaryFolder folder;
        const auto path = folder.file("out.safetensors");
        const std::vector<float> first{1, 2, 3, 4, 5, 6};
        const std::vector<float> second{-0.0f};
        const std::map<std::string, std::string> metadata{{"text", "\"chat\" \xc3\xa9\n"}, {"ids", "[1,2]"}};
        const auto written = writeSafetensors(
            path, {{"b", {2, 3}, first}, {"a", {}, second}, {"empty", {0, 4}, {}}}, metadata);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        const auto file = SafetensorsFile::open(path);
        QVERIFY2(file.ok(), file.ok() ? "" : file.error().message().c_str());
        QVERIFY((*file)->metadata() == metadata);
        QCOMPARE((*file)->dataBegin() % 8, std::uint64_t{0});
        bool finite = false;
        const auto tensor = (*file)->read(*(*file)->find("b"), finite);
        QVERIFY(tensor->shape() == (Shape{2, 3}));
        QVERIFY(std::equal(first.begin(), first.end(), tensor->data()));
        QVERIFY(std::signbit((*file)->read(*(*file)->find("a"), finite)->data()[0]));
        QCOMPARE((*file)->find("empty")->size_bytes, std::uint64_t{0});
        QCOMPARE(filesIn(folder.path()), std::size_t{1});
    }

    void writingReplacesAnOlderFile() {
        const TemporaryFolder folder;
        const auto path = folder.write("out.safetensors", "older");
        const std::vector<float> value{7};
        QVERIFY(writeSafetensors(path, {{"a", {1}, value}}, {}).ok());
        QVERIFY(SafetensorsFile::open(path).ok());
    }

    void refusesToWriteDuplicateNamesAndWrongShapes() {
        const TemporaryFolder folder;
        const std::vector<float> two{1, 2};
        const auto path = folder.file("out.safetensors");
        QVERIFY(writeSafetensors(path, {{"a", {2}, two}, {"a", {2}, two}}, {}).error().kind ==
                ErrorKind::Usage);
        QVERIFY(writeSafetensors(path, {{"__metadata__", {2}, two}}, {}).error().kind == ErrorKind::Usage);
        QVERIFY(writeSafetensors(path, {{"a", {3}, two}}, {}).error().kind == ErrorKind::Usage);
        QCOMPARE(filesIn(folder.path()), std::size_t{0});
    }

    void writingToAFolderSaysSo() {
        const TemporaryFolder folder;
        const auto result = writeSafetensors(folder.path(), {}, {});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().cause, std::string("It is a folder"));
    }

    void writingIntoAMissingFolderSaysSo() {
        const TemporaryFolder folder;
        const auto result = writeSafetensors(folder.file("none/out.safetensors"), {}, {});
        QVERIFY(!result.ok());
        QVERIFY(result.error().cause.find("does not exist") != std::string::npos);
    }

    void writingNeverReplacesADevice() {
        const TemporaryFolder folder;
        const auto pipe = folder.file("pipe");
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QVERIFY(!writeSafetensors(pipe, {}, {}).ok());
        QVERIFY(std::filesystem::is_fifo(pipe));
        QVERIFY(!writeSafetensors("/dev/null", {}, {}).ok());
        QVERIFY(std::filesystem::is_character_file("/dev/null"));
    }

    void writingIntoAReadOnlyFolderSaysSo() {
        if (::geteuid() == 0)
            QSKIP("root may write anywhere");
        const TemporaryFolder folder;
        std::filesystem::permissions(folder.path(),
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
        const auto result = writeSafetensors(folder.file("out.safetensors"), {}, {});
        std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
        QVERIFY(!result.ok());
        QVERIFY(result.error().cause.find("may not write") != std::string::npos);
    }

    void aFullDiskLeavesTheOlderFileAndNothingElse_data() {
        QTest::addColumn<int>("room"); // bytes until the disk is full
        for (const int room : {0, 4, 8, 100, 4096, 100'000})
            QTest::addRow("after %d bytes", room) << room;
    }
    void aFullDiskLeavesTheOlderFileAndNothingElse() {
        QFETCH(int, room);
        const TemporaryFolder folder;
        const auto path = folder.write("out.safetensors", "older");
        const std::vector<float> values(100'000);
        Result<void> result;
        {
            const FileSizeLimit limit(static_cast<rlim_t>(room));
            result = writeSafetensors(path, {{"a", {values.size()}, values}}, {});
        }
        QVERIFY(!result.ok());
        QVERIFY(result.error().kind == ErrorKind::File);
        QVERIFY(result.error().cause.find("full") != std::string::npos);
        QCOMPARE(readBytes(path), std::string("older"));
        QCOMPARE(filesIn(folder.path()), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
