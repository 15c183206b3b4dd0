// config.json from a stranger: every way it can be wrong is named, and a good model loads afterwards.
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;
using Json = nlohmann::json;

class TestConfigRejections : public QObject {
    Q_OBJECT
private slots:
    void namesTheKeyAndWhatIsWrong_data();
    void namesTheKeyAndWhatIsWrong();
    void namesAnUnknownArchitectureAndListsSupportedOnes();
    void namesAnUnknownModelType();
    void namesATypeThatContradictsTheArchitecture();
    void refusesAHeadItDoesNotHave();
    void saysWhyItRefuses_data();
    void saysWhyItRefuses();
    void refusesAConfigWithoutArchitecture();
    void assumesTheUsualArchitectureWhereOnlyTheTypeIsGiven();
    void refusesAMissingConfig();
    void refusesAGenerationConfigThatIsBroken();
    void refusesAMarianWithoutStartToken();
    void refusesAStartTokenOutsideTheVocabulary();
    void cleanup();
};

void TestConfigRejections::namesTheKeyAndWhatIsWrong_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* name, const char* golden, const char* key, const char* value) {
        QTest::newRow(name) << golden << key << value;
    };
    row("text as size", "gpt2-lm", "n_embd", "\"24\"");
    row("fraction as size", "gpt2-lm", "n_embd", "24.5");
    row("list as size", "bert-mlm", "hidden_size", "[32]");
    row("zero layers", "gpt2-lm", "n_layer", "0");
    row("negative heads", "gpt2-lm", "n_head", "-4");
    row("zero width", "marian-swish", "d_model", "0");
    row("heads that do not divide", "gpt2-lm", "n_head", "5");
    row("heads that do not divide (BERT)", "bert-mlm", "num_attention_heads", "3");
    row("heads that do not divide (Marian decoder)", "marian-swish", "decoder_attention_heads", "7");
    row("more heads than width", "gpt2-lm", "n_head", "48");
    row("a thousand million layers", "gpt2-lm", "n_layer", "1000000000");
    row("a thousand million layers (BERT)", "bert-mlm", "num_hidden_layers", "1000000000");
    row("a thousand million layers (Marian)", "marian-swish", "encoder_layers", "1000000000");
    row("vocabulary of 2^40", "gpt2-lm", "vocab_size", "1099511627776");
    row("epsilon of zero", "bert-mlm", "layer_norm_eps", "0.0");
    row("negative epsilon", "bert-mlm", "layer_norm_eps", "-1e-5");
    row("huge epsilon", "gpt2-lm", "layer_norm_epsilon", "1e300");
    row("epsilon as text", "gpt2-lm", "layer_norm_epsilon", "\"NaN\"");
    row("unknown activation", "gpt2-lm", "activation_function", "\"gelu_funny\"");
    row("activation as number", "bert-mlm", "hidden_act", "1");
    row("number as flag", "marian-swish", "scale_embedding", "1");
    row("pre-norm Marian", "marian-swish", "normalize_before", "true");
    row("Marian with an embedding norm", "marian-swish", "normalize_embedding", "true");
    row("other decoder vocabulary", "marian-swish", "decoder_vocab_size", "91");
    row("relative positions in BERT", "bert-mlm", "position_embedding_type", "\"relative_key\"");
    row("BERT as decoder", "bert-mlm", "is_decoder", "true");
    row("GPT-2 with cross attention", "gpt2-lm", "add_cross_attention", "true");
    row("pruned heads", "bert-mlm", "pruned_heads", "{\"1\": [0, 2]}");
    row("zero width (DistilBERT)", "distilbert-mlm", "dim", "0");
    row("heads that do not divide (DistilBERT)", "distilbert-mlm", "n_heads", "5");
    row("unknown activation (DistilBERT)", "distilbert-mlm", "activation", "\"gelu_funny\"");
    row("relative positions in RoBERTa", "roberta-mlm", "position_embedding_type", "\"relative_key_query\"");
    row("RoBERTa as decoder", "roberta-mlm", "is_decoder", "true");
    row("RoBERTa as half of an encoder-decoder", "roberta-mlm", "add_cross_attention", "true");
    row("no position but padding's (RoBERTa)", "roberta-mlm", "max_position_embeddings", "2");
    row("negative padding token (RoBERTa)", "roberta-mlm", "pad_token_id", "-1");
    row("more groups than layers (ALBERT)", "albert-mlm", "num_hidden_groups", "4");
    row("groups of nothing (ALBERT)", "albert-mlm", "inner_group_num", "0");
    row("groups of a thousand million layers (ALBERT)", "albert-mlm", "inner_group_num", "1000000000");
    row("zero embedding (ALBERT)", "albert-mlm", "embedding_size", "0");
    row("text as embedding (ELECTRA)", "electra-mlm", "embedding_size", "\"16\"");
    row("no position but padding's (MPNet)", "mpnet-mlm", "max_position_embeddings", "1");
    row("other distance buckets (MPNet)", "mpnet-mlm", "relative_attention_num_buckets", "16");
    row("heads that do not divide (BART)", "bart-lm", "encoder_attention_heads", "5");
    row("zero layers (BART)", "bart-lm", "decoder_layers", "0");
    row("activation as list (BART)", "bart-lm", "activation_function", "[\"gelu\"]");
    row("class names as text (BART)", "bart-classifier", "id2label", "\"yes\"");
    row("padding token outside the vocabulary (M2M100)", "m2m100-lm", "pad_token_id", "60");
    row("number as flag (mBART)", "mbart-lm", "scale_embedding", "1");
    row("forced language outside the vocabulary", "m2m100-lm", "forced_bos_token_id", "60");
    row("zero heads (T5)", "t5-relu", "num_heads", "0");
    row("head size as text (T5)", "t5-relu", "d_kv", "\"8\"");
    row("zero head size (T5)", "t5-relu", "d_kv", "0");
    row("negative decoder layers (T5)", "t5-relu", "num_decoder_layers", "-1");
    row("too few buckets (T5)", "t5-relu", "relative_attention_num_buckets", "3");
    row("largest distance too small (T5)", "t5-relu", "relative_attention_max_distance", "4");
    row("largest distance of 10^9 (T5)", "t5-relu", "relative_attention_max_distance", "1000000000");
    row("gated twice (T5)", "t5-relu", "feed_forward_proj", "\"gated-gelu-new\"");
    row("unknown activation (T5)", "t5-relu", "dense_act_fn", "\"funny\"");
    row("class names as list", "bert-classifier", "id2label", "[\"a\", \"b\"]");
    row("a class without name", "bert-classifier", "id2label", "{\"0\": \"a\", \"2\": \"b\"}");
    row("negative token id", "gpt2-lm", "eos_token_id", "-2");
    row("bad words that are none", "marian-swish", "bad_words_ids", "[89]");
    row("beams of zero", "marian-swish", "num_beams", "0");
}

void TestConfigRejections::namesTheKeyAndWhatIsWrong() {
    QFETCH(const QString, golden);
    QFETCH(const QString, key);
    QFETCH(const QString, value);
    const ModelFolder folder(golden.toStdString());
    folder.editConfig([&](Json& config) { config[key.toStdString()] = Json::parse(value.toStdString()); });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Config);
    QCOMPARE(error.item, key.toStdString());
    QVERIFY2(error.file.ends_with("config.json"), error.file.c_str());
    QVERIFY(!error.summary.empty() && !error.expected.empty() && !error.found.empty());
}

void TestConfigRejections::namesAnUnknownArchitectureAndListsSupportedOnes() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) {
        config["architectures"] = {"MambaForCausalLM"};
        config["model_type"] = "mamba";
    });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Config);
    for (const char* part : {"MambaForCausalLM", "mamba", "gpt2", "marian", "bert", "llama", "t5"})
        QVERIFY2(error.message().find(part) != std::string::npos, error.message().c_str());
}

void TestConfigRejections::namesAnUnknownModelType() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) {
        config.erase("architectures");
        config["model_type"] = "mamba";
    });
    QVERIFY(loadError(folder).message().find("mamba") != std::string::npos);
}

void TestConfigRejections::namesATypeThatContradictsTheArchitecture() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) { config["model_type"] = "bert"; });
    QCOMPARE(loadError(folder).summary, std::string("model type bert contradicts architecture GPT2LMHeadModel"));
}

void TestConfigRejections::refusesAHeadItDoesNotHave() {
    const ModelFolder folder("bert-mlm");
    folder.editConfig([](Json& config) { config["architectures"] = {"BertForSpeech"}; });
    const Error error = loadError(folder);
    QVERIFY(error.message().find("BertForSpeech") != std::string::npos);
    QVERIFY(error.message().find("BertForMaskedLM") != std::string::npos);
}

void TestConfigRejections::saysWhyItRefuses_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("reason");
    QTest::newRow("BERT as decoder") << "bert" << "BertLMHeadModel" << "as a decoder";
    QTest::newRow("RoBERTa as decoder") << "roberta" << "RobertaForCausalLM" << "as a decoder";
    QTest::newRow("DeBERTa") << "deberta" << "DebertaForMaskedLM" << "one product of query and key";
    QTest::newRow("DeBERTa v2 and v3") << "deberta-v2" << "DebertaV2ForMaskedLM" << "one product of query and key";
}

void TestConfigRejections::saysWhyItRefuses() {
    QFETCH(const QString, type);
    QFETCH(const QString, architecture);
    QFETCH(const QString, reason);
    const ModelFolder folder("bert-mlm");
    folder.editConfig([&](Json& config) {
        config["model_type"] = type.toStdString();
        config["architectures"] = {architecture.toStdString()};
    });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Config);
    QVERIFY(error.summary.find(architecture.toStdString()) != std::string::npos);
    QVERIFY2(error.message().find(reason.toStdString()) != std::string::npos, error.message().c_str());
}

void TestConfigRejections::refusesAConfigWithoutArchitecture() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) {
        config.erase("architectures");
        config.erase("model_type");
    });
    QVERIFY(loadError(folder).message().find("architecture") != std::string::npos);
}

void TestConfigRejections::assumesTheUsualArchitectureWhereOnlyTheTypeIsGiven() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) { config.erase("architectures"); });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QCOMPARE(model.value()->spec().head, HeadKind::LanguageModel);
}

void TestConfigRejections::refusesAMissingConfig() {
    const ModelFolder folder("gpt2-lm");
    std::filesystem::remove(folder.path() / "config.json");
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::File);
    QVERIFY(error.message().find("config.json") != std::string::npos);
}

void TestConfigRejections::refusesAGenerationConfigThatIsBroken() {
    const ModelFolder folder("gpt2-lm");
    folder.writeFile("generation_config.json", "{\"max_length\": ");
    QVERIFY(loadError(folder).message().find("generation_config.json") != std::string::npos);
    folder.writeFile("generation_config.json", "{\"max_length\": \"long\"}");
    const Error error = loadError(folder);
    QCOMPARE(error.item, std::string("max_length"));
    QVERIFY(error.file.ends_with("generation_config.json"));
}

void TestConfigRejections::refusesAMarianWithoutStartToken() {
    const ModelFolder folder("marian-swish");
    folder.editConfig([](Json& config) { config.erase("decoder_start_token_id"); });
    QCOMPARE(loadError(folder).item, std::string("decoder_start_token_id"));
}

void TestConfigRejections::refusesAStartTokenOutsideTheVocabulary() {
    const ModelFolder folder("marian-swish");
    folder.editConfig([](Json& config) { config["decoder_start_token_id"] = 90; });
    QCOMPARE(loadError(folder).item, std::string("decoder_start_token_id"));
}

void TestConfigRejections::cleanup() {
    const auto model = loadGolden("gpt2-lm"); // whatever was refused, the next good model loads and runs
    QVERIFY(model->run(model->prepareIds({1, 2, 3}).value()).ok());
}

QTEST_APPLESS_MAIN(TestConfigRejections)
#include "tst_config_rejections.moc"
