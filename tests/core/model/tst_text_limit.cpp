// How long a text may be: positions, memory, and what is offered where either ends.
#include "core/base/memory.h"
#include "core/model/text_limit.h"
#include "tests/support/model_folder.h"
#include "tests/support/reading_llama.h"
#include "tests/support/sanitizers.h"

#include <QtTest>

#include <sys/resource.h>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr std::uint64_t kMegabyte = 1000 * 1000;

/// While it lives, the process may take only so much more memory.
class LittleMemory {
public:
    explicit LittleMemory(std::uint64_t bytes) {
        getrlimit(RLIMIT_AS, &before_);
        std::ifstream status("/proc/self/status");
        std::uint64_t kilobytes = 0;
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmSize:"))
                kilobytes = std::stoull(line.substr(7));
        const rlimit little{kilobytes * 1024 + bytes, before_.rlim_max};
        setrlimit(RLIMIT_AS, &little);
    }
    ~LittleMemory() { setrlimit(RLIMIT_AS, &before_); }
    LittleMemory(const LittleMemory&) = delete;
    LittleMemory& operator=(const LittleMemory&) = delete;

private:
    rlimit before_{};
};

} // namespace

class TestTextLimit : public QObject {
    Q_OBJECT
private slots:
    void coversWhatATraceTakes_data();
    void coversWhatATraceTakes();
    void positionsAreTheLimitWhereMemoryIsPlenty();
    void memoryIsTheLimitWithoutPositions();
    void unknownMemoryIsNoLimit();
    void tooLongForTheMemoryIsSaidBeforeAnythingRuns();
};

void TestTextLimit::coversWhatATraceTakes_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"gpt2-lm", "llama-lm", "gemma2-lm", "bert-mlm", "albert-mlm", "marian-swish",
                             "t5-headless", "falcon-7b"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestTextLimit::coversWhatATraceTakes() {
    QFETCH(const QString, name);
    const auto model = loadGolden(name.toStdString());
    const nlohmann::json golden = goldenJson(name.toStdString());
    const auto run = model->run(goldenInput(*model, golden));
    QVERIFY(run.ok());
    const double taken = double(run.value().trace->sizeBytes());
    const double foretold =
        passBytes(model->spec(), run.value().input.source.size(), run.value().input.target.size());
    QVERIFY2(taken <= foretold, qPrintable(QStringLiteral("%1 bytes, foretold %2").arg(taken).arg(foretold)));
    QVERIFY2(foretold <= 4 * taken,
             qPrintable(QStringLiteral("%1 bytes, foretold %2").arg(taken).arg(foretold)));
}

void TestTextLimit::positionsAreTheLimitWhereMemoryIsPlenty() {
    const auto model = loadGolden("gpt2-lm");
    QCOMPARE(longestText(model->spec(), 100'000 * kMegabyte), model->spec().decoder->positions.max_positions);
}

void TestTextLimit::memoryIsTheLimitWithoutPositions() {
    for (const char* name : {"llama-lm", "t5-headless"}) {
        const ModelSpec spec = loadGolden(name)->spec();
        const auto bytes = [&](std::size_t n) {
            return spec.hasEncoder() ? passBytes(spec, n, std::min<std::size_t>(n, 512))
                                     : passBytes(spec, 0, n);
        };
        const std::size_t longest = longestText(spec, 1000 * kMegabyte);
        QVERIFY(longest > 1000);
        QVERIFY(bytes(longest) <= 800.0 * kMegabyte); // with room to spare
        QVERIFY(bytes(longest + 16) > 800.0 * kMegabyte);
        QVERIFY(longestText(spec, 0) == 1); // never "any number"
    }
}

void TestTextLimit::unknownMemoryIsNoLimit() {
    QCOMPARE(longestText(loadGolden("llama-lm")->spec(), std::nullopt), std::size_t(0));
}

void TestTextLimit::tooLongForTheMemoryIsSaidBeforeAnythingRuns() {
    if (testing::kSanitized)
        QSKIP("sanitizers reserve address space, which cannot be limited then");
    const ModelFolder folder = readingLlama();
    const auto loaded = folder.load();
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().message().c_str());
    const auto& model = loaded.value();
    std::string text;
    for (int i = 0; i < 400'000; ++i)
        text += "the cat ";
    const LittleMemory little(400 * kMegabyte);
    const auto refused = model->prepare({.text = text, .text_pair = {}, .target = {}});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().kind == ErrorKind::Memory, refused.error().message().c_str());
    QVERIFY2(refused.error().summary.find("tokens needs") != std::string::npos,
             refused.error().message().c_str());
    QVERIFY2(refused.error().next_step.starts_with("Use at most "), refused.error().message().c_str());
    const auto beginning = model->beginningThatFits(text);
    QVERIFY(beginning.ok());
    QVERIFY(beginning.value().size() > 1000 && beginning.value().size() < text.size());
    QVERIFY(text.starts_with(beginning.value()));
    QVERIFY(model->prepare({.text = beginning.value(), .text_pair = {}, .target = {}}).ok());
}

QTEST_APPLESS_MAIN(TestTextLimit)
#include "tst_text_limit.moc"
