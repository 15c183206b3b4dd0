// Generation settings against Hugging Face's `generate` (tests/golden/generation): ids of greedy and beam search under every
// setting we read, and what processors and warpers leave for those who sample.
#include "core/generate/generate.h"
#include "core/generate/logits_rules.h"
#include "core/generate/logits_warpers.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;

namespace {

const nlohmann::json& cases() {
    static const nlohmann::json all = nlohmann::json::parse(std::ifstream(goldenRoot() / "generation" / "cases.json"));
    return all;
}

/// The golden checkpoint with a case's settings as its generation_config.json.
std::shared_ptr<const Model> modelOf(const nlohmann::json& one) {
    const ModelFolder folder(one.at("model").get<std::string>());
    folder.writeFile("generation_config.json", one.at("settings").dump());
    auto model = folder.load();
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return model.value();
}

GenerateOptions optionsWith(const std::function<void(GenerateOptions&)>& set) {
    GenerateOptions options;
    set(options);
    return options;
}

/// "gpt2-lm 12: eos_token_id [50,73], 4 beams" without what every case has.
std::string nameOf(const nlohmann::json& one, std::size_t number) {
    return std::to_string(number) + " " + one.at("model").get<std::string>() + " " + one.at("settings").dump();
}

} // namespace

class TestGenerateSettings : public QObject {
    Q_OBJECT
private slots:
    void idsAreHuggingFaces_data();
    void idsAreHuggingFaces();
    void scoresBeforeDrawingAreHuggingFaces_data();
    void scoresBeforeDrawingAreHuggingFaces();
    void drawsOnlyWhatIsLeft();
};

void TestGenerateSettings::idsAreHuggingFaces_data() {
    QTest::addColumn<int>("number");
    for (std::size_t number = 0; number < cases().at("texts").size(); ++number)
        QTest::newRow(nameOf(cases().at("texts")[number], number).c_str()) << int(number);
}

void TestGenerateSettings::idsAreHuggingFaces() {
    QFETCH(const int, number);
    const nlohmann::json& one = cases().at("texts")[std::size_t(number)];
    const auto model = modelOf(one);
    const auto generation = generate(*model, model->prepareIds(idsOf(one, "prompt")).value());
    QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
    const bool has_encoder = model->spec().hasEncoder();
    std::vector<TokenId> whole = has_encoder ? std::vector<TokenId>{89} : idsOf(one, "prompt");
    whole.insert(whole.end(), generation.value().new_ids.begin(), generation.value().new_ids.end());
    QCOMPARE(whole, idsOf(one, "ids"));
    const double score = one.value("score", 0.0);
    if (one.contains("score"))
        QVERIFY(std::abs(generation.value().score - score) < 1e-4 * std::max(1.0, std::abs(score))); // sums, with a penalty below 0
}

void TestGenerateSettings::scoresBeforeDrawingAreHuggingFaces_data() {
    QTest::addColumn<int>("number");
    for (std::size_t number = 0; number < cases().at("draws").size(); ++number)
        QTest::newRow(nameOf(cases().at("draws")[number], number).c_str()) << int(number);
}

void TestGenerateSettings::scoresBeforeDrawingAreHuggingFaces() {
    QFETCH(const int, number);
    static const auto tensors = readTensors(goldenRoot() / "generation" / "draws.safetensors");
    const nlohmann::json& one = cases().at("draws")[std::size_t(number)];
    const Tensor& logits = tensors.at(std::to_string(number) + ".logits");
    const Tensor& expected = tensors.at(std::to_string(number) + ".scores");
    const std::vector<TokenId> ids = idsOf(one, "ids");
    const auto model = modelOf(one);
    ModelInput prompt = model->prepareIds(idsOf(one, "prompt")).value();
    if (model->spec().hasEncoder())
        prompt.target = model->describe({ids.front()});
    const auto plan = makePlan(model->spec(), prompt, optionsWith([](GenerateOptions& o) { o.sample = true; }));
    QVERIFY2(plan.ok(), plan.ok() ? "" : plan.error().message().c_str());
    QCOMPARE(plan.value().n_prompt + logits.dimension(0), ids.size());
    for (std::size_t step = 0; step < logits.dimension(0); ++step) {
        std::vector<float> scores(logits.row(step).begin(), logits.row(step).end());
        applyRules(plan.value(), std::span(ids).first(plan.value().n_prompt + step), scores);
        applyWarpers(plan.value(), scores);
        for (std::size_t id = 0; id < scores.size(); ++id) {
            const float wanted = expected.row(step)[id];
            const double tolerance = 1e-5 * std::max(1.0, std::abs(double(wanted))); // temperature 0.01: scores of hundreds
            const bool same = scores[id] == wanted || std::abs(double(scores[id]) - double(wanted)) <= tolerance;
            QVERIFY2(same, qPrintable(QString("step %1, token %2: %3 for %4").arg(step).arg(id).arg(double(scores[id])).arg(double(wanted))));
        }
    }
}

void TestGenerateSettings::drawsOnlyWhatIsLeft() {
    for (const nlohmann::json& one : cases().at("draws")) {
        const auto model = modelOf(one);
        for (const std::uint64_t seed : {0, 1, 2}) {
            const auto generation = generate(*model, model->prepareIds(idsOf(one, "prompt")).value(),
                                             optionsWith([&](GenerateOptions& o) { o.sample = true; o.seed = seed; o.n_candidates = 1000; }));
            QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
            for (const GenerationStep& step : generation.value().steps) {
                const auto choice = std::ranges::find(step.choices, step.chosen, &Candidate::id);
                QVERIFY(choice != step.choices.end());
                QCOMPARE(choice->probability, step.choice_probability);
                double sum = 0.0;
                for (const Candidate& one_choice : step.choices)
                    sum += double(one_choice.probability);
                QVERIFY(std::abs(sum - 1.0) < 1e-5);
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestGenerateSettings)
#include "tst_generate_settings.moc"
