// One step of generating looked at: what is shown is what generate() does.
#include "core/generate/choices.h"
#include "core/compute/sampler.h"
#include "tests/support/model_folder.h"

#include <QtTest/QtTest>

using namespace headlight;
using namespace headlight::test;

namespace {

GenerateOptions cutOptions() {
    GenerateOptions options;
    options.sample = true;
    options.temperature = 1.7f;
    options.top_k = 30;
    options.top_p = 0.95f;
    options.min_p = 0.01f;
    return options;
}

/// Nothing cut, whatever the checkpoint says.
GenerateOptions openOptions() {
    GenerateOptions options;
    options.temperature = 1.0f;
    options.top_k = 0;
    options.top_p = 1.0f;
    options.min_p = 0.0f;
    return options;
}

} // namespace

class TestChoices : public QObject {
    Q_OBJECT
private slots:
    void firstDrawIsWhatGenerateWrites_data();
    void firstDrawIsWhatGenerateWrites();
    void everyRowIsAStepOfTheSameText();
    void countsAreThoseOfTheSampler_data();
    void countsAreThoseOfTheSampler();
    void maskedModelsHaveNoRules();
    void badQuestionsAreErrors();
    void countingStops();
};

void TestChoices::firstDrawIsWhatGenerateWrites_data() {
    QTest::addColumn<std::string>("name");
    for (const char* name : {"gpt2-lm", "marian-swish", "t5-gated", "m2m100-lm"})
        QTest::newRow(name) << std::string(name);
}

void TestChoices::firstDrawIsWhatGenerateWrites() {
    QFETCH(std::string, name);
    const auto model = loadGolden(name);
    const bool translates = model->spec().hasEncoder();
    const auto prompt =
        translates ? model->prepareIds({5, 9, 7, 3}).value() : model->prepareIds({5, 9, 7, 3, 8}).value();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        GenerateOptions options = cutOptions();
        options.max_new_tokens = 4;
        options.seed = seed;
        const auto generated = generate(*model, prompt, options);
        QVERIFY(generated.ok());
        const std::size_t first_row = generated->run.input.target.size() + 1 - generated->new_ids.size() - 1;
        for (std::size_t step = 0; step < generated->new_ids.size() && step < 3;
             ++step) { // the fourth may be forced to end
            const auto choices = choicesAt(*model, generated->run, first_row + step, options);
            QVERIFY2(choices.ok(), choices.ok() ? "" : choices.error().message().c_str());
            QCOMPARE(Sampler(seed).draw(choices->warped, choices->position), generated->new_ids[step]);
            const double probability = probabilityOf(choices->warped, generated->new_ids[step]);
            QVERIFY(std::abs(probability - double(generated->steps[step].choice_probability)) < 1e-5);
        }
    }
}

void TestChoices::everyRowIsAStepOfTheSameText() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7, 3, 8}).value());
    const Tensor logits = model->logits(*run->trace, {2, 3}).value();
    const auto choices = choicesAt(*model, *run, 2, openOptions());
    QVERIFY(choices.ok());
    QVERIFY(std::ranges::equal(choices->logits, logits.span()));
    QVERIFY(std::ranges::equal(choices->warped, choices->ruled));
    QCOMPARE(choices->position, std::size_t{3});
}

void TestChoices::countsAreThoseOfTheSampler_data() {
    QTest::addColumn<double>("spread");
    QTest::addColumn<bool>("cut");
    QTest::newRow("flat") << 0.1 << false;
    QTest::newRow("usual") << 2.0 << false;
    QTest::newRow("peaked") << 30.0 << false;
    QTest::newRow("cut") << 2.0 << true;
}

void TestChoices::countsAreThoseOfTheSampler() {
    QFETCH(double, spread);
    QFETCH(bool, cut);
    const Sampler noise(99);
    std::vector<float> scores(3000);
    for (std::size_t id = 0; id < scores.size(); ++id) {
        scores[id] = static_cast<float>(spread * std::log(-std::log(noise.uniform(0, TokenId(id)))));
        if (cut && id % 3 != 0)
            scores[id] = -std::numeric_limits<float>::infinity();
    }
    std::vector<std::uint32_t> expected(scores.size(), 0);
    for (std::uint64_t seed = 7; seed < 307; ++seed)
        ++expected[static_cast<std::size_t>(Sampler(seed).draw(scores, 12))];
    const auto counts = countDraws(scores, 12, 7, 300);
    QVERIFY(counts.ok());
    QVERIFY(*counts == expected);
}

void TestChoices::maskedModelsHaveNoRules() {
    const auto model = loadGolden("bert-mlm");
    const auto run = model->run(model->prepareIds({5, 9, 7, 3, 8}).value());
    GenerateOptions options;
    options.top_k = 5;
    const auto choices = choicesAt(*model, *run, 1, options);
    QVERIFY(choices.ok());
    QVERIFY(choices->ruled == choices->logits);
    QCOMPARE(
        std::ranges::count_if(choices->warped,
                              [](float score) { return score > -std::numeric_limits<float>::infinity(); }),
        5);
}

void TestChoices::badQuestionsAreErrors() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7}).value());
    QVERIFY(!choicesAt(*model, *run, 3, {}).ok());
    GenerateOptions frozen;
    frozen.temperature = 0.0f;
    QVERIFY(!choicesAt(*model, *run, 0, frozen).ok());
    const auto headless = loadGolden("bert-headless");
    QVERIFY(!choicesAt(*headless, *headless->run(headless->prepareIds({5, 9}).value()), 0, {}).ok());
    const auto classifier = loadGolden("bert-classifier");
    QVERIFY(!choicesAt(*classifier, *classifier->run(classifier->prepareIds({5, 9}).value()), 0, {}).ok());
}

void TestChoices::countingStops() {
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(countDraws(std::vector<float>{1.0f, 2.0f}, 0, 0, 5, {stop.get_token(), {}}).error().cancelled());
    QCOMPARE(countDraws(std::vector<float>{1.0f, 2.0f}, 0, 0, 0)->at(0), 0u);
}

QTEST_APPLESS_MAIN(TestChoices)
#include "tst_choices.moc"
