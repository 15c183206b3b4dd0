// Sizes and positions of safetensors tensors, one rejection a slot, and files that are something else
// altogether. Reference: https://github.com/huggingface/safetensors, README "Format".
#include "tests/core/checkpoint/safetensors_cases.h"

using namespace headlight;
using namespace headlight::testing;

class TestSafetensorsLayout : public QObject {
    Q_OBJECT
private slots:
    // Sizes

    void rejectsOverflowingShapes_data() {
        QTest::addColumn<QByteArray>("shape");
        QTest::newRow("product") << QByteArray("[4294967296,4294967296]");
        QTest::newRow("wraps to the right size") << QByteArray("[9223372036854775809,2]");
        QTest::newRow("bits") << QByteArray("[1152921504606846976]");
        QTest::newRow("overflow before a zero")
            << QByteArray("[18446744073709551615,18446744073709551615,0]");
    }
    void rejectsOverflowingShapes() {
        QFETCH(QByteArray, shape);
        refuses(openHeader("{" + entry("a", "F32", shape.toStdString(), "[0,8]") + "}", 8),
                "tensor size overflows", "a");
    }
    void rejectsSizesThatAreNotWholeBytes() {
        refuses(openHeader("{" + entry("a", "F4", "[3]", "[0,2]") + "}", 2),
                "tensor does not end at a whole byte", "a");
        refuses(openHeader("{" + entry("a", "F6_E2M3", "[2]", "[0,2]") + "}", 2),
                "tensor does not end at a whole byte", "a");
    }
    void rejectsOffsetsThatDoNotMatchTheShape() {
        refuses(openHeader("{" + entry("a", "F32", "[2]", "[0,4]") + "}", 4),
                "tensor size does not match its shape", "a");
        refuses(openHeader("{" + entry("a", "F16", "[2]", "[0,8]") + "}", 8),
                "tensor size does not match its shape", "a");
        refuses(openHeader("{" + entry("a", "F32", "[]", "[0,0]") + "}", 0),
                "tensor size does not match its shape", "a");
    }

    // Layout

    void rejectsAFirstTensorThatIsNotAtZero() {
        refuses(openHeader("{" + entry("a", "F32", "[1]", "[4,8]") + "}", 8), "hole between tensors", "a");
    }
    void rejectsHoles() {
        refuses(openHeader("{" + kGood + "," + entry("b", "F32", "[1]", "[12,16]") + "}", 16),
                "hole between tensors", "b");
    }
    void rejectsOverlappingOffsets() {
        refuses(openHeader("{" + kGood + "," + entry("b", "F32", "[2]", "[4,12]") + "}", 12),
                "tensors overlap", "b");
    }
    void rejectsSharedData() {
        refuses(openHeader("{" + kGood + "," + entry("b", "F32", "[2]", "[0,8]") + "}", 8), "tensors overlap",
                "b");
    }
    void rejectsZeroSizedTensorsInsideAnother() {
        refuses(openHeader("{" + kGood + "," + entry("b", "F32", "[0]", "[4,4]") + "}", 8), "tensors overlap",
                "b");
    }
    void rejectsFilesCutShort() {
        refuses(openHeader("{" + kGood + "}", 7), "file is cut short", "a");
        refuses(
            openHeader("{" + entry("a", "U8", "[18446744073709551615]", "[0,18446744073709551615]") + "}", 7),
            "tensor size overflows", "a");
        refuses(
            openHeader("{" + entry("a", "U8", "[2305843009213693951]", "[0,2305843009213693951]") + "}", 7),
            "file is cut short", "a");
    }
    void rejectsBytesAfterTheLastTensor() {
        refuses(openHeader("{" + kGood + "}", 9), "bytes after the last tensor", "a");
        refuses(openHeader("{}", 1), "bytes after the last tensor", "header");
    }

    // What the file really is

    void saysWhatAForeignFileIs_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("found");
        QTest::newRow("Git LFS") << QByteArray(
                                        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
                                 << QByteArray("a Git LFS pointer");
        QTest::newRow("HTML") << QByteArray("<!DOCTYPE html><html>") << QByteArray("an HTML page");
        QTest::newRow("HTML after blanks") << QByteArray("\n\n <HTML lang=en>") << QByteArray("an HTML page");
        QTest::newRow("ZIP") << QByteArray("PK\3\4\0\0\0\0\0\0", 10)
                             << QByteArray("a ZIP archive (PyTorch .bin and .pt files are that too)");
        QTest::newRow("GGUF") << QByteArray("GGUF\3\0\0\0\1\0", 10) << QByteArray("a GGUF file");
        QTest::newRow("pickle") << QByteArray("\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.")
                                << QByteArray("a Python pickle (an old PyTorch file)");
        QTest::newRow("gzip") << QByteArray("\x1f\x8b\x08\0\0\0\0\0\0\0", 10) << QByteArray("a gzip archive");
        QTest::newRow("HDF5") << QByteArray("\x89HDF\r\n\x1a\n\0\0", 10)
                              << QByteArray("an HDF5 file (TensorFlow weights)");
    }
    void saysWhatAForeignFileIs() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, found);
        const auto result = openBytes(bytes.toStdString());
        QVERIFY(!result.ok());
        QCOMPARE(result.error().summary.c_str(), "not a safetensors file");
        QCOMPARE(result.error().found.c_str(), found.constData());
        QVERIFY(!result.error().next_step.empty());
    }
    void aHeaderLengthThatLooksLikeAPickleIsStillSafetensors() {
        std::string header = "{" + kGood + "}";
        header.resize(0x010280, ' '); // little-endian 80 02 01
        QVERIFY(openHeader(header, 8).ok());
    }
};

QTEST_APPLESS_MAIN(TestSafetensorsLayout)
#include "tst_safetensors_layout.moc"
