// The bundled translator from text to text: tokens, shifted targets, translation, and a trace as long as its tokens.
#include "core/compute/backend.h"
#include "core/generate/generate.h"

#include <QtTest>

#include <algorithm>
#include <filesystem>

using namespace headlight;

namespace {

constexpr const char* kSentence = "The black cat sleeps under the table.";

std::filesystem::path folder() { return std::filesystem::path(HEADLIGHT_RESOURCES_DIR) / "models" / "en-fr"; }

} // namespace

class TestBundledModel : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void textBecomesTokensWithTheirBytes();
    void targetIsShiftedRight();
    void refusesWhatIsNoText();
    void offersTheBeginningThatFits();
    void translates();
    void greedyTraceIsAsLongAsItsTokens();

private:
    std::shared_ptr<const Model> model_;
};

void TestBundledModel::initTestCase() {
    if (!std::filesystem::exists(folder() / "model.safetensors"))
        QSKIP("the bundled en-fr model is not there");
    auto loaded = Model::load(folder(), selectBackend({.choice = BackendChoice::Cpu}).value().backend);
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().message().c_str());
    model_ = loaded.value();
    QVERIFY2(model_->tokenizer() != nullptr, model_->tokenizerProblem().c_str());
    QCOMPARE(model_->name(), std::string("en-fr"));
}

void TestBundledModel::textBecomesTokensWithTheirBytes() {
    const auto input = model_->prepare({.text = kSentence, .text_pair = {}, .target = {}});
    QVERIFY(input.ok());
    const TokenSequence& source = input.value().source;
    QVERIFY(source.size() > 3);
    QCOMPARE(source.tokens.size(), source.size());
    QCOMPARE(source.display.size(), source.size());
    QCOMPARE(source.offsets.size(), source.size());
    QVERIFY(source.special.back() && source.sequence.back() == -1); // </s>
    QCOMPARE(source.ids.back(), model_->spec().generation.eos_tokens.front());
    QCOMPARE(source.offsets[0].begin, std::size_t{0});
    QCOMPARE(input.value().target.size(), std::size_t{0});
}

void TestBundledModel::targetIsShiftedRight() {
    const auto input = model_->prepare({.text = kSentence, .text_pair = {}, .target = "Le chat dort."});
    QVERIFY(input.ok());
    const TokenSequence& target = input.value().target;
    QCOMPARE(target.ids.front(), *model_->spec().generation.decoder_start_token);
    QVERIFY(target.special.front());
    QVERIFY(target.ids.back() != model_->spec().generation.eos_tokens.front());
    QCOMPARE(target.text, std::string("Le chat dort."));
    const auto run = model_->run(input.value());
    QVERIFY(run.ok());
    QCOMPARE(run.value().trace->nQueries(AttentionKind::Cross), target.size());
    QCOMPARE(run.value().trace->nKeys(AttentionKind::Cross), input.value().source.size());
    const auto empty = model_->prepare({.text = kSentence, .text_pair = {}, .target = ""});
    QVERIFY(empty.ok());
    QCOMPARE(empty.value().target.size(), std::size_t{1});
}

void TestBundledModel::refusesWhatIsNoText() {
    const auto kindOf = [&](const TextInput& text) {
        const auto input = model_->prepare(text);
        return input.ok() ? ErrorKind::Cancelled : input.error().kind;
    };
    QCOMPARE(kindOf({.text = "", .text_pair = {}, .target = {}}), ErrorKind::Text);
    QCOMPARE(kindOf({.text = "caf\xe9", .text_pair = {}, .target = {}}), ErrorKind::Text);
    QCOMPARE(kindOf({.text = "one", .text_pair = "two", .target = {}}), ErrorKind::Usage);
    std::string long_text;
    for (int i = 0; i < 2000; ++i)
        long_text += "cat ";
    const auto too_long = model_->prepare({.text = long_text, .text_pair = {}, .target = {}});
    QVERIFY(!too_long.ok());
    QVERIFY(too_long.error().message().find(std::to_string(model_->spec().encoder->positions.max_positions)) != std::string::npos);
}

void TestBundledModel::offersTheBeginningThatFits() {
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "I don't sleep. ";
    const auto refused = model_->prepare({.text = text, .text_pair = {}, .target = {}});
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().kind, ErrorKind::TextTooLong);
    const auto beginning = model_->beginningThatFits(text);
    QVERIFY(beginning.ok());
    QVERIFY(text.starts_with(beginning.value()));
    const auto input = model_->prepare({.text = beginning.value(), .text_pair = {}, .target = {}});
    QVERIFY2(input.ok(), input.ok() ? "" : input.error().message().c_str());
    QVERIFY(input.value().source.size() + 4 > model_->spec().encoder->positions.max_positions); // nothing given away
    QCOMPARE(model_->beginningThatFits(kSentence).value(), std::string(kSentence));
}

void TestBundledModel::translates() {
    const auto generation = generate(*model_, model_->prepare({.text = kSentence, .text_pair = {}, .target = {}}).value());
    QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
    QVERIFY(generation.value().reached_end);
    QVERIFY2(generation.value().text.find("chat") != std::string::npos, generation.value().text.c_str());
    QVERIFY(generation.value().score < 0.0);
}

void TestBundledModel::greedyTraceIsAsLongAsItsTokens() {
    GenerateOptions options;
    options.n_beams = 1;
    const auto generation = generate(*model_, model_->prepare({.text = kSentence, .text_pair = {}, .target = {}}).value(), options);
    QVERIFY(generation.ok());
    const RunResult& run = generation.value().run;
    QCOMPARE(run.input.target.size(), generation.value().new_ids.size()); // start token in, end token never read
    QCOMPARE(run.trace->nQueries(AttentionKind::DecoderSelf), run.input.target.size());
    QCOMPARE(run.trace->nKeys(AttentionKind::Cross), run.input.source.size());
    QCOMPARE(generation.value().steps.size(), generation.value().new_ids.size());
}

QTEST_APPLESS_MAIN(TestBundledModel)
#include "tst_bundled_model.moc"
