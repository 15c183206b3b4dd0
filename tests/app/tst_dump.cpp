// dump: the names, shapes and numbers of a safetensors file, against files made with Hugging Face transformers.
#include "tests/app/program.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include <cmath>
#include <cstring>

using namespace headlight::test;

namespace {

/// A safetensors file read the plain way, so that reader and writer of the program are not tested by themselves.
struct TensorFile {
    QJsonObject header;
    QByteArray data;

    [[nodiscard]] QStringList names() const {
        QStringList all = header.keys();
        all.removeAll("__metadata__");
        return all;
    }
    [[nodiscard]] QJsonArray shape(const QString& name) const { return header[name]["shape"].toArray(); }
    [[nodiscard]] QList<float> values(const QString& name) const {
        const qint64 begin = header[name]["data_offsets"][0].toInteger();
        const qint64 end = header[name]["data_offsets"][1].toInteger();
        QList<float> floats((end - begin) / qint64(sizeof(float)));
        std::memcpy(floats.data(), data.constData() + begin, static_cast<std::size_t>(end - begin));
        return floats;
    }
};

TensorFile readTensors(const QString& path) {
    QFile file(path);
    TensorFile read;
    if (!file.open(QIODevice::ReadOnly))
        return read;
    std::uint64_t length = 0;
    const QByteArray bytes = file.readAll();
    std::memcpy(&length, bytes.constData(), sizeof length);
    read.header = QJsonDocument::fromJson(bytes.mid(8, static_cast<qsizetype>(length))).object();
    read.data = bytes.mid(static_cast<qsizetype>(8 + length));
    return read;
}

QByteArray joined(const QJsonArray& ids) {
    QByteArray text;
    for (const QJsonValue id : ids)
        text += (text.isEmpty() ? "" : ",") + QByteArray::number(id.toInt());
    return text;
}

} // namespace

class TestDump : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    QByteArray out() const { return folder_.filePath("dump.safetensors").toUtf8(); }

private slots:
    void equalsTransformers_data() {
        QTest::addColumn<QByteArray>("checkpoint");
        QTest::addColumn<double>("tolerance");
        for (const char* name : {"marian-f16", "marian-relu", "gpt2-lm", "gpt2-f16", "bert-mlm", "bert-classifier", "bert-headless"})
            QTest::newRow(name) << QByteArray(name) << 1e-4;
    }
    void equalsTransformers() {
        QFETCH(QByteArray, checkpoint);
        QFETCH(double, tolerance);
        QFile file(golden(checkpoint) + "/golden.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject inputs = QJsonDocument::fromJson(file.readAll()).object();
        QList<QByteArray> words{"dump", "--model", golden(checkpoint), "--out", out(), "--backend", "cpu", "--ids", joined(inputs["ids"].toArray())};
        if (inputs.contains("target_ids"))
            words << "--target-ids" << joined(inputs["target_ids"].toArray());
        if (inputs.contains("type_ids"))
            words << "--type-ids" << joined(inputs["type_ids"].toArray());
        const ProgramRun run = runProgram(words);
        QVERIFY2(run.exit_code == 0, run.error);
        QVERIFY(run.output.isEmpty());
        const TensorFile expected = readTensors(golden(checkpoint) + "/golden.safetensors");
        const TensorFile found = readTensors(out());
        QCOMPARE(found.names(), expected.names());
        for (const QString& name : expected.names()) {
            QCOMPARE(found.shape(name), expected.shape(name));
            QCOMPARE(found.header[name]["dtype"].toString(), QString("F32"));
            const QList<float> want = expected.values(name);
            const QList<float> got = found.values(name);
            const double allowed = name.endsWith("weights") ? 1e-5 : tolerance;
            for (qsizetype i = 0; i < want.size(); ++i) {
                // transformers masks with the lowest float, we with -infinity
                const bool masked = name.endsWith("scores") && want[i] < -1e30f;
                const bool equal = masked ? got[i] < -1e30f : std::abs(double(got[i]) - double(want[i])) <= allowed;
                QVERIFY2(equal, qPrintable(QString("%1[%2]: %3, expected %4").arg(name).arg(i).arg(got[i]).arg(want[i])));
            }
        }
    }

    void writesOnlyWhatWasAskedFor() {
        const ProgramRun run = runProgram({"dump", "--model", golden("gpt2-lm"), "--ids", "1,2,3", "--out", out(), "--what", "weights,logits", "--layers", "1"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(readTensors(out()).names(), (QStringList{"decoder.1.self.weights", "logits"}));
    }

    void carriesTextTokensAndModelAsMetadata() {
        const ProgramRun run = runProgram({"dump", "--model", "en-fr", "--text", "The cat sleeps.", "--out", out(), "--what", "weights"});
        QVERIFY2(run.exit_code == 0, run.error);
        const QJsonObject metadata = readTensors(out()).header["__metadata__"].toObject();
        QVERIFY(metadata["model"].toString().contains("en-fr"));
        QVERIFY(metadata["model_hash"].toString().size() >= 8);
        QVERIFY(metadata["target_source"].toString().contains("generated"));
        QVERIFY(metadata["text"].toString().contains("The cat sleeps."));
        QVERIFY(metadata["target_text"].toString().contains("chat"));
        const QJsonArray ids = QJsonDocument::fromJson(metadata["ids"].toString().toUtf8()).array();
        const QJsonArray shape = readTensors(out()).shape("encoder.0.self.weights");
        QCOMPARE(shape[1].toInt(), static_cast<int>(ids.size()));
        const QJsonArray target_ids = QJsonDocument::fromJson(metadata["target_ids"].toString().toUtf8()).array();
        const QJsonArray cross = readTensors(out()).shape("decoder.0.cross.weights");
        QCOMPARE(cross[1].toInt(), static_cast<int>(target_ids.size()));
        QCOMPARE(cross[2].toInt(), static_cast<int>(ids.size()));
    }

    void isTheSameFileTwice() {
        const QList<QByteArray> words{"dump", "--model", "en-fr", "--text", "The cat sleeps.", "--out", out()};
        const auto contents = [this] {
            QFile file(out());
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QCOMPARE(runProgram(words).exit_code, 0);
        const QByteArray first = contents();
        QCOMPARE(runProgram(words).exit_code, 0);
        QVERIFY(!first.isEmpty() && contents() == first);
    }
};

QTEST_GUILESS_MAIN(TestDump)
#include "tst_dump.moc"
