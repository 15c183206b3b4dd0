#include "ui/document/run_snapshot.h"

#include "core/generate/generate.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <chrono>

namespace headlight::ui {

namespace {

AxisTokens axisOf(const TokenSequence& sequence, const QString& name) {
    AxisTokens axis;
    axis.name = name;
    axis.special = sequence.special;
    axis.words.reserve(static_cast<qsizetype>(sequence.size()));
    for (const std::string& display : sequence.display)
        axis.words.append(wordText(display));
    return axis;
}

QString languageName(const QString& code) {
    const QLocale::Language language = QLocale(code).language();
    return language == QLocale::C || language == QLocale::AnyLanguage ? QString() : QLocale::languageToString(language);
}

/// Row labels are the tokens read; the note says which one is written there, so that nobody mistakes one for the other.
/// A text that was not generated is followed by its next token rather than by one that was written.
QStringList readWriteNotes(const QStringList& read, const QStringList& written, bool generates) {
    const QString both = generates ? QStringLiteral("reads “%1”, writes “%2”") : QStringLiteral("reads “%1”, next is “%2”");
    QStringList notes;
    notes.reserve(read.size());
    for (qsizetype i = 0; i < read.size(); ++i)
        notes.append(i < written.size() ? both.arg(read[i], written[i])
                                        : QStringLiteral("reads “%1”").arg(read[i]));
    return notes;
}

/// Which sentence of a pair each token belongs to, as the model is told.
QStringList segmentNotes(const TokenSequence& sequence) {
    QStringList notes;
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        const bool second = sequence.sequence[i] == 1 || (i < sequence.type_ids.size() && sequence.type_ids[i] == 1);
        notes.append(second ? QStringLiteral("segment B") : QStringLiteral("segment A"));
    }
    return notes;
}

/// The ids behind each decoder input: the next input, and for a finished translation its end token.
std::vector<TokenId> nextInputs(const ModelSpec& spec, const TokenSequence& target) {
    std::vector<TokenId> written;
    if (target.size() > 1)
        written.assign(target.ids.begin() + 1, target.ids.end());
    if (spec.kind == ModelKind::EncoderDecoder && !spec.generation.eos_tokens.empty())
        written.push_back(spec.generation.eos_tokens.front());
    return written;
}

/// A translation from a word the user chose on: what was written before it and the word itself stay.
Result<void> goOnFrom(RunSnapshot& snapshot, ModelInput input, const RunControl& control, const RunResult* earlier) {
    const Model& model = *snapshot.request.model;
    std::vector<TokenId> kept = snapshot.request.kept_target; // start token first
    const auto n_words = static_cast<TokenId>(model.spec().vocabulary_size);
    const auto stranger = std::find_if(kept.begin(), kept.end(), [n_words](TokenId id) { return id < 0 || id >= n_words; });
    if (stranger != kept.end()) // of a session file somebody edited, or made with another model
        return makeError(ErrorKind::Text, "a chosen word is none of this model's")
            .atItem("token " + std::to_string(*stranger))
            .butFound("ids below " + std::to_string(n_words), std::to_string(*stranger))
            .nextStep("Let the model write its own words again");
    snapshot.written.assign(kept.begin() + 1, kept.end());
    const auto& ends = model.spec().generation.eos_tokens;
    if (std::find(ends.begin(), ends.end(), kept.back()) != ends.end()) { // the user chose to stop there
        kept.pop_back();
        input.target = model.describe(kept);
        HEADLIGHT_ASSIGN(snapshot.run, model.run(std::move(input), control, earlier));
    } else {
        control.report(0.02, "generating");
        input.target = model.describe(kept);
        HEADLIGHT_ASSIGN(Generation generation, generate(model, input, {}, control, earlier));
        snapshot.written.insert(snapshot.written.end(), generation.new_ids.begin(), generation.new_ids.end());
        snapshot.reached_end = generation.reached_end;
        snapshot.run = std::move(generation.run);
    }
    const auto tokenizer = model.tokenizer();
    snapshot.target_text = tokenizer ? QString::fromStdString(tokenizer->decode(snapshot.written)) : QString();
    return {};
}

Result<void> runInto(RunSnapshot& snapshot, const RunControl& control, const RunResult* earlier) {
    const RunRequest& request = snapshot.request;
    const ModelSpec& spec = request.model->spec();
    TextInput text{.text = request.text.toStdString(), .text_pair = {}, .target = {}};
    if (request.text_pair)
        text.text_pair = request.text_pair->toStdString();
    if (spec.kind == ModelKind::EncoderDecoder && request.own_target)
        text.target = request.own_target->toStdString();
    control.report(0.0, "splitting into tokens");
    HEADLIGHT_ASSIGN(ModelInput input, request.model->prepare(text));
    if (!request.kept_target.empty())
        return goOnFrom(snapshot, std::move(input), control, earlier);
    if (spec.kind == ModelKind::EncoderDecoder && spec.head == HeadKind::LanguageModel && !request.own_target) {
        control.report(0.02, "generating");
        HEADLIGHT_ASSIGN(Generation generation, generate(*request.model, input, {}, control, earlier));
        snapshot.written = std::move(generation.new_ids);
        snapshot.target_text = QString::fromStdString(generation.text);
        snapshot.reached_end = generation.reached_end;
        snapshot.run = std::move(generation.run);
        return {};
    }
    HEADLIGHT_ASSIGN(snapshot.run, request.model->run(std::move(input), control, earlier));
    snapshot.target_text = request.own_target.value_or(QString());
    if (spec.hasDecoder())
        snapshot.written = nextInputs(spec, snapshot.run.input.target);
    return {};
}

} // namespace

const AxisTokens& RunSnapshot::queries(AttentionKind kind) const {
    return kind == AttentionKind::EncoderSelf ? source_axis : target_axis;
}

const AxisTokens& RunSnapshot::keys(AttentionKind kind) const {
    return kind == AttentionKind::DecoderSelf ? target_axis : source_axis;
}

QString RunSnapshot::wholeText() const {
    return request.text_pair ? QStringLiteral("%1 / %2").arg(request.text, *request.text_pair) : request.text;
}

HeadMap RunSnapshot::headMap(const HeadAddress& head) const {
    HeadMap map;
    map.trace = run.trace;
    map.head = head;
    map.queries = queries(head.kind);
    map.keys = keys(head.kind);
    map.model_name = QString::fromStdString(model().name());
    map.model_hash = QString::fromStdString(model().identityHash());
    map.text = wholeText();
    return map;
}

Result<SnapshotPtr> makeSnapshot(const RunRequest& request, const RunControl& control, const SnapshotPtr& previous) {
    const auto begin = std::chrono::steady_clock::now();
    auto snapshot = std::make_shared<RunSnapshot>();
    snapshot->request = request;
    HEADLIGHT_CHECK(runInto(*snapshot, control, previous ? &previous->run : nullptr));
    const auto end = std::chrono::steady_clock::now();
    snapshot->milliseconds = std::chrono::duration<double, std::milli>(end - begin).count();

    const auto [source_name, target_name] = sideNames(*request.model);
    const ModelSpec& spec = request.model->spec();
    if (spec.hasEncoder())
        snapshot->source_axis = axisOf(snapshot->run.input.source, source_name);
    if (request.text_pair)
        snapshot->source_axis.notes = segmentNotes(snapshot->run.input.source);
    if (spec.hasDecoder()) {
        snapshot->target_axis = axisOf(snapshot->run.input.target, spec.hasEncoder() ? target_name : source_name);
        snapshot->written_words = wordsOf(*request.model, snapshot->written);
        snapshot->target_axis.notes = readWriteNotes(snapshot->target_axis.words, snapshot->written_words,
                                                     snapshot->isTranslation());
    }
    return SnapshotPtr(std::move(snapshot));
}

QString wordText(const std::string& display) {
    const QString text = QString::fromStdString(display);
    qsizetype begin = 0;
    while (begin < text.size() && text[begin] == QLatin1Char(' '))
        ++begin;
    if (begin < text.size() && !text.mid(begin).trimmed().isEmpty())
        return text.mid(begin).replace(QLatin1Char('\n'), QChar(0x21B5)).replace(QLatin1Char('\t'), QChar(0x21E5));
    if (text.isEmpty())
        return QStringLiteral("∅"); // a token without any text of its own
    QString visible;
    for (const QChar character : text)
        visible += character == QLatin1Char('\n')   ? QChar(0x21B5)
                   : character == QLatin1Char('\t') ? QChar(0x21E5)
                   : character == QLatin1Char('\r') ? QChar(0x240D)
                                                    : QChar(0x2423);
    return visible;
}

QStringList wordsOf(const Model& model, const std::vector<TokenId>& ids) {
    QStringList words;
    for (const std::string& display : model.describe(ids).display)
        words.append(wordText(display));
    return words;
}

std::pair<QString, QString> sideNames(const Model& model) {
    if (model.spec().kind != ModelKind::EncoderDecoder)
        return {QStringLiteral("Text"), QString()};
    static const QRegularExpression pair(QStringLiteral("(?:^|[-_/])([a-z]{2,3})[-_]([a-z]{2,3})$"));
    const auto match = pair.match(QString::fromStdString(model.name()));
    if (match.hasMatch()) {
        const QString source = languageName(match.captured(1)), target = languageName(match.captured(2));
        if (!source.isEmpty() && !target.isEmpty())
            return {source, target};
    }
    return {QStringLiteral("Source"), QStringLiteral("Target")};
}

} // namespace headlight::ui
