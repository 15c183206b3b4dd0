// Going on writing: continuations equal what the core generates, can be stopped, changed at a word, taken and
// dropped.
#include "ui/document/document.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace headlight;
using namespace headlight::ui;

namespace {
const QString kText = QStringLiteral("The old man went");
constexpr int kPatience = 60000; // a machine that builds at the same time is slow

GenerateOptions words(std::size_t n_words, std::size_t n_beams = 1) {
    GenerateOptions options;
    options.max_new_tokens = n_words;
    options.n_beams = n_beams;
    return options;
}
} // namespace

class TestWriting : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup() { document_.reset(); }
    void continuationIsWhatTheCoreGenerates();
    void wordByWordGivesTheSameAsManyAtOnce();
    void samplingDrawsAgainWithTheNextSeed();
    void beamsGoOnToo();
    void anotherWordGoesOnFromThere();
    void everyPathStaysReachable();
    void wordsAppearWhileTheyAreMadeAndStoppingKeepsThem();
    void editedTextLosesItsContinuation();
    void takenContinuationBecomesText();
    void droppedContinuationIsGone();
    void textAtTheLastPositionSaysThereIsNoRoom();
    void settingsApplyToTranslations();
    void settingsSurviveASession();
    void encodersDoNotContinue();

private:
    void open(const QString& model, const QString& text);
    void continueBy(std::size_t n_words);
    [[nodiscard]] Generation generated(GenerateOptions options) const;

    std::unique_ptr<Document> document_;
};

void TestWriting::init() {
    document_ = std::make_unique<Document>();
    open(QStringLiteral("books-gpt"), kText);
}

void TestWriting::open(const QString& model, const QString& text) {
    document_->setText(text);
    document_->openModel(model);
    QTRY_VERIFY_WITH_TIMEOUT(document_->snapshot() && document_->snapshot()->request.text == text &&
                                 QString::fromStdString(document_->snapshot()->model().name()) == model,
                             kPatience);
}

void TestWriting::continueBy(std::size_t n_words) {
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    QVERIFY(document_->canContinue());
    document_->continueText(n_words);
    QVERIFY(snapshots.wait(kPatience));
}

Generation TestWriting::generated(GenerateOptions options) const {
    const Model& model = *document_->model();
    return generate(model,
                    model.prepare({.text = kText.toStdString(), .text_pair = {}, .target = {}}).value(),
                    options)
        .value();
}

void TestWriting::continuationIsWhatTheCoreGenerates() {
    continueBy(12);
    const RunSnapshot& snapshot = *document_->snapshot();
    const Generation expected = generated(words(12));
    QCOMPARE(snapshot.continuation(), expected.new_ids);
    QCOMPARE(snapshot.steps.size(), std::size_t(12));
    QCOMPARE(snapshot.trace().nQueries(AttentionKind::DecoderSelf),
             snapshot.n_given + 11); // the last is not read
    QCOMPARE(snapshot.written.size(), snapshot.n_given + 11);
    for (std::size_t i = 0; i < 12; ++i) {
        const GenerationStep& step = snapshot.steps[i].step;
        QCOMPARE(step.chosen, expected.new_ids[i]);
        QCOMPARE(step.probability, expected.steps[i].probability);
        // And a softmax in double precision over the row that wrote it.
        const Tensor logits = snapshot.model()
                                  .logits(snapshot.trace(), {snapshot.n_given - 1 + i, snapshot.n_given + i})
                                  .value();
        double sum = 0.0;
        const double own = double(logits.span()[static_cast<std::size_t>(step.chosen)]);
        for (const float logit : logits.span())
            sum += std::exp(double(logit) - own);
        QVERIFY(std::abs(1.0 / sum - double(step.probability)) < 1e-5);
        QCOMPARE(snapshot.stepOfRow(snapshot.n_given - 1 + i), &snapshot.steps[i]);
    }
    QVERIFY(!snapshot.stepOfRow(snapshot.n_given - 2)); // a word of the text
    QVERIFY(snapshot.target_axis.notes.at(0).contains(QStringLiteral("next is")));
    QVERIFY(snapshot.target_axis.notes.last().contains(QStringLiteral("writes")));
}

void TestWriting::wordByWordGivesTheSameAsManyAtOnce() {
    for (int i = 0; i < 5; ++i)
        continueBy(1);
    QCOMPARE(document_->snapshot()->continuation(), generated(words(5)).new_ids);
    QCOMPARE(document_->snapshot()->steps.size(), std::size_t(5));
    QCOMPARE(document_->paths().size(), std::size_t(1)); // one path that grew
}

void TestWriting::samplingDrawsAgainWithTheNextSeed() {
    GenerationSettings settings;
    settings.strategy = GenerationSettings::Strategy::Sample;
    settings.temperature = 1.3f;
    settings.top_k = 40;
    settings.seed = 7;
    document_->setGenerationSettings(settings);
    continueBy(10);
    GenerateOptions options = settings.options();
    options.max_new_tokens = 10;
    QCOMPARE(document_->snapshot()->continuation(), generated(options).new_ids);
    QVERIFY(document_->snapshot()->steps.front().step.choices.front().probability !=
            document_->snapshot()->steps.front().step.candidates.front().probability); // temperature and cut
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    document_->drawAgain();
    QCOMPARE(document_->generationSettings().seed, std::uint64_t(8));
    QVERIFY(snapshots.wait(kPatience));
    options.seed = 8;
    QCOMPARE(document_->snapshot()->continuation(), generated(options).new_ids);
    QCOMPARE(document_->paths().size(), std::size_t(2));
}

void TestWriting::beamsGoOnToo() {
    GenerationSettings settings;
    settings.strategy = GenerationSettings::Strategy::Beams;
    settings.n_beams = 3;
    document_->setGenerationSettings(settings);
    continueBy(8);
    const Generation expected = generated(words(8, 3));
    QCOMPARE(document_->snapshot()->continuation(), expected.new_ids);
    QCOMPARE(document_->snapshot()->beam_score, expected.score);
    QCOMPARE(decodingText(document_->snapshot()->decoding), QStringLiteral("beam search, 3 beams"));
}

void TestWriting::anotherWordGoesOnFromThere() {
    continueBy(8);
    const SnapshotPtr own = document_->snapshot();
    const std::size_t row = own->n_given - 1 + 3;
    const TokenId other = own->steps[3].step.candidates[1].id;
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    document_->chooseWord(own, row, other);
    QVERIFY(snapshots.wait(kPatience));
    const RunSnapshot& chosen = *document_->snapshot();
    QCOMPARE(document_->text(), kText); // the text itself stays
    QCOMPARE(chosen.steps.size(), own->steps.size());
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(chosen.written[own->n_given - 1 + i], own->written[own->n_given - 1 + i]);
    QCOMPARE(chosen.written[row], other);
    QVERIFY(chosen.steps[3].by_user);
    QCOMPARE(chosen.steps[3].step.chosen, other);
    QVERIFY(std::abs(chosen.steps[3].step.probability - own->steps[3].step.candidates[1].probability) <
            1e-4f);
    QVERIFY(!chosen.steps[4].by_user);
}

void TestWriting::everyPathStaysReachable() {
    continueBy(8);
    const SnapshotPtr own = document_->snapshot();
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    document_->chooseWord(own, own->n_given + 1, own->steps[2].step.candidates[1].id);
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document_->paths().size(), std::size_t(2));
    QCOMPARE(document_->currentPath(), std::optional<std::size_t>(1));
    QVERIFY(document_->paths()[0].own() && !document_->paths()[1].own());
    QVERIFY(pathLabel(document_->paths()[1], document_->paths()[0]).startsWith(QStringLiteral("… ")));
    document_->goToPath(0);
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document_->snapshot()->continuation(), own->continuation());
    QCOMPARE(document_->snapshot()->steps[5].step.probability, own->steps[5].step.probability);
    QCOMPARE(document_->currentPath(), std::optional<std::size_t>(0));
    QCOMPARE(document_->paths().size(), std::size_t(2));
}

void TestWriting::wordsAppearWhileTheyAreMadeAndStoppingKeepsThem() {
    document_->setDraftPace({.first = {}, .next = {}}); // a fast machine is done before the usual pace tells anything
    std::vector<TokenId> seen;
    connect(document_.get(), &Document::draftChanged, this, [&] {
        if (!seen.empty() || !document_->draft())
            return;
        seen = document_->draft()->ids;
        QCOMPARE(static_cast<std::size_t>(document_->draft()->words.size()), seen.size());
        QCOMPARE(document_->draft()->steps.size(), seen.size());
        QVERIFY(!document_->snapshot()->hasContinuation()); // the picture of before stays meanwhile
        document_->stop();
    });
    document_->continueText(2000);
    QTRY_VERIFY_WITH_TIMEOUT(!seen.empty(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(!document_->textRunner()->running(), kPatience);
    QVERIFY(!document_->draft());
    const std::vector<TokenId> kept = document_->snapshot()->continuation();
    QVERIFY(kept.size() >= seen.size() && kept.size() < 2000);
    QVERIFY(std::equal(seen.begin(), seen.end(), kept.begin()));
    continueBy(3); // and it goes on
    QCOMPARE(document_->snapshot()->steps.size(), kept.size() + 3);
}

void TestWriting::editedTextLosesItsContinuation() {
    continueBy(5);
    document_->setText(QStringLiteral("The old woman"));
    QTRY_COMPARE_WITH_TIMEOUT(document_->snapshot()->request.text, QStringLiteral("The old woman"),
                              kPatience);
    QVERIFY(!document_->snapshot()->hasContinuation());
    QVERIFY(document_->paths().empty());
    QVERIFY(document_->canContinue());
}

void TestWriting::takenContinuationBecomesText() {
    continueBy(6);
    const auto ids = document_->snapshot()->continuation();
    const QString expected = kText + QString::fromStdString(generated(words(6)).text);
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    QSignalSpy replaced(document_.get(), &Document::textReplaced);
    document_->takeContinuation();
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(replaced.count(), 1);
    QCOMPARE(document_->text(), expected);
    const auto& read = document_->snapshot()->run.input.target.ids;
    QVERIFY(read.size() >= ids.size() && std::equal(ids.rbegin(), ids.rend(), read.rbegin()));
    QVERIFY(!document_->snapshot()->hasContinuation());
}

void TestWriting::droppedContinuationIsGone() {
    const auto before = document_->snapshot()->written;
    continueBy(6);
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    document_->dropContinuation();
    QVERIFY(snapshots.wait(kPatience));
    QCOMPARE(document_->snapshot()->written, before);
    QVERIFY(!document_->snapshot()->hasContinuation());
}

void TestWriting::textAtTheLastPositionSaysThereIsNoRoom() {
    const std::size_t positions = document_->model()->spec().decoder->positions.max_positions;
    QVERIFY(positions > 0);
    continueBy(positions); // as far as it goes
    const SnapshotPtr full = document_->snapshot();
    if (full->reached_end)
        QSKIP("the model ended its text before the positions were full");
    QCOMPARE(full->trace().nQueries(AttentionKind::DecoderSelf), positions);
    document_->continueText(1);
    QTRY_VERIFY_WITH_TIMEOUT(document_->problem().has_value(), kPatience);
    QVERIFY(document_->snapshot() == full);
}

void TestWriting::settingsApplyToTranslations() {
    open(QStringLiteral("en-fr"), QStringLiteral("The black cat sleeps under the table."));
    QVERIFY(document_->snapshot()->decoding.strategy ==
            DecodingChoice::Strategy::Beam); // what its own settings say
    QVERIFY(!document_->canContinue());
    GenerationSettings settings;
    settings.strategy = GenerationSettings::Strategy::Greedy;
    QSignalSpy snapshots(document_.get(), &Document::snapshotChanged);
    document_->setGenerationSettings(settings);
    QVERIFY(snapshots.wait(kPatience));
    QVERIFY(document_->snapshot()->decoding.strategy == DecodingChoice::Strategy::Greedy);
    QCOMPARE(document_->snapshot()->steps.size(), document_->snapshot()->written.size());
    for (const WrittenStep& written : document_->snapshot()->steps)
        QCOMPARE(written.step.chosen, written.step.choices.front().id);
    settings.n_tokens = 50; // of texts alone
    document_->setGenerationSettings(settings);
    QTest::qWait(150);
    QVERIFY(!document_->textRunner()->running());
}

void TestWriting::settingsSurviveASession() {
    GenerationSettings settings;
    settings.strategy = GenerationSettings::Strategy::Sample;
    settings.n_tokens = 7;
    settings.n_beams = 3;
    settings.temperature = 0.7f;
    settings.top_k = 0;
    settings.top_p = 0.9f;
    settings.min_p = 0.05f;
    settings.repetition_penalty = 1.2f;
    settings.seed = 0xffffffffffffffffull;
    QCOMPARE(fromJson(toJson(settings), {}), settings);
    QCOMPARE(fromJson({}, settings), settings);
    QJsonObject nonsense{{"strategy", "guess"}, {"tokens", -3}, {"temperature", 0}, {"top_p", "all"}, {"seed", 1.5}};
    QCOMPARE(fromJson(nonsense, settings), settings);
}

void TestWriting::encodersDoNotContinue() {
    open(QStringLiteral("mini-bert"), QStringLiteral("I want to [MASK] home."));
    QVERIFY(!document_->canContinue());
    const SnapshotPtr before = document_->snapshot();
    document_->continueText(5);
    QVERIFY(!document_->textRunner()->running() && document_->snapshot() == before);
}

QTEST_GUILESS_MAIN(TestWriting)
#include "tst_writing.moc"
