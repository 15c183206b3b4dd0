// What encoder-decoders' decoders begin with: classifiers read their source again, translators a language,
// and two sides may have two vocabularies.
#include "core/generate/generate.h"
#include "core/model/decoder_start.h"
#include "core/model/positions.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;
using Json = nlohmann::json;

namespace {

/// A vocabulary of single letters behind `front`, then the codes: Unigram pieces with scores.
Json pieces(const std::vector<std::string>& front, const std::vector<std::string>& codes) {
    Json list = Json::array();
    for (const std::string& piece : front)
        list.push_back({piece, 0.0});
    for (char letter = 'a'; letter <= 'h'; ++letter)
        list.push_back({std::string("\u2581") + letter, -1.0});
    for (const std::string& code : codes)
        list.push_back({code, 0.0});
    return list;
}

void writeMBartTokenizer(const ModelFolder& folder) {
    const Json tokenizer = {
        {"version", "1.0"},
        {"added_tokens", Json::array()},
        {"model",
         {{"type", "Unigram"},
          {"unk_id", 3},
          {"vocab", pieces({"<s>", "<pad>", "</s>", "<unk>"}, {"en_XX", "ro_RO", "<mask>"})}}}};
    folder.writeFile("tokenizer.json", tokenizer.dump());
    folder.writeFile("tokenizer_config.json",
                     Json{{"tokenizer_class", "MBartTokenizer"}, {"src_lang", "en_XX"}}.dump());
}

void writeNllbTokenizer(const ModelFolder& folder, const char* target) {
    Json vocabulary = Json::object();
    for (const auto& piece : pieces({"<s>", "<pad>", "</s>", "<unk>"}, {"eng_Latn", "fra_Latn", "<mask>"}))
        vocabulary[piece[0].get<std::string>()] = vocabulary.size();
    const Json tokenizer = {
        {"version", "1.0"},
        {"added_tokens", Json::array()},
        {"model",
         {{"type", "BPE"}, {"unk_token", "<unk>"}, {"vocab", vocabulary}, {"merges", Json::array()}}}};
    folder.writeFile("tokenizer.json", tokenizer.dump());
    folder.writeFile("tokenizer_config.json", Json{{"tokenizer_class", "NllbTokenizer"},
                                                   {"src_lang", "eng_Latn"},
                                                   {"tgt_lang", target},
                                                   {"extra_special_tokens", {"eng_Latn", "fra_Latn"}}}
                                                  .dump());
}

std::vector<TokenId> targetOf(const Model& model, std::vector<TokenId> ids) {
    const auto run = model.run(model.prepareIds(std::move(ids)).value());
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return run.value().input.target.ids;
}

Tensor classOf(const Model& model, std::vector<TokenId> ids) {
    const auto run = model.run(model.prepareIds(std::move(ids)).value());
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return std::move(model.logits(*run.value().trace, {0, 1})).value();
}

} // namespace

class TestEncoderDecoders : public QObject {
    Q_OBJECT
private slots:
    void classifiersReadTheSourceAgain();
    void classIsReadAtTheLastEndToken();
    void classifierWithoutEndTokenIsAnError();
    void classifierTakesNoTarget();
    void sidesHaveTheirOwnVocabularies();
    void mbartBeginsWithItsLanguage();
    void nllbIsForcedToItsLanguage();
    void unknownLanguagesAreNamed();
    void defaultsOfTheClassStandIn();
    void fairseqSinusoids();
};

void TestEncoderDecoders::classifiersReadTheSourceAgain() {
    QCOMPARE(targetOf(*loadGolden("bart-classifier"), {5, 6, 7, 2}), (std::vector<TokenId>{2, 5, 6, 7}));
    QCOMPARE(targetOf(*loadGolden("bart-answers"), {5, 6, 7, 2}), (std::vector<TokenId>{2, 5, 6, 7}));
    QCOMPARE(targetOf(*loadGolden("t5-classifier"), {5, 6, 7, 1}), (std::vector<TokenId>{0, 5, 6, 7}));
    QCOMPARE(targetOf(*loadGolden("mbart-classifier"), {5, 6, 2, 41}),
             (std::vector<TokenId>{41, 5, 6})); // en_XX comes to the front
    QCOMPARE(targetOf(*loadGolden("bart-lm"), {5, 6, 7, 2}), (std::vector<TokenId>{2}));
}

void TestEncoderDecoders::classIsReadAtTheLastEndToken() {
    const auto model = loadGolden("bart-classifier");
    QCOMPARE(classOf(*model, {5, 2, 6, 2}).shape(), (Shape{1, 3}));
    QVERIFY(largestDifference(classOf(*model, {5, 2, 6, 2}), classOf(*model, {5, 2, 6, 2, 9})) >
            1e-4);                                                                   // the encoder sees the 9
    QCOMPARE(targetOf(*model, {5, 2, 6, 2, 9}), (std::vector<TokenId>{2, 5, 2, 6})); // the decoder does not
}

void TestEncoderDecoders::classifierWithoutEndTokenIsAnError() {
    const auto model = loadGolden("bart-classifier");
    const auto run = model->run(model->prepareIds({5, 6, 7}).value());
    QVERIFY(!run.ok());
    QCOMPARE(run.error().kind, ErrorKind::Text);
    QVERIFY(run.error().message().find("end token") != std::string::npos);
}

void TestEncoderDecoders::classifierTakesNoTarget() {
    const auto input = loadGolden("bart-classifier")->prepareIds({5, 6, 2}, {2, 5});
    QVERIFY(!input.ok());
    QCOMPARE(input.error().kind, ErrorKind::Usage);
}

void TestEncoderDecoders::sidesHaveTheirOwnVocabularies() {
    const auto model = loadGolden("marian-separate"); // 100 source tokens, 90 target tokens
    QVERIFY(model->prepareIds({99, 0}, {89, 5}).ok());
    const auto target = model->prepareIds({5, 0}, {89, 95});
    QVERIFY(!target.ok());
    QVERIFY(target.error().message().find("95") != std::string::npos &&
            target.error().message().find("90") != std::string::npos);
    const auto source = model->prepareIds({100, 0});
    QVERIFY(!source.ok());
    QVERIFY(source.error().message().find("vocabulary of 100") != std::string::npos);
}

void TestEncoderDecoders::mbartBeginsWithItsLanguage() {
    const ModelFolder folder("mbart-lm");
    writeMBartTokenizer(folder);
    const auto model = std::move(folder.load()).value();
    QVERIFY2(model->tokenizer() != nullptr, model->tokenizerProblem().c_str());
    const TokenId romanian = model->tokenizer()->languageToken("ro_RO").value();
    const TokenId english = model->tokenizer()->languageToken("en_XX").value();
    const auto input =
        model->prepare({.text = "a b", .text_pair = {}, .target = "c d", .target_language = "ro_RO"});
    QVERIFY2(input.ok(), input.ok() ? "" : input.error().message().c_str());
    QCOMPARE(input.value().source.ids, (std::vector<TokenId>{4, 5, 2, english}));
    QCOMPARE(input.value().target.ids, (std::vector<TokenId>{romanian, 6, 7}));
    const auto other =
        model->prepare({.text = "a b", .text_pair = {}, .target = {}, .source_language = "ro_RO"});
    QCOMPARE(other.value().source.ids.back(), romanian);
    GenerateOptions options;
    options.max_new_tokens = 3;
    options.n_beams = 1;
    options.target_language = "ro_RO";
    const auto generation = generate(*model, other.value(), options);
    QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
    QCOMPARE(generation.value().run.input.target.ids.front(), romanian);
    QVERIFY(generation.value().new_ids.front() !=
            41); // generation settings force 41 only where nobody chooses
}

void TestEncoderDecoders::nllbIsForcedToItsLanguage() {
    const ModelFolder generating("m2m100-lm");
    generating.editConfig([](Json& config) { config.erase("forced_bos_token_id"); });
    writeNllbTokenizer(generating, "fra_Latn");
    const auto model = std::move(generating.load()).value();
    QVERIFY2(model->tokenizer() != nullptr, model->tokenizerProblem().c_str());
    const TokenId french = model->tokenizer()->languageToken("fra_Latn").value();
    const TokenId english = model->tokenizer()->languageToken("eng_Latn").value();
    const auto input = model->prepare({.text = "a", .text_pair = {}, .target = "b"});
    QVERIFY2(input.ok(), input.ok() ? "" : input.error().message().c_str());
    QCOMPARE(input.value().source.ids.front(), english);
    QCOMPARE(input.value().target.ids.front(), TokenId{2});
    QCOMPARE(input.value().target.ids[1], french);
    ModelInput prompt = input.value();
    prompt.target = {};
    GenerateOptions options;
    options.max_new_tokens = 3;
    QCOMPARE(generate(*model, prompt, options).value().new_ids.front(),
             french); // tokenizer_config.json's tgt_lang
    options.target_language = "eng_Latn";
    QCOMPARE(generate(*model, prompt, options).value().new_ids.front(), english);
}

void TestEncoderDecoders::unknownLanguagesAreNamed() {
    const ModelFolder folder("m2m100-lm");
    writeNllbTokenizer(folder, "fra_Latn");
    const auto model = std::move(folder.load()).value();
    GenerateOptions options;
    options.target_language = "tlh_Latn";
    const auto generation = generate(*model, model->prepareIds({4, 2}).value(), options);
    QVERIFY(!generation.ok());
    QCOMPARE(generation.error().kind, ErrorKind::Usage);
    QVERIFY(generation.error().message().find("tlh_Latn") != std::string::npos);
    QVERIFY(generation.error().message().find("fra_Latn") != std::string::npos);
    options.target_language = "fra_Latn";
    QVERIFY(
        !generate(*loadGolden("bart-lm"), loadGolden("bart-lm")->prepareIds({4, 2}).value(), options).ok());
}

void TestEncoderDecoders::defaultsOfTheClassStandIn() {
    const ModelFolder folder("bart-lm");
    folder.editConfig([](Json& config) {
        for (const char* key : {"decoder_start_token_id", "forced_eos_token_id", "eos_token_id",
                                "activation_function", "scale_embedding"})
            config.erase(key);
    });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QCOMPARE(model.value()->spec().generation.decoder_start_token.value_or(-1), TokenId{2});
    QCOMPARE(model.value()->spec().generation.forced_eos_tokens, (std::vector<TokenId>{2}));
}

void TestEncoderDecoders::fairseqSinusoids() {
    const Tensor table =
        sinusoidalPositions(3, 6, SinusoidLayout::Fairseq); // Vaswani et al. 2017 as tensor2tensor has it
    const double frequencies[] = {1.0, 0.01, 0.0001};
    for (std::size_t position = 0; position < 3; ++position)
        for (std::size_t i = 0; i < 3; ++i) {
            QVERIFY(std::abs(double(table.row(position)[i]) - std::sin(double(position) * frequencies[i])) <
                    1e-6);
            QVERIFY(std::abs(double(table.row(position)[3 + i]) -
                             std::cos(double(position) * frequencies[i])) < 1e-6);
        }
}

QTEST_APPLESS_MAIN(TestEncoderDecoders)
#include "tst_encoder_decoders.moc"
