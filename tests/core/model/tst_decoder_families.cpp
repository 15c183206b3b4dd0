// Decoder-only families beyond their golden numbers: spellings of config.json, options switched off, what is refused by
// name, names of tensors.
#include "core/model/families/registry.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;
using Json = nlohmann::json;

namespace {

Json configOf(const std::string& golden) {
    return Json::parse(std::ifstream(goldenRoot() / golden / "config.json"));
}

Result<ModelSpec> specOf(const Json& json) {
    HEADLIGHT_ASSIGN(const ConfigReader file, ConfigReader::fromJson(json, "config.json"));
    HEADLIGHT_ASSIGN(const FamilyChoice choice, chooseFamily(file));
    HEADLIGHT_ASSIGN(const ConfigReader config, withDefaults(file, *choice.family));
    return choice.family->readSpec(config, choice.architecture);
}

/// The decoder of a golden configuration with `changes` merged into it; null keys are set to null, not removed.
StackSpec stackWith(const std::string& golden, const Json& changes) {
    Json config = configOf(golden);
    config.update(changes);
    auto spec = specOf(config);
    if (!spec)
        qFatal("%s", spec.error().message().c_str());
    return *spec.value().decoder;
}

ModelSlots slotsOf(const std::string& golden, const std::vector<std::string>& names) {
    const Json config = configOf(golden);
    const ModelSpec spec = specOf(config).value();
    for (const Family& family : families())
        if (family.model_type == spec.family)
            return family.findSlots(spec, TensorNames(names));
    qFatal("no family");
}

Tensor lastLogits(const Model& model, const std::vector<TokenId>& ids) {
    const auto run = model.run(model.prepareIds(ids).value());
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return model.logits(*run.value().trace, {ids.size() - 1, ids.size()}).value();
}

} // namespace

class TestDecoderFamilies : public QObject {
    Q_OBJECT
private slots:
    void namesWhatItRefuses_data();
    void namesWhatItRefuses();
    void readsOldAndNewSpellingsAlike();
    void takesRopeScalingBeforeRopeParameters();
    void derivesTheAttentionFactor();
    void takesPhi3sOldNamesOfLongRope();
    void nullSwitchesOff();
    void windowsFollowLayerTypes();
    void qwenWindowsBeginInTheUpperLayers();
    void maskedKeysOfAWindowAreMaskedNotZero();
    void groupedHeadsKeepTheirKeys();
    void rotaryTextsMayBeLongerThanTheTraining();
    void learnedPositionsEnd();
    void classifierReadsTheLastToken();
    void questionAnsweringNamesItsClasses();
    void takesBothSpellingsOfAHead();
    void takesTheStackWithAndWithoutPrefix();
    void leavesBuffersAlone();
    void sortsAFusedMatrix();
};

void TestDecoderFamilies::namesWhatItRefuses_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("changes");
    QTest::addColumn<QString>("item");
    const auto row = [](const char* name, const char* golden, const char* changes, const char* item) {
        QTest::newRow(name) << golden << changes << item;
    };
    row("unknown rotary type", "llama-3", R"({"rope_parameters": {"rope_type": "spiral"}})", "rope_parameters.rope_type");
    row("unknown rotary type, old key", "llama-lm", R"({"rope_scaling": {"type": "spiral"}})", "rope_scaling.type");
    row("rotary type as number", "llama-3", R"({"rope_parameters": {"rope_type": 3}})", "rope_parameters.rope_type");
    row("rotary settings as list", "llama-3", R"({"rope_parameters": [1, 2]})", "rope_parameters");
    row("rotary settings of each layer kind", "llama-lm", R"({"rope_parameters": {"full_attention": {"rope_theta": 1e4}}})",
        "rope_parameters.full_attention");
    row("linear scaling without factor", "llama-lm", R"({"rope_scaling": {"type": "linear"}})", "rope_scaling.factor");
    row("factor of zero", "llama-lm", R"({"rope_scaling": {"type": "linear", "factor": 0}})", "rope_scaling.factor");
    row("negative factor", "llama-lm", R"({"rope_scaling": {"type": "dynamic", "factor": -2.0}})", "rope_scaling.factor");
    row("factor as text", "llama-lm", R"({"rope_scaling": {"type": "yarn", "factor": "4"}})", "rope_scaling.factor");
    row("high frequencies below low ones", "llama-3", R"({"rope_parameters": {"rope_type": "llama3", "factor": 2.0,
        "low_freq_factor": 4.0, "high_freq_factor": 1.0}})", "rope_parameters.high_freq_factor");
    row("base of one", "llama-lm", R"({"rope_theta": 1.0})", "rope_theta");
    row("negative base", "llama-lm", R"({"rope_theta": -10000.0})", "rope_theta");
    row("zero positions of the training", "phi3-longrope", R"({"original_max_position_embeddings": 0})",
        "original_max_position_embeddings");
    row("too few factors", "phi3-longrope", R"({"rope_scaling": {"type": "longrope", "short_factor": [1.0], "long_factor": [1.0]}})",
        "rope_scaling.short_factor");
    row("a factor of zero", "phi3-longrope",
        R"({"rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.0, 1.0], "long_factor": [1.0, 0.0, 1.0]}})",
        "rope_scaling.long_factor");
    row("factors that are no list", "phi3-longrope", R"({"rope_scaling": {"type": "longrope", "short_factor": 2.0}})",
        "rope_scaling.short_factor");
    row("llama3 scaling in Phi-3", "phi3-lm", R"({"rope_parameters": {"rope_type": "llama3", "factor": 2.0}})",
        "rope_parameters.rope_type");
    row("odd rotary dimensions", "gpt-neox-lm", R"({"rotary_pct": 0.7})", "rotary_pct");
    row("no rotary dimensions", "gpt-neox-lm", R"({"rotary_pct": 0.0})", "rotary_pct");
    row("more rotary dimensions than there are", "gpt-neox-lm", R"({"rotary_pct": 1.5})", "rotary_pct");
    row("odd head size", "llama-lm", R"({"head_dim": 5})", "head_dim");
    row("zero head size", "mistral-lm", R"({"head_dim": 0})", "head_dim");
    row("head size of 2^40", "mistral-lm", R"({"head_dim": 1099511627776})", "head_dim");
    row("heads that do not divide", "llama-lm", R"({"num_attention_heads": 7, "num_key_value_heads": 7, "head_dim": null})",
        "num_attention_heads");
    row("key/value heads that do not divide", "llama-lm", R"({"num_key_value_heads": 3})", "num_key_value_heads");
    row("more key/value heads than heads", "qwen3-lm", R"({"num_key_value_heads": 8})", "num_key_value_heads");
    row("zero key/value heads", "gemma-lm", R"({"num_key_value_heads": 0})", "num_key_value_heads");
    row("window of zero", "mistral-lm", R"({"sliding_window": 0})", "sliding_window");
    row("window as text", "phi3-lm", R"({"sliding_window": "5"})", "sliding_window");
    row("layer kinds for another depth", "gemma2-lm", R"({"layer_types": ["full_attention"]})", "layer_types");
    row("unknown layer kind", "qwen3-lm", R"({"layer_types": ["full_attention", "chunked_attention"]})", "layer_types");
    row("layer kinds in Mistral", "mistral-lm", R"({"layer_types": ["full_attention", "sliding_attention"]})", "layer_types");
    row("sliding layers without a window", "qwen2-lm",
        R"({"use_sliding_window": false, "layer_types": ["full_attention", "sliding_attention"]})", "sliding_window");
    row("two-way Gemma", "gemma2-lm", R"({"use_bidirectional_attention": true})", "use_bidirectional_attention");
    row("soft cap of zero", "gemma2-lm", R"({"attn_logit_softcapping": 0})", "attn_logit_softcapping");
    row("negative query scale", "gemma2-lm", R"({"query_pre_attn_scalar": -1})", "query_pre_attn_scalar");
    row("positions of several dimensions", "qwen2-lm", R"({"use_mrope": true})", "use_mrope");
    row("bias as number", "llama-lm", R"({"attention_bias": 1})", "attention_bias");
    row("a token classifier without bias", "llama-linear", R"({"token_classification_bias": false})", "token_classification_bias");
    row("zero embedding width", "opt-post-norm", R"({"word_embed_proj_dim": 0})", "word_embed_proj_dim");
    row("kinds of attention that are no list (GPT-Neo)", "gpt-neo-lm", R"({"attention_types": "global"})", "attention_types");
    row("kinds of attention for another depth (GPT-Neo)", "gpt-neo-lm", R"({"attention_types": [[["global"], 3]]})", "attention_types");
    row("unknown kind of attention (GPT-Neo)", "gpt-neo-lm", R"({"attention_types": [[["global", "far"], 1]]})", "attention_types");
    row("a thousand million times global (GPT-Neo)", "gpt-neo-lm", R"({"attention_types": [[["global"], 1000000000]]})",
        "attention_types");
    row("window of zero (GPT-Neo)", "gpt-neo-lm", R"({"window_size": 0})", "window_size");
    row("odd rotary dimensions (GPT-J)", "gptj-lm", R"({"rotary_dim": 5})", "rotary_dim");
    row("more rotary dimensions than a head has (GPT-J)", "gptj-lm", R"({"rotary_dim": 10})", "rotary_dim");
    row("no rotary dimensions (GPT-J)", "gptj-lm", R"({"rotary_dim": null})", "rotary_dim");
    row("residual stream behind the norm (BLOOM)", "bloom-lm", R"({"apply_residual_connection_post_layernorm": true})",
        "apply_residual_connection_post_layernorm");
    row("Falcon's groups that do not divide", "falcon-40b", R"({"num_kv_heads": 3})", "num_kv_heads");
    row("Falcon's groups without its new architecture", "falcon-rw", R"({"num_kv_heads": 2})", "num_kv_heads");
    row("Falcon's new architecture in sequence", "falcon-40b", R"({"parallel_attn": false})", "parallel_attn");
    row("two norms in the old Falcon", "falcon-7b", R"({"num_ln_in_parallel_attn": 2})", "num_ln_in_parallel_attn");
    row("three norms in Falcon", "falcon-40b", R"({"num_ln_in_parallel_attn": 3})", "num_ln_in_parallel_attn");
}

void TestDecoderFamilies::namesWhatItRefuses() {
    QFETCH(const QString, golden);
    QFETCH(const QString, changes);
    QFETCH(const QString, item);
    const ModelFolder folder(golden.toStdString());
    folder.editConfig([&](Json& config) { config.update(Json::parse(changes.toStdString())); });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Config);
    QCOMPARE(QString::fromStdString(error.item), item);
    QVERIFY(!error.summary.empty() && !error.expected.empty() && !error.found.empty());
}

void TestDecoderFamilies::readsOldAndNewSpellingsAlike() {
    const RotarySpec old_style =
        stackWith("llama-lm", {{"rope_theta", 500.0}, {"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}}}).positions.rotary;
    const RotarySpec new_style =
        stackWith("llama-lm", {{"rope_theta", nullptr}, {"rope_parameters", {{"rope_type", "linear"}, {"rope_theta", 500.0}, {"factor", 2.0}}}})
            .positions.rotary;
    for (const RotarySpec& rotary : {old_style, new_style}) {
        QCOMPARE(rotary.scaling, RotaryScaling::Linear);
        QCOMPARE(rotary.base, 500.0);
        QCOMPARE(rotary.factor, 2.0);
        QCOMPARE(rotary.dims, std::size_t(6));
    }
    const RotarySpec plain = stackWith("llama-lm", {{"rope_theta", nullptr}}).positions.rotary;
    QCOMPARE(plain.base, 10000.0);
    QCOMPARE(plain.scaling, RotaryScaling::None);
    QCOMPARE(stackWith("gpt-neox-lm", {{"rotary_pct", nullptr}}).positions.rotary.dims, std::size_t(2)); // a quarter of 8
}

void TestDecoderFamilies::takesRopeScalingBeforeRopeParameters() {
    const Json both = {{"rope_scaling", {{"rope_type", "linear"}, {"factor", 2.0}}},
                       {"rope_parameters", {{"rope_type", "dynamic"}, {"factor", 4.0}}}};
    QCOMPARE(stackWith("llama-lm", both).positions.rotary.scaling, RotaryScaling::Linear);
    QCOMPARE(stackWith("llama-lm", {{"rope_scaling", Json::object()}, {"rope_parameters", both.at("rope_parameters")}}).positions.rotary.scaling,
             RotaryScaling::Dynamic);
}

void TestDecoderFamilies::derivesTheAttentionFactor() {
    const auto factorOf = [](const char* golden, const Json& scaling) {
        return stackWith(golden, {{"rope_parameters", scaling}}).positions.rotary.attention_factor;
    };
    // Peng et al. 2023: 0.1 ln(factor) + 1.
    QVERIFY(std::abs(factorOf("llama-yarn", {{"rope_type", "yarn"}, {"factor", 4.0}}) - (0.1 * std::log(4.0) + 1.0)) < 1e-12);
    QCOMPARE(factorOf("llama-yarn", {{"rope_type", "yarn"}, {"factor", 0.5}}), 1.0);
    QCOMPARE(factorOf("llama-yarn", {{"rope_type", "yarn"}, {"factor", 4.0}, {"attention_factor", 0.7}}), 0.7);
    QCOMPARE(factorOf("llama-yarn", {{"rope_type", "yarn"}, {"factor", 4.0}, {"mscale", 1.0}, {"mscale_all_dim", 1.0}}), 1.0);
    // Ding et al. 2024: sqrt(1 + ln(64 / 16) / ln 16).
    const RotarySpec longrope = stackWith("phi3-longrope", Json::object()).positions.rotary;
    QCOMPARE(longrope.original_positions, std::size_t(16));
    QVERIFY(std::abs(longrope.attention_factor - std::sqrt(1.5)) < 1e-12);
}

void TestDecoderFamilies::takesPhi3sOldNamesOfLongRope() {
    for (const char* name : {"su", "yarn"}) {
        Json config = configOf("phi3-longrope");
        config["rope_scaling"]["type"] = name;
        const auto spec = specOf(config);
        QVERIFY2(spec.ok(), spec.ok() ? "" : spec.error().message().c_str());
        QCOMPARE(spec.value().decoder->positions.rotary.scaling, RotaryScaling::LongRope);
    }
}

void TestDecoderFamilies::nullSwitchesOff() {
    QVERIFY(!stackWith("mistral-lm", Json::object()).sliding_windows.empty());
    QVERIFY(stackWith("mistral-lm", {{"sliding_window", nullptr}}).sliding_windows.empty());
    Json config = configOf("mistral-lm");
    config.erase("sliding_window");
    QCOMPARE(specOf(config).value().decoder->sliding_windows, std::vector<std::size_t>(2, 4096));
    QCOMPARE(stackWith("gemma2-lm", {{"attn_logit_softcapping", nullptr}}).attention_softcap, 0.0f);
    config = configOf("gemma2-lm");
    config.erase("attn_logit_softcapping");
    config.erase("final_logit_softcapping");
    QCOMPARE(specOf(config).value().decoder->attention_softcap, 50.0f);
    QCOMPARE(specOf(config).value().output.softcap, 30.0f);
    config["final_logit_softcapping"] = nullptr;
    QCOMPARE(specOf(config).value().output.softcap, 0.0f);
}

void TestDecoderFamilies::windowsFollowLayerTypes() {
    const Json types = {{"layer_types", {"full_attention", "sliding_attention"}}};
    QCOMPARE(stackWith("gemma2-lm", types).sliding_windows, (std::vector<std::size_t>{0, 5}));
    Json config = configOf("gemma2-lm");
    config.erase("layer_types"); // older files: every other layer, the first one first
    QCOMPARE(specOf(config).value().decoder->sliding_windows, (std::vector<std::size_t>{5, 0}));
    QVERIFY(stackWith("gemma2-lm", {{"layer_types", {"full_attention", "full_attention"}}}).sliding_windows.empty());
}

void TestDecoderFamilies::qwenWindowsBeginInTheUpperLayers() {
    Json changes = {{"layer_types", nullptr}, {"max_window_layers", 1u}, {"sliding_window", 7u}, {"use_sliding_window", true}};
    QCOMPARE(stackWith("qwen2-lm", changes).sliding_windows, (std::vector<std::size_t>{0, 7}));
    changes["max_window_layers"] = 2u;
    QVERIFY(stackWith("qwen2-lm", changes).sliding_windows.empty());
    changes["max_window_layers"] = 0u;
    changes["use_sliding_window"] = false;
    QVERIFY(stackWith("qwen2-lm", changes).sliding_windows.empty());
}

void TestDecoderFamilies::maskedKeysOfAWindowAreMaskedNotZero() {
    const auto model = loadGolden("mistral-lm");
    const auto run = model->run(goldenInput(*model, goldenJson("mistral-lm")));
    QVERIFY(run.ok());
    const TokenRange all{0, run.value().input.target.size()};
    const Tensor scores = run.value().trace->scores({AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(1)}, all, all);
    for (std::size_t query = 0; query < scores.dimension(0); ++query)
        for (std::size_t key = 0; key < scores.dimension(1); ++key)
            QCOMPARE(std::isinf(scores.row(query)[key]), key > query || key + 5 <= query);
}

void TestDecoderFamilies::groupedHeadsKeepTheirKeys() {
    for (const auto& [golden, n_kv_heads] : {std::pair{"llama-lm", 2}, std::pair{"falcon-7b", 1}, std::pair{"falcon-40b", 2}}) {
        const auto model = loadGolden(golden);
        QCOMPARE(model->spec().decoder->n_kv_heads, std::size_t(n_kv_heads));
        QCOMPARE(model->spec().decoder->n_heads, std::size_t(4));
    }
}

void TestDecoderFamilies::rotaryTextsMayBeLongerThanTheTraining() {
    for (const char* golden : {"llama-lm", "falcon-rw"}) { // max_position_embeddings 32
        const auto model = loadGolden(golden);
        const auto run = model->run(model->prepareIds(std::vector<TokenId>(40, 3)).value());
        QVERIFY2(run.ok(), golden);
    }
}

void TestDecoderFamilies::learnedPositionsEnd() {
    const auto model = loadGolden("opt-lm");
    QVERIFY(model->prepareIds(std::vector<TokenId>(32, 3)).ok());
    const auto longer = model->prepareIds(std::vector<TokenId>(33, 3));
    QVERIFY(!longer.ok());
    QCOMPARE(longer.error().kind, ErrorKind::TextTooLong);
}

void TestDecoderFamilies::classifierReadsTheLastToken() {
    const auto model = loadGolden("qwen2-classifier");
    QCOMPARE(model->spec().output.classifier_token, ClassifierToken::Last);
    const auto classes = [&](const std::vector<TokenId>& ids) {
        const auto run = model->run(model->prepareIds(ids).value());
        return model->logits(*run.value().trace, {0, ids.size()}).value();
    };
    QCOMPARE(classes({4, 5, 6}).shape(), (Shape{1, 3}));
    QVERIFY(largestDifference(classes({4, 5, 6}), classes({4, 5, 7})) > 1e-3);
}

void TestDecoderFamilies::questionAnsweringNamesItsClasses() {
    const auto model = loadGolden("llama-yarn");
    QCOMPARE(model->spec().head, HeadKind::TokenClassification);
    QCOMPARE(model->spec().class_names, (std::vector<std::string>{"start", "end"}));
    QCOMPARE(lastLogits(*model, {1, 2, 3}).shape(), (Shape{1, 2}));
}

void TestDecoderFamilies::takesBothSpellingsOfAHead() {
    for (const char* head : {"embed_out.weight", "lm_head.weight"}) // Pythia's, and since transformers 5
        QCOMPARE(slotsOf("gpt-neox-lm", {"gpt_neox.embed_in.weight", head}).head.output.weights.front().name, std::string(head));
}

void TestDecoderFamilies::takesTheStackWithAndWithoutPrefix() {
    QCOMPARE(slotsOf("opt-lm", {"model.decoder.embed_tokens.weight"}).decoder->final_norm.gain.name,
             std::string("model.decoder.final_layer_norm.weight"));
    QCOMPARE(slotsOf("opt-lm", {"decoder.embed_tokens.weight"}).decoder->final_norm.gain.name,
             std::string("decoder.final_layer_norm.weight"));
    QCOMPARE(slotsOf("llama-dynamic", {"embed_tokens.weight"}).decoder->final_norm.gain.name, std::string("norm.weight"));
    QCOMPARE(slotsOf("llama-yarn", {"transformer.embed_tokens.weight"}).decoder->final_norm.gain.name,
             std::string("transformer.norm.weight"));
}

void TestDecoderFamilies::leavesBuffersAlone() {
    const ModelSlots llama = slotsOf("llama-lm", {});
    QVERIFY(llama.ignorable("model.layers.0.self_attn.rotary_emb.inv_freq"));
    QVERIFY(!llama.ignorable("lm_head.weight"));
    QVERIFY(!llama.ignorable("model.layers.0.self_attn.q_proj.bias"));
    QVERIFY(slotsOf("llama-3", {}).ignorable("lm_head.weight")); // tied
    QVERIFY(slotsOf("gpt-neox-lm", {}).ignorable("gpt_neox.layers.0.attention.masked_bias"));
    QVERIFY(!slotsOf("gpt-neox-lm", {}).ignorable("gpt_neox.layers.0.attention.dense.bias"));
}

void TestDecoderFamilies::sortsAFusedMatrix() {
    const auto rows = slotsOf("falcon-40b", {}).decoder->blocks.front().self.query_key_value.rows;
    // Two groups of two queries, a key and a value, each 6 wide.
    const std::vector<std::pair<std::size_t, std::size_t>> expected = {{0, 12}, {24, 12}, {12, 6}, {36, 6}, {18, 6}, {42, 6}};
    QCOMPARE(rows.size(), expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        QCOMPARE(rows[i].first, expected[i].first);
        QCOMPARE(rows[i].count, expected[i].second);
    }
}

QTEST_APPLESS_MAIN(TestDecoderFamilies)
#include "tst_decoder_families.moc"
