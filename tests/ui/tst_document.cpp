#include "ui/document/document.h"
#include "tests/support/sentence_encoder.h"
#include "ui/document/predictions.h"

#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace headlight;
using namespace headlight::ui;

namespace {
const QString kTranslator = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr");
const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
constexpr int kPatience = 60000; // a machine that builds at the same time is slow
} // namespace

class TestDocument : public QObject {
    Q_OBJECT
private slots:
    void typedTextIsTranslated();
    void lengthsOfTraceAndWordsMatch();
    void onlyTheLastOfManyEditsArrives();
    void typingComputesOnlyWhatIsNew();
    void ownTargetKeepsTheEncoder();
    void anotherModelTakesNothingOver();
    void emptyTextClearsThePicture();
    void tooLongTextIsAProblemAndThePictureStays();
    void secondSentenceIsASegment();
    void secondSentenceThatFillsThePositionsSaysSo();
    void ownTargetIsReadInsteadOfTheGenerated();
    void chosenWordIsTakenAndTheTranslationGoesOn();
    void chosenEndEndsTheTranslation();
    void chosenWordGoesBehindATextToContinue();
    void chosenWordFillsTheMask();
    void badFolderLeavesTheOldModel();
    void fileInsideAFolderMeansTheFolder();
    void modelWithoutTokenizerSaysSo();
    void stopKeepsWhatWasThere();
    void predictionsAddUpAndKnowWhatWasWritten();
    void predictsTheClassesOfEachToken_data();
    void predictsTheClassesOfEachToken();
    void blankTokensGetAVisibleSign();
    void namesOfTheTwoSidesComeFromTheModel();

private:
    static void load(Document& document, const QString& text = kSentence);
};

void TestDocument::load(Document& document, const QString& text) {
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(text);
    document.openModel(kTranslator);
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot());
}

void TestDocument::typedTextIsTranslated() {
    Document document;
    load(document);
    const SnapshotPtr snapshot = document.snapshot();
    QVERIFY(!snapshot->target_text.isEmpty());
    QVERIFY(snapshot->source_axis.words.contains(QStringLiteral("cat")));
    QVERIFY(snapshot->milliseconds > 0);
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(QStringLiteral("I am happy."));
    QVERIFY(document.snapshot() == snapshot); // the old picture stays until the new one is there
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot()->source_axis.words.contains(QStringLiteral("happy")));
}

void TestDocument::lengthsOfTraceAndWordsMatch() {
    Document document;
    load(document);
    const RunSnapshot& snapshot = *document.snapshot();
    for (const AttentionKind kind : snapshot.trace().kinds()) {
        const HeadMap map = snapshot.headMap({kind, LayerIndex(0), HeadIndex(0)});
        QCOMPARE(static_cast<std::size_t>(map.queries.words.size()), snapshot.trace().nQueries(kind));
        QCOMPARE(static_cast<std::size_t>(map.keys.words.size()), snapshot.trace().nKeys(kind));
        QCOMPARE(map.keys.special.size(), snapshot.trace().nKeys(kind));
    }
    QCOMPARE(snapshot.written.size(), snapshot.trace().nQueries(AttentionKind::Cross)); // every row writes one token
    QVERIFY(snapshot.target_axis.notes.front().contains(QStringLiteral("writes")));
}

void TestDocument::onlyTheLastOfManyEditsArrives() {
    Document document;
    load(document);
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    for (const char* text : {"I", "I a", "I am", "I am h", "I am happy", "I am happy."})
        document.setText(QString::fromLatin1(text));
    QTRY_COMPARE_WITH_TIMEOUT(document.snapshot()->request.text, QStringLiteral("I am happy."), kPatience);
    QCOMPARE(snapshots.count(), 1);
}

void TestDocument::typingComputesOnlyWhatIsNew() {
    Document document;
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(QStringLiteral("The old man walked slowly to the"));
    document.openModel(QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/books-gpt"));
    QVERIFY(snapshots.wait(kPatience));
    const SnapshotPtr before = document.snapshot();
    QCOMPARE(before->run.n_computed, before->nTokens());
    for (const char* text : {"The old man walked slowly to the sea", "The old man walked slowly", "The old woman walked slowly"}) {
        const SnapshotPtr old = document.snapshot();
        document.setText(QString::fromLatin1(text));
        QVERIFY(snapshots.wait(kPatience));
        const RunSnapshot& now = *document.snapshot();
        const auto& ids = now.run.input.target.ids;
        const auto& old_ids = old->run.input.target.ids;
        const auto differ = std::mismatch(ids.begin(), ids.end(), old_ids.begin(), old_ids.end()).first;
        QCOMPARE(now.run.n_computed, static_cast<std::size_t>(ids.end() - differ));
        QVERIFY(now.run.n_computed < now.nTokens());
        const auto alone = makeSnapshot({now.request.model, now.request.text, {}, {}});
        QVERIFY(alone.ok());
        const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)};
        const Tensor reused = now.trace().weights(head), full = alone.value()->trace().weights(head);
        QVERIFY(std::ranges::equal(reused.span(), full.span()));
    }
}

void TestDocument::ownTargetKeepsTheEncoder() {
    Document document;
    load(document);
    const auto encoder = document.snapshot()->trace().stack(StackKind::Encoder).embedding.buffer;
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setOwnTarget(QStringLiteral("Le chat noir dort"));
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot()->trace().stack(StackKind::Encoder).embedding.buffer == encoder);
    document.setOwnTarget(QStringLiteral("Le chat noir dort bien"));
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot()->trace().stack(StackKind::Encoder).embedding.buffer == encoder);
    QVERIFY(document.snapshot()->run.n_computed <= 2); // the new word only
    document.setOwnTarget({}); // back to generated: it is read off the same encoder
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot()->trace().stack(StackKind::Encoder).embedding.buffer == encoder);
    document.setText(QStringLiteral("The black cat sleeps under the table!"));
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.snapshot()->trace().stack(StackKind::Encoder).embedding.buffer != encoder);
    QCOMPARE(document.snapshot()->run.n_computed, document.snapshot()->nTokens());
}

void TestDocument::anotherModelTakesNothingOver() {
    Document document;
    load(document);
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.openModel(kTranslator); // loaded anew: its weights may be others
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document.snapshot()->run.n_computed, document.snapshot()->nTokens());
}

void TestDocument::emptyTextClearsThePicture() {
    Document document;
    load(document);
    document.setText(QStringLiteral("  "));
    QTRY_VERIFY(!document.snapshot());
    QVERIFY(!document.problem());
}

void TestDocument::tooLongTextIsAProblemAndThePictureStays() {
    Document document;
    load(document);
    const SnapshotPtr before = document.snapshot();
    document.setText(QStringLiteral("The cat sleeps. ").repeated(2000));
    QTRY_VERIFY_WITH_TIMEOUT(document.problem().has_value(), kPatience);
    QVERIFY(document.problem()->kind == ErrorKind::TextTooLong);
    QVERIFY(document.snapshot() == before);
    QSignalSpy replaced(&document, &Document::textReplaced);
    document.cutText(); // what the offer beside the message does
    QTRY_COMPARE_WITH_TIMEOUT(replaced.count(), 1, kPatience);
    QVERIFY(document.text().startsWith(QStringLiteral("The cat sleeps.")));
    QTRY_VERIFY_WITH_TIMEOUT(!document.problem().has_value(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() != before, kPatience);
    document.setText(QStringLiteral("The cat sleeps."));
    QTRY_VERIFY_WITH_TIMEOUT(!document.problem().has_value(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() != before, kPatience);
}

void TestDocument::secondSentenceIsASegment() {
    const headlight::test::SentenceEncoder encoder;
    Document document;
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(QStringLiteral("The black cat sleeps."));
    document.setTextPair(QStringLiteral("It is tired."));
    document.openModel(encoder.path());
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document.takesPair());
    const QStringList both{QStringLiteral("[CLS]"), QStringLiteral("the"), QStringLiteral("black"), QStringLiteral("cat"),
                           QStringLiteral("sleeps"), QStringLiteral("."), QStringLiteral("[SEP]"), QStringLiteral("it"),
                           QStringLiteral("is"), QStringLiteral("tired"), QStringLiteral("."), QStringLiteral("[SEP]")};
    QCOMPARE(document.snapshot()->source_axis.words, both);
    const auto& types = document.snapshot()->run.input.source.type_ids;
    QVERIFY(types == (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}));
    QCOMPARE(document.snapshot()->source_axis.notes.first(), QStringLiteral("segment A"));
    QCOMPARE(document.snapshot()->source_axis.notes.last(), QStringLiteral("segment B"));
    QCOMPARE(document.snapshot()->headMap({}).text, QStringLiteral("The black cat sleeps. / It is tired."));
    document.setTextPair(QStringLiteral(" "));
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document.snapshot()->source_axis.words, both.first(7));
    QVERIFY(document.snapshot()->source_axis.notes.isEmpty());
    document.setTextPair(QStringLiteral("It is."));
    document.openModel(kTranslator); // which reads one text: the second is kept, not read
    QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() && document.snapshot()->isTranslation(), kPatience);
    QVERIFY(!document.problem());
    QVERIFY(!document.snapshot()->request.text_pair);
}

void TestDocument::secondSentenceThatFillsThePositionsSaysSo() {
    const headlight::test::SentenceEncoder encoder;
    Document document;
    document.setText(QStringLiteral("the cat ").repeated(20));
    document.setTextPair(QStringLiteral("it is tired"));
    document.openModel(encoder.path());
    QTRY_VERIFY_WITH_TIMEOUT(document.problem().has_value(), kPatience);
    QVERIFY(document.problem()->kind == ErrorKind::TextTooLong);
    document.cutText(); // 24 positions, 3 of them special, 3 the second sentence's
    QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() && !document.problem(), kPatience);
    QCOMPARE(document.snapshot()->source_axis.words.size(), qsizetype(24));
    document.setTextPair(QStringLiteral("it is ").repeated(20));
    QTRY_VERIFY_WITH_TIMEOUT(document.problem().has_value(), kPatience);
    document.cutText();
    QTRY_VERIFY_WITH_TIMEOUT(document.problem()->message().find("second sentence") != std::string::npos, kPatience);
    QVERIFY(document.text().startsWith(QStringLiteral("the cat"))); // nothing was cut in vain
}

void TestDocument::ownTargetIsReadInsteadOfTheGenerated() {
    Document document;
    load(document);
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setOwnTarget(QStringLiteral("Un chien"));
    QVERIFY(snapshots.wait(kPatience));
    const RunSnapshot& snapshot = *document.snapshot();
    QVERIFY(snapshot.target_axis.words.contains(QStringLiteral("Un")));
    QCOMPARE(snapshot.written.size(), snapshot.run.input.target.size());
    QCOMPARE(snapshot.written.front(), snapshot.run.input.target.ids[1]);
    document.setOwnTarget({});
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(!document.snapshot()->target_axis.words.contains(QStringLiteral("chien")));
}

void TestDocument::chosenWordIsTakenAndTheTranslationGoesOn() {
    Document document;
    load(document);
    const SnapshotPtr own = document.snapshot();
    const std::size_t row = 2;
    const Predictions predictions = predict(own, row).value();
    const Prediction& other = predictions.top.at(predictions.top[0].written ? 1 : 0);
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.chooseWord(own, row, other.id);
    QVERIFY(document.hasChosenWord());
    QVERIFY(snapshots.wait(kPatience));
    const SnapshotPtr chosen = document.snapshot();
    QCOMPARE(chosen->written.at(row), other.id);
    for (std::size_t i = 0; i < row; ++i)
        QCOMPARE(chosen->written[i], own->written[i]); // what was written before stays
    QCOMPARE(chosen->written.size(), chosen->trace().nQueries(AttentionKind::Cross));
    QVERIFY(chosen->target_text.contains(other.word.trimmed()));
    document.chooseWord(own, row, other.id); // a list of an older run
    QVERIFY(document.snapshot() == chosen && !document.textRunner()->running());
    document.forgetChosenWord();
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document.snapshot()->written, own->written);
}

void TestDocument::chosenEndEndsTheTranslation() {
    Document document;
    load(document);
    const SnapshotPtr own = document.snapshot();
    const TokenId end = own->model().spec().generation.eos_tokens.front();
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.chooseWord(own, 3, end);
    QVERIFY(snapshots.wait(kPatience));
    const RunSnapshot& cut = *document.snapshot();
    QCOMPARE(cut.written.size(), std::size_t{4});
    QCOMPARE(cut.written.back(), end);
    QCOMPARE(cut.trace().nQueries(AttentionKind::Cross), std::size_t{4});
}

void TestDocument::chosenWordGoesBehindATextToContinue() {
    Document document;
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(QStringLiteral("The old man went"));
    document.openModel(QStringLiteral("books-gpt"));
    QVERIFY(snapshots.wait(kPatience));
    const SnapshotPtr before = document.snapshot();
    const std::size_t last = before->run.input.target.size() - 1;
    const Predictions predictions = predict(before, last).value();
    QSignalSpy replaced(&document, &Document::textReplaced);
    document.chooseWord(before, last, predictions.top[0].id);
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(replaced.count(), 1);
    QVERIFY(document.text().startsWith(QStringLiteral("The old man went")));
    QVERIFY(document.text().endsWith(predictions.top[0].word));
    QCOMPARE(document.snapshot()->run.input.target.ids.back(), predictions.top[0].id);
    const SnapshotPtr longer = document.snapshot();
    document.setText(QStringLiteral("He")); // edited, and not run yet: the list belongs to another text
    document.chooseWord(longer, longer->run.input.target.size() - 1, predictions.top[0].id);
    QCOMPARE(document.text(), QStringLiteral("He"));
}

void TestDocument::chosenWordFillsTheMask() {
    Document document;
    QSignalSpy snapshots(&document, &Document::snapshotChanged);
    document.setText(QStringLiteral("I want to [MASK] home."));
    document.openModel(QStringLiteral("mini-bert"));
    QVERIFY(snapshots.wait(kPatience));
    const auto& ids = document.snapshot()->run.input.source.ids;
    const TokenId mask = *document.model()->tokenizer()->maskToken();
    const auto row = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), mask) - ids.begin());
    const Prediction best = predict(document.snapshot(), row).value().top[0];
    document.chooseWord(document.snapshot(), row, best.id);
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document.text(), QStringLiteral("I want to %1 home.").arg(best.word));
}

void TestDocument::badFolderLeavesTheOldModel() {
    Document document;
    load(document);
    const auto model = document.model();
    const SnapshotPtr snapshot = document.snapshot();
    QTemporaryDir empty;
    std::optional<Error> error;
    connect(&document, &Document::modelFailed, this, [&error](const Error& failure) { error = failure; });
    document.openModel(empty.path());
    QTRY_VERIFY_WITH_TIMEOUT(error.has_value(), kPatience);
    QVERIFY(!error->summary.empty());
    QVERIFY(document.model() == model);
    QVERIFY(document.snapshot() == snapshot);
}

void TestDocument::fileInsideAFolderMeansTheFolder() {
    Document document;
    QSignalSpy models(&document, &Document::modelChanged);
    document.openModel(kTranslator + QStringLiteral("/config.json"));
    QVERIFY(models.wait(kPatience));
    QCOMPARE(QString::fromStdString(document.model()->folder().filename().string()), QStringLiteral("en-fr"));
}

void TestDocument::modelWithoutTokenizerSaysSo() {
    Document document;
    load(document);
    document.openModel(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/gpt2-lm"));
    QTRY_VERIFY_WITH_TIMEOUT(document.problem().has_value(), kPatience);
    QVERIFY(!document.snapshot()); // the translator's picture under this model's name would lie
}

void TestDocument::stopKeepsWhatWasThere() {
    Document document;
    load(document);
    const SnapshotPtr before = document.snapshot();
    document.setText(QStringLiteral("The cat sleeps. ").repeated(8), true);
    QVERIFY(document.textRunner()->running());
    document.stop();
    QVERIFY(!document.textRunner()->running());
    QTest::qWait(100);
    QVERIFY(document.snapshot() == before);
}

void TestDocument::predictionsAddUpAndKnowWhatWasWritten() {
    Document document;
    load(document);
    const SnapshotPtr snapshot = document.snapshot();
    auto result = predict(snapshot, 1, 5);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
    double total = result->rest;
    for (std::size_t i = 0; i < result->top.size(); ++i) {
        total += result->top[i].probability;
        QVERIFY(i == 0 || result->top[i].probability <= result->top[i - 1].probability);
    }
    QVERIFY(std::abs(total - 1.0) < 1e-4);
    QCOMPARE(result->top.size() + result->n_rest, snapshot->model().spec().vocabulary_size);
    PredictionSource source;
    QSignalSpy changed(&source, &PredictionSource::changed);
    source.request(snapshot, 0);
    source.request(snapshot, 2);
    QVERIFY(changed.wait(kPatience));
    QCOMPARE(source.predictions()->row, std::size_t(2)); // the newest question wins
}

void TestDocument::predictsTheClassesOfEachToken_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("token classes") << "bert-tokens" << QStringList{"LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"};
    QTest::newRow("question answering") << "bert-question" << QStringList{"start", "end"};
}

void TestDocument::predictsTheClassesOfEachToken() {
    QFETCH(const QString, checkpoint);
    QFETCH(const QStringList, names);
    const test::SentenceEncoder encoder(checkpoint.toLatin1().constData());
    Document document;
    document.setText(QStringLiteral("The black cat sleeps."));
    document.openModel(encoder.path());
    QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() && document.snapshot()->source_axis.words.size() == 7, kPatience);
    const SnapshotPtr snapshot = document.snapshot();
    QCOMPARE(PredictionSource::rowCount(*snapshot), std::size_t(7)); // with [CLS] and [SEP]
    QSet<QString> seen;
    double starts = 0.0;
    for (std::size_t row = 0; row < 7; ++row) {
        const auto result = predict(snapshot, row, 5);
        QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
        QCOMPARE(result->top.size(), std::size_t(names.size()));
        for (const Prediction& prediction : result->top)
            seen.insert(prediction.word);
        starts += result->top.front().probability;
    }
    QCOMPARE(seen, QSet<QString>(names.begin(), names.end()));
    if (names.front() == QLatin1String("start")) // shares of the text
        QVERIFY(std::abs(starts - 1.0) < 1e-5);
}

void TestDocument::blankTokensGetAVisibleSign() {
    QCOMPARE(wordText(" cat"), QStringLiteral("cat"));
    QCOMPARE(wordText(" "), QStringLiteral("␣"));
    QCOMPARE(wordText("\n"), QStringLiteral("↵"));
    QCOMPARE(wordText("a\nb"), QStringLiteral("a↵b"));
    QVERIFY(!wordText("").isEmpty());
}

void TestDocument::namesOfTheTwoSidesComeFromTheModel() {
    Document document;
    load(document);
    QCOMPARE(document.snapshot()->source_axis.name, QStringLiteral("English"));
    QCOMPARE(document.snapshot()->target_axis.name, QStringLiteral("French"));
}

QTEST_GUILESS_MAIN(TestDocument)
#include "tst_document.moc"
