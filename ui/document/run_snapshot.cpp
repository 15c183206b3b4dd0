#include "ui/document/run_snapshot.h"

#include "core/model/word_groups.h"
#include "ui/document/run_steps.h"
#include "ui/document/word_pieces.h"

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
    giveWords(axis, sequence);
    return axis;
}

/// {"en", "fr"} for a model whose name ends with "en-fr"; empty for others.
std::pair<QString, QString> languagePair(const Model& model) {
    static const QRegularExpression pair(QStringLiteral("(?:^|[-_/])([a-z]{2,3})[-_]([a-z]{2,3})$"));
    const auto match = pair.match(QString::fromStdString(model.name()));
    return {match.captured(1), match.captured(2)};
}

QString languageName(const QString& code) {
    const QLocale::Language language = QLocale(code).language();
    return language == QLocale::C || language == QLocale::AnyLanguage ? QString() : QLocale::languageToString(language);
}

/// Row labels are the tokens read; the note says which one is written there, so that nobody mistakes one for the other.
/// A text that was not generated is followed by its next token rather than by one that was written.
QStringList readWriteNotes(const QStringList& read, const QStringList& written, std::size_t first_writing) {
    const QString writes = QStringLiteral("reads “%1”, writes “%2”"), next_is = QStringLiteral("reads “%1”, next is “%2”");
    QStringList notes;
    notes.reserve(read.size());
    for (qsizetype i = 0; i < read.size(); ++i)
        notes.append(i >= written.size() ? QStringLiteral("reads “%1”").arg(read[i])
                                         : (static_cast<std::size_t>(i) >= first_writing ? writes : next_is).arg(read[i], written[i]));
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

/// The words along both sides, from the run's tokens.
void giveAxes(RunSnapshot& snapshot) {
    const auto [source_name, target_name] = sideNames(snapshot.model());
    const ModelSpec& spec = snapshot.model().spec();
    snapshot.source_joined = joinedTokens(snapshot.run.input.source, snapshot.run.input.source.size());
    snapshot.target_joined = joinedTokens(snapshot.run.input.target, snapshot.n_given);
    if (spec.hasEncoder())
        snapshot.source_axis = axisOf(snapshot.run.input.source, source_name);
    if (snapshot.request.text_pair)
        snapshot.source_axis.notes = segmentNotes(snapshot.run.input.source);
    if (spec.hasDecoder()) {
        snapshot.target_axis = axisOf(snapshot.run.input.target, spec.hasEncoder() ? target_name : source_name);
        snapshot.written_words = wordsOf(snapshot.model(), snapshot.written);
        const std::size_t first_writing = snapshot.isTranslation() ? 0 : snapshot.n_given - 1;
        snapshot.target_axis.notes = readWriteNotes(snapshot.target_axis.words, snapshot.written_words, first_writing);
    }
}

} // namespace

void giveWords(AxisTokens& axis, const TokenSequence& sequence) {
    WordGroups groups = wordGroups(sequence);
    axis.word_tokens = std::move(groups.tokens);
    for (const std::string& text : groups.texts)
        axis.whole_words.append(wordText(text));
}

const AxisTokens& RunSnapshot::queries(AttentionKind kind) const {
    return kind == AttentionKind::EncoderSelf ? source_axis : target_axis;
}

const AxisTokens& RunSnapshot::keys(AttentionKind kind) const {
    return kind == AttentionKind::DecoderSelf ? target_axis : source_axis;
}

QString RunSnapshot::wholeText() const {
    return request.text_pair ? QStringLiteral("%1 / %2").arg(request.text, *request.text_pair) : request.text;
}

const WrittenStep* RunSnapshot::stepOfRow(std::size_t row) const {
    const std::size_t first = n_given == 0 ? 0 : n_given - 1;
    return row >= first && row - first < steps.size() ? &steps[row - first] : nullptr;
}

std::vector<TokenId> RunSnapshot::continuation() const {
    if (!hasContinuation())
        return {};
    return {written.end() - static_cast<std::ptrdiff_t>(steps.size()), written.end()};
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

Result<SnapshotPtr> makeSnapshot(const RunRequest& request, const RunControl& control, const SnapshotPtr& previous,
                                 const TellDraft& tell) {
    const auto begin = std::chrono::steady_clock::now();
    auto snapshot = std::make_shared<RunSnapshot>();
    snapshot->request = request;
    HEADLIGHT_CHECK(runInto(*snapshot, {control, previous ? &previous->run : nullptr, tell}));
    const auto end = std::chrono::steady_clock::now();
    snapshot->milliseconds = std::chrono::duration<double, std::milli>(end - begin).count();

    giveAxes(*snapshot);
    return SnapshotPtr(std::move(snapshot));
}

SnapshotPtr changedSnapshot(const SnapshotPtr& before, RunResult run, double milliseconds) {
    auto after = std::make_shared<RunSnapshot>(*before);
    after->run = std::move(run);
    after->milliseconds = milliseconds;
    after->source_axis = {};
    after->target_axis = {};
    giveAxes(*after);
    return after;
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

QString sourceLanguage(const Model& model) {
    const auto tokenizer = model.tokenizer();
    const QString named = languagePair(model).first;
    const QString code = !named.isEmpty() || !tokenizer ? named : QString::fromStdString(tokenizer->defaultLanguage(TextSide::Source));
    const QLocale locale(code.section(QLatin1Char('_'), 0, 0)); // "eng_Latn", "en_XX"
    return locale.language() == QLocale::C ? QStringLiteral("en") : locale.name().section(QLatin1Char('_'), 0, 0);
}

std::pair<QString, QString> sideNames(const Model& model) {
    if (model.spec().kind != ModelKind::EncoderDecoder)
        return {QStringLiteral("Text"), QString()};
    const auto [source_code, target_code] = languagePair(model);
    const QString source = languageName(source_code), target = languageName(target_code);
    if (!source.isEmpty() && !target.isEmpty())
        return {source, target};
    return {QStringLiteral("Source"), QStringLiteral("Target")};
}

} // namespace headlight::ui
