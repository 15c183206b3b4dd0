// A tiny BERT that reads words: a golden checkpoint, the masked language model's if not said otherwise, with a vocabulary of its own.
#pragma once

#include <QDir>
#include <QFile>
#include <QString>
#include <QTemporaryDir>

namespace headlight::test {

/// Knows "the black cat sleeps under table . it is tired", reads at most 24 tokens, fills masks at random.
class SentenceEncoder {
public:
    explicit SentenceEncoder(const char* checkpoint = "bert-mlm") {
        const QDir golden(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/%1").arg(QLatin1String(checkpoint)));
        for (const QString& name : {QStringLiteral("config.json"), QStringLiteral("model.safetensors")})
            if (!QFile::copy(golden.filePath(name), folder_.filePath(name)))
                qFatal("cannot copy %s", qPrintable(name));
        QByteArray lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nblack\ncat\nsleeps\nunder\ntable\n.\nit\nis\ntired\n";
        for (qsizetype unused = lines.count('\n'); unused < kVocabulary; ++unused)
            lines += "unused" + QByteArray::number(unused) + '\n';
        QFile vocabulary(folder_.filePath(QStringLiteral("vocab.txt")));
        if (!vocabulary.open(QIODevice::WriteOnly) || vocabulary.write(lines) != lines.size())
            qFatal("cannot write vocab.txt");
    }
    [[nodiscard]] QString path() const { return folder_.path(); }

private:
    static constexpr qsizetype kVocabulary = 101; ///< of the golden checkpoint
    QTemporaryDir folder_;
};

} // namespace headlight::test
