// The window's document with a GPU that is lost, while it runs a text or while nobody does anything: the
// picture comes from the CPU, and somebody is told why. The GPU is the CUDA module with the processor for a
// device (tests/support/cuda_on_cpu).
#include "core/base/memory.h"
#include "ui/document/document.h"

#include <QSignalSpy>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {
constexpr int kPatience = 60000;
} // namespace

class TestDocumentGpu : public QObject {
    Q_OBJECT
private slots:
    void init() { qputenv("HEADLIGHT_CUDA_MODULE", HEADLIGHT_CUDA_ON_CPU_MODULE); }
    void cleanup() {
        qunsetenv("HEADLIGHT_CUDA_MODULE");
        qunsetenv("HEADLIGHT_CUDA_ON_CPU");
    }
    void lostInARun();
    void lostWhileTheTraceIsLookedAt();
    void tooSmallForTheModel();
    void idleBehindAnOldDriver();
};

/// Opens a decoder and waits for its first picture.
static void open(Document& document) {
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(QStringLiteral("The cat"));
    document.openModel(QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/books-gpt"));
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot());
}

void TestDocumentGpu::lostInARun() {
    qputenv("HEADLIGHT_CUDA_ON_CPU", "lose-at=90");
    Document document;
    QSignalSpy told(&document, &Document::computedElsewhere);
    open(document);
    QCOMPARE(document.snapshot()->trace().backend().name(), std::string_view("cpu"));
    QCOMPARE(told.count(), 1);
    QVERIFY(told.front().front().toString().contains(QStringLiteral("has stopped working")));
    QVERIFY(document.snapshot()->nTokens() > 0);
}

void TestDocumentGpu::lostWhileTheTraceIsLookedAt() {
    qputenv("HEADLIGHT_CUDA_ON_CPU", "lose-at=1000");
    Document document;
    QSignalSpy told(&document, &Document::computedElsewhere);
    open(document);
    const SnapshotPtr first = document.snapshot();
    QCOMPARE(first->trace().backend().name(), std::string_view("cuda"));
    QCOMPARE(told.count(), 0);
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    bool lost = false;
    for (int i = 0; i < 20000 && !lost; ++i) { // what a view does, until the device is gone
        const auto weights = guardMemory([&]() -> Result<Tensor> {
            return first->trace().weights(head, {0, 1}, {0, 1});
        });
        lost = !weights.ok();
    }
    QVERIFY(lost);
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    QVERIFY(snapshots.wait(kPatience)); // nobody has typed anything
    QCOMPARE(document.snapshot()->trace().backend().name(), std::string_view("cpu"));
    QCOMPARE(document.snapshot()->run.input.target.ids, first->run.input.target.ids);
    QCOMPARE(told.count(), 1);
}

void TestDocumentGpu::tooSmallForTheModel() {
    qputenv("HEADLIGHT_CUDA_ON_CPU", "memory=1000000");
    Document document;
    QSignalSpy told(&document, &Document::computedElsewhere);
    open(document);
    QCOMPARE(document.snapshot()->trace().backend().name(), std::string_view("cpu"));
    QCOMPARE(told.count(), 1);
    QVERIFY(told.front().front().toString().contains(QStringLiteral("GPU")));
}

/// A GPU that could compute if something were mended: said once, not with every model.
void TestDocumentGpu::idleBehindAnOldDriver() {
    qputenv("HEADLIGHT_CUDA_ON_CPU", "old-driver");
    Document document;
    QSignalSpy told(&document, &Document::computedElsewhere);
    open(document);
    QCOMPARE(document.snapshot()->trace().backend().name(), std::string_view("cpu"));
    QCOMPARE(told.count(), 1);
    QVERIFY(told.front().front().toString().contains(QStringLiteral("Install a newer NVIDIA driver")));
    open(document);
    QCOMPARE(told.count(), 1);
    qputenv("HEADLIGHT_CUDA_ON_CPU", "no-device");
    Document other;
    QSignalSpy nothing(&other, &Document::computedElsewhere);
    open(other);
    QCOMPARE(nothing.count(), 0); // most machines have none
}

QTEST_GUILESS_MAIN(TestDocumentGpu)
#include "tst_document_gpu.moc"
