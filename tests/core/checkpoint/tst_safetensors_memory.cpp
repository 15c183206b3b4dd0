// Refusing a file never allocates more than its header plus 64 MiB, whatever the file says.
#include "core/checkpoint/safetensors.h"
#include "tests/support/files.h"

#include <QTest>

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> live_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

void* counted(void* pointer) {
    if (!pointer)
        throw std::bad_alloc();
    const std::size_t now = live_bytes += ::malloc_usable_size(pointer);
    for (std::size_t peak = peak_bytes; now > peak && !peak_bytes.compare_exchange_weak(peak, now);) {
    }
    return pointer;
}
} // namespace

// Every allocation of the program, the parser's included, goes through these.
void* operator new(std::size_t size) {
    return counted(std::malloc(size ? size : 1));
}
void operator delete(void* pointer) noexcept {
    if (pointer)
        live_bytes -= ::malloc_usable_size(pointer);
    std::free(pointer);
}
void operator delete(void* pointer, std::size_t) noexcept {
    operator delete(pointer);
}

using namespace headlight;
using namespace headlight::testing;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kBig = 24 * kMiB;

std::string manyTensors(std::size_t bytes) {
    std::string header = "{";
    for (std::size_t i = 0; header.size() < bytes; ++i)
        header += (i ? ",\"" : "\"") + std::to_string(i) +
                  "\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}";
    return header + "}";
}

std::string longNames(std::size_t bytes) {
    std::string header = "{";
    for (std::size_t i = 0; header.size() < bytes; ++i)
        header += (i ? ",\"" : "\"") + std::to_string(i) + std::string(kMiB, 'n') +
                  "\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}";
    return header + "}";
}

std::string longShape(std::size_t bytes) {
    std::string header = "{\"a\":{\"dtype\":\"F4\",\"shape\":[0";
    while (header.size() < bytes)
        header += ",0";
    return header + "],\"data_offsets\":[0,0]}}";
}

} // namespace

class TestSafetensorsMemory : public QObject {
    Q_OBJECT

    /// Peak of what opening the file allocates beyond what was live before.
    static std::size_t peakOfRefusing(const std::filesystem::path& path) {
        const std::size_t before = live_bytes;
        peak_bytes = before;
        const auto result = SafetensorsFile::open(path);
        const std::size_t peak = peak_bytes - before;
        return result.ok() ? ~std::size_t{0} : peak; // accepted: certainly too much
    }

private slots:
    void aLyingLengthAllocatesNothing_data() {
        QTest::addColumn<quint64>("length");
        QTest::newRow("just within the format") << quint64{kMaxSafetensorsHeader};
        QTest::newRow("beyond") << quint64{kMaxSafetensorsHeader + 1};
        QTest::newRow("2^64 - 1") << ~quint64{0};
    }
    void aLyingLengthAllocatesNothing() {
        QFETCH(quint64, length);
        const TemporaryFolder folder;
        const auto path = folder.write("model.safetensors", lengthBytes(length) + "{}");
        QVERIFY(peakOfRefusing(path) < kMiB);
    }

    void aHostileHeaderStaysWithinItsBudget_data() {
        QTest::addColumn<QByteArray>("header");
        const auto row = [](const char* name, const std::string& header) {
            QTest::newRow(name) << QByteArray(header.data(), static_cast<qsizetype>(header.size()));
        };
        row("one endless name", "{\"" + std::string(kBig, 'n') + "\":0}");
        row("one endless metadata text", "{\"__metadata__\":{\"a\":\"" + std::string(kBig, 'n') + "\"}}");
        row("one endless number", "{\"a\":" + std::string(kBig, '1') + "}");
        row("endless white space", "{" + std::string(kBig, '\n') + "}x}");
        row("gaps between punctuation",
            "{\"a\":" + std::string(kBig / 2, ' ') + "{" + std::string(kBig / 2, ' ') + "}}");
        row("endless nesting", "{\"a\":" + std::string(kBig, '[') + "}");
        row("endless nesting in an unknown field", "{\"a\":{\"x\":" + std::string(kBig, '[') + "}}");
        row("text that is all escapes", "{\"" + std::string(kBig, '\\') + "\":0}");
        row("too many tensors", manyTensors(kBig));
        row("tensors of long names", longNames(kBig));
        row("a shape without end", longShape(kBig));
    }
    void aHostileHeaderStaysWithinItsBudget() {
        QFETCH(QByteArray, header);
        const TemporaryFolder folder;
        const auto size = static_cast<std::size_t>(header.size());
        const auto path =
            folder.write("model.safetensors", safetensorsBytes(std::string_view(header.constData(), size)));
        const std::size_t peak = peakOfRefusing(path);
        QVERIFY2(peak < size + 64 * kMiB,
                 qPrintable(QString("%1 MiB beside the header").arg((peak - size) / kMiB)));
    }
};

QTEST_APPLESS_MAIN(TestSafetensorsMemory)
#include "tst_safetensors_memory.moc"
