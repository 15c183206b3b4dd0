#include "ui/document/examples.h"

#include "ui/document/run_snapshot.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

/// A static library's resources are known only to those who ask for them; stands outside any namespace, as Qt wants it.
static void initExamples() { Q_INIT_RESOURCE(examples); }

namespace headlight::ui {

namespace {

constexpr qint64 kLargestFile = 256 * 1024; ///< bytes; a stranger's folder may hold anything
constexpr qsizetype kLongestText = 2000;
constexpr qsizetype kLongestTitle = 60;
constexpr qsizetype kLongestNote = 300;
constexpr std::size_t kMost = 40;

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.size() <= kLargestFile ? file.readAll() : QByteArray();
}

QString kindFile(ModelKind kind) {
    switch (kind) {
    case ModelKind::EncoderOnly:
        return QStringLiteral(":/headlight/examples/encoder.json");
    case ModelKind::DecoderOnly:
        return QStringLiteral(":/headlight/examples/decoder.json");
    case ModelKind::EncoderDecoder:
        return QStringLiteral(":/headlight/examples/translator.json");
    }
    return {};
}

QString maskOf(const Model& model) {
    const auto tokenizer = model.tokenizer();
    const auto mask = tokenizer && model.spec().head == HeadKind::MaskedLanguageModel ? tokenizer->maskToken()
                                                                                      : std::nullopt;
    const auto token = mask ? tokenizer->idToToken(*mask) : std::nullopt;
    return token ? QString::fromUtf8(token->data(), static_cast<qsizetype>(token->size())) : QString();
}

} // namespace

std::vector<Example> readExamples(const QByteArray& json, const QString& mask, const QString& language) {
    static const QString kMask = QStringLiteral("{mask}");
    std::vector<Example> examples;
    const QJsonArray list = QJsonDocument::fromJson(json).object()[QStringLiteral("examples")].toArray();
    for (const QJsonValue& value : list) {
        const QJsonObject object = value.toObject();
        const auto field = [&](const char* name) {
            return object[QLatin1String(name)].toString().simplified();
        };
        Example example{field("title"), field("text"), field("text_pair"), field("note")};
        const QString its_language = field("language");
        if (example.title.isEmpty() || example.text.isEmpty() || example.title.size() > kLongestTitle ||
            example.text.size() > kLongestText || example.text_pair.size() > kLongestText ||
            example.note.size() > kLongestNote)
            continue;
        if ((example.text.contains(kMask) && mask.isEmpty()) ||
            (!its_language.isEmpty() && !language.isEmpty() && its_language != language))
            continue;
        example.text.replace(kMask, mask);
        examples.push_back(std::move(example));
        if (examples.size() == kMost)
            break;
    }
    return examples;
}

std::vector<Example> examplesFor(const Model& model) {
    const QString mask = maskOf(model);
    const QString beside = QString::fromStdString((model.folder() / "examples.json").string());
    std::vector<Example> examples = readExamples(contentOf(beside), mask, {});
    initExamples();
    if (examples.empty())
        examples = readExamples(contentOf(kindFile(model.spec().kind)), mask, sourceLanguage(model));
    return examples;
}

} // namespace headlight::ui
