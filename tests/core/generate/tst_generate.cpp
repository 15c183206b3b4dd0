// Limits, refusals and side products of generation.
#include "core/generate/generate.h"
#include "core/model/stack_state.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;

namespace {

GenerateOptions optionsWith(const std::function<void(GenerateOptions&)>& set) {
    GenerateOptions options;
    set(options);
    return options;
}

} // namespace

class TestGenerate : public QObject {
    Q_OBJECT
private slots:
    void refusesModelsThatCannotGenerate();
    void refusesOptionsOutOfRange();
    void stopsAtTwentyTokensWhereNothingIsSaid();
    void stopsAtThePositions();
    void saysWhenThereIsNoRoom();
    void noNewTokensGiveThePromptsTrace();
    void candidatesAreThoseOfTheWholeVocabulary();
    void samplingIsRepeatable();
    void samplingGoesOnAsTheWholeTextDid();
    void aCheckpointsSamplingIsNotDoneUnasked();
    void whoSamplesGetsTheCheckpointsSettings();
    void aPenaltyGivenReplacesTheCheckpoints();
    void choicesAreWhatIsLeft();
    void continuesAPrefix();
    void survivesNaNWeights();
    void growsBeyondTheFirstReservation();
    void stopsWhenAsked();
    void reportsProgress();
};

void TestGenerate::refusesModelsThatCannotGenerate() {
    for (const char* name : {"bert-mlm", "gpt2-headless"}) {
        const auto model = loadGolden(name);
        const auto generation = generate(*model, model->prepareIds({1, 2}).value());
        QVERIFY(!generation.ok());
        QCOMPARE(generation.error().kind, ErrorKind::Unsupported);
        QVERIFY(generation.error().message().find(model->spec().architecture) != std::string::npos);
    }
}

void TestGenerate::refusesOptionsOutOfRange() {
    const auto model = loadGolden("gpt2-lm");
    const ModelInput prompt = model->prepareIds({1, 2}).value();
    for (const auto& change : std::vector<std::function<void(GenerateOptions&)>>{
             [](GenerateOptions& o) { o.n_beams = 0; }, [](GenerateOptions& o) { o.n_beams = 100'000; },
             [](GenerateOptions& o) { o.temperature = 0.0f; }, [](GenerateOptions& o) { o.temperature = std::nanf(""); },
             [](GenerateOptions& o) { o.top_p = 0.0f; }, [](GenerateOptions& o) { o.top_p = 1.5f; },
             [](GenerateOptions& o) { o.min_p = -0.1f; }, [](GenerateOptions& o) { o.min_p = 1.1f; },
             [](GenerateOptions& o) { o.min_p = std::nanf(""); }, [](GenerateOptions& o) { o.repetition_penalty = 0.0f; },
             [](GenerateOptions& o) { o.repetition_penalty = std::numeric_limits<float>::infinity(); },
             [](GenerateOptions& o) { o.sample = true; o.n_beams = 2; }}) {
        GenerateOptions options;
        change(options);
        const auto generation = generate(*model, prompt, options);
        QVERIFY(!generation.ok());
        QCOMPARE(generation.error().kind, ErrorKind::Usage);
    }
}

void TestGenerate::stopsAtTwentyTokensWhereNothingIsSaid() {
    const auto model = loadGolden("marian-swish");
    GenerateOptions options;
    options.n_beams = 1;
    const auto generation = generate(*model, model->prepareIds({5, 6, 0}).value(), options);
    QVERIFY(generation.ok());
    QVERIFY(generation.value().new_ids.size() == 20 || generation.value().reached_end);
}

void TestGenerate::stopsAtThePositions() {
    const auto model = loadGolden("gpt2-lm"); // 24 positions
    for (const std::size_t n_beams : {1, 3}) {
        GenerateOptions options;
        options.max_new_tokens = 1'000'000'000'000;
        options.n_beams = n_beams;
        const auto generation = generate(*model, model->prepareIds({1, 2, 3}).value(), options);
        QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
        QVERIFY(generation.value().run.input.target.size() <= 24);
        QVERIFY(generation.value().new_ids.size() == 22 || generation.value().reached_end);
    }
}

void TestGenerate::saysWhenThereIsNoRoom() {
    const ModelFolder folder("gpt2-lm");
    folder.writeFile("generation_config.json", "{\"max_length\": 4}");
    const auto model = folder.load();
    QVERIFY(model.ok());
    const auto generation = generate(*model.value(), model.value()->prepareIds({1, 2, 3, 4}).value());
    QVERIFY(!generation.ok());
    QCOMPARE(generation.error().kind, ErrorKind::Text);
    const auto short_one = generate(*model.value(), model.value()->prepareIds({1, 2, 3}).value());
    QVERIFY(short_one.ok());
    QCOMPARE(short_one.value().new_ids.size(), std::size_t{1});
}

void TestGenerate::noNewTokensGiveThePromptsTrace() {
    const auto model = loadGolden("gpt2-lm");
    GenerateOptions options;
    options.max_new_tokens = 0;
    const auto generation = generate(*model, model->prepareIds({1, 2, 3}).value(), options);
    QVERIFY(generation.ok());
    QVERIFY(generation.value().new_ids.empty() && !generation.value().reached_end);
    QCOMPARE(generation.value().run.trace->nQueries(AttentionKind::DecoderSelf), std::size_t{3});
}

void TestGenerate::candidatesAreThoseOfTheWholeVocabulary() {
    const auto model = loadGolden("gpt2-lm");
    for (const std::size_t n_beams : {1, 4}) {
        GenerateOptions options;
        options.max_new_tokens = 4;
        options.n_beams = n_beams;
        options.n_candidates = 97;
        const Generation generation = std::move(generate(*model, model->prepareIds({1, 2, 3}).value(), options)).value();
        const auto run = model->run(generation.run.input);
        const Tensor logits = std::move(model->logits(*run.value().trace, {2, generation.run.input.target.size()})).value();
        for (std::size_t step = 0; step < generation.steps.size(); ++step) {
            const GenerationStep& one = generation.steps[step];
            QCOMPARE(one.chosen, generation.new_ids[step]);
            QCOMPARE(one.candidates.size(), std::size_t{97});
            const auto expected = topCandidates(logits.row(step), 97);
            QCOMPARE(one.candidates[0].id, expected[0].id);
            QVERIFY(std::abs(one.candidates[0].probability - expected[0].probability) < 1e-5f);
            if (n_beams == 1)
                QCOMPARE(one.chosen, one.candidates[0].id);
            for (const Candidate& candidate : one.candidates)
                if (candidate.id == one.chosen)
                    QVERIFY(std::abs(candidate.probability - one.probability) < 1e-6f);
        }
    }
}

void TestGenerate::samplingIsRepeatable() {
    const auto model = loadGolden("gpt2-lm");
    const auto draw = [&](std::uint64_t seed) {
        GenerateOptions options;
        options.max_new_tokens = 12;
        options.sample = true;
        options.seed = seed;
        options.temperature = 2.0f;
        return std::move(generate(*model, model->prepareIds({1, 2, 3}).value(), options)).value().new_ids;
    };
    QCOMPARE(draw(3), draw(3));
    QVERIFY(draw(3) != draw(4));
}

void TestGenerate::samplingGoesOnAsTheWholeTextDid() {
    const auto model = loadGolden("gpt2-lm");
    GenerateOptions options = optionsWith([](GenerateOptions& o) { o.max_new_tokens = 12; o.sample = true; o.temperature = 2.0f; o.seed = 9; });
    const auto whole = std::move(generate(*model, model->prepareIds({1, 2, 3}).value(), options)).value().new_ids;
    QVERIFY(whole.size() > 5);
    std::vector<TokenId> beginning = {1, 2, 3};
    beginning.insert(beginning.end(), whole.begin(), whole.begin() + 5);
    options.max_new_tokens = 7;
    const auto rest = std::move(generate(*model, model->prepareIds(beginning).value(), options)).value().new_ids;
    QCOMPARE(rest, std::vector<TokenId>(whole.begin() + 5, whole.end()));
}

namespace {

std::shared_ptr<const Model> gpt2WithSettings(const std::string& generation_config) {
    const ModelFolder folder("gpt2-lm");
    folder.writeFile("generation_config.json", generation_config);
    auto model = folder.load();
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return model.value();
}

constexpr const char* kSampled = R"({"do_sample": true, "temperature": 0.6, "top_k": 7, "top_p": 0.9, "min_p": 0.05})";

} // namespace

void TestGenerate::aCheckpointsSamplingIsNotDoneUnasked() {
    const auto model = gpt2WithSettings(kSampled);
    QVERIFY(model->spec().generation.sample);
    const ModelInput prompt = model->prepareIds({1, 2, 3}).value();
    const Generation generation = std::move(generate(*model, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 8; }))).value();
    QVERIFY(generation.decoding.strategy == DecodingChoice::Strategy::Greedy);
    QCOMPARE(generation.decoding.temperature, 1.0f);
    for (const GenerationStep& step : generation.steps)
        QCOMPARE(step.chosen, step.candidates.front().id);
}

void TestGenerate::whoSamplesGetsTheCheckpointsSettings() {
    const auto model = gpt2WithSettings(kSampled);
    const ModelInput prompt = model->prepareIds({1, 2, 3}).value();
    const Generation theirs = std::move(generate(*model, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 8; o.sample = true; }))).value();
    QVERIFY(theirs.decoding.strategy == DecodingChoice::Strategy::Sample);
    QCOMPARE(theirs.decoding.temperature, 0.6f);
    QCOMPARE(theirs.decoding.top_k, std::size_t{7});
    QCOMPARE(theirs.decoding.top_p, 0.9f);
    QCOMPARE(theirs.decoding.min_p, 0.05f);
    const GenerateOptions mine = optionsWith([](GenerateOptions& o) { o.max_new_tokens = 8; o.sample = true; o.temperature = 2.0f; o.top_k = 0; o.top_p = 1.0f; o.min_p = 0.0f; });
    const Generation given = std::move(generate(*model, prompt, mine)).value();
    QCOMPARE(given.decoding.temperature, 2.0f);
    QCOMPARE(given.decoding.top_k, std::size_t{0});
    // Settings no one could sample with are no reason to refuse the model.
    const auto odd = gpt2WithSettings(R"({"do_sample": true, "temperature": 0.0, "top_p": 3, "min_p": -1, "top_k": null})");
    const Generation plain = std::move(generate(*odd, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 2; o.sample = true; }))).value();
    QCOMPARE(plain.decoding.temperature, 1.0f);
    QCOMPARE(plain.decoding.top_p, 1.0f);
    QCOMPARE(plain.decoding.min_p, 0.0f);
}

void TestGenerate::aPenaltyGivenReplacesTheCheckpoints() {
    const auto model = gpt2WithSettings(R"({"repetition_penalty": 3.0})");
    const auto plain = loadGolden("gpt2-lm");
    const ModelInput prompt = model->prepareIds({24, 57, 56, 85, 53}).value();
    const auto theirs = std::move(generate(*model, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 12; }))).value().new_ids;
    const auto mine = std::move(generate(*model, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 12; o.repetition_penalty = 1.0f; }))).value().new_ids;
    const auto none = std::move(generate(*plain, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 12; }))).value().new_ids;
    QVERIFY(theirs != none);
    QCOMPARE(mine, none);
    QCOMPARE(std::move(generate(*plain, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 12; o.repetition_penalty = 3.0f; }))).value().new_ids, theirs);
}

void TestGenerate::choicesAreWhatIsLeft() {
    const auto model = gpt2WithSettings(R"({"suppress_tokens": [12, 50]})");
    const ModelInput prompt = model->prepareIds({24, 57, 56, 85, 53}).value();
    for (const std::size_t n_beams : {1, 3}) {
        const Generation generation =
            std::move(generate(*model, prompt, optionsWith([&](GenerateOptions& o) { o.max_new_tokens = 5; o.n_beams = n_beams; o.n_candidates = 97; }))).value();
        bool ruled_out = false;
        for (const GenerationStep& step : generation.steps) {
            QCOMPARE(step.candidates.size(), std::size_t{97});
            QCOMPARE(step.choices.size(), std::size_t{95});
            ruled_out |= step.candidates.front().id == 12 || step.candidates.front().id == 50;
            QVERIFY(step.choice_probability > step.probability); // two fewer to share with
        }
        QVERIFY(ruled_out); // else the test would see nothing
    }
    const Generation drawn = std::move(generate(*model, prompt, optionsWith([](GenerateOptions& o) { o.max_new_tokens = 5; o.sample = true; o.top_k = 4; o.seed = 3; }))).value();
    for (const GenerationStep& step : drawn.steps) {
        QCOMPARE(step.choices.size(), std::size_t{4});
        QVERIFY(std::ranges::find(step.choices, step.chosen, &Candidate::id) != step.choices.end());
    }
}

void TestGenerate::continuesAPrefix() {
    const auto model = loadGolden("marian-swish");
    GenerateOptions options;
    options.n_beams = 1;
    options.max_new_tokens = 6;
    const Generation whole = std::move(generate(*model, model->prepareIds({5, 6, 0}).value(), options)).value();
    QVERIFY(whole.new_ids.size() > 2);
    options.max_new_tokens = 4;
    const Generation rest =
        std::move(generate(*model, model->prepareIds({5, 6, 0}, {89, whole.new_ids[0], whole.new_ids[1]}).value(), options)).value();
    std::vector<TokenId> joined(whole.new_ids.begin(), whole.new_ids.begin() + 2);
    joined.insert(joined.end(), rest.new_ids.begin(), rest.new_ids.end());
    QCOMPARE(joined, whole.new_ids);
}

void TestGenerate::survivesNaNWeights() {
    for (const bool everywhere : {false, true}) {
        const ModelFolder folder("gpt2-untied");
        folder.editTensors([&](ModelFolder::Tensors& tensors) {
            Tensor& head = tensors["lm_head.weight"];
            std::fill_n(head.data(), everywhere ? head.size() : head.size() / 2, std::nanf(""));
        });
        const auto model = folder.load();
        QVERIFY(model.ok());
        for (const auto& [sample, n_beams] : {std::pair{false, 1}, std::pair{true, 1}, std::pair{false, 3}}) {
            GenerateOptions options;
            options.max_new_tokens = 4;
            options.sample = sample;
            options.n_beams = std::size_t(n_beams);
            const auto generation = generate(*model.value(), model.value()->prepareIds({1, 2}).value(), options);
            QVERIFY(generation.ok());
            for (const TokenId id : generation.value().new_ids)
                QVERIFY(everywhere || id >= 48); // the tokens that still have numbers
        }
    }
}

void TestGenerate::growsBeyondTheFirstReservation() {
    StackSpec spec;
    spec.n_layers = 1;
    spec.d_model = spec.head_dim = 4;
    spec.n_heads = spec.n_kv_heads = 1;
    spec.d_feed_forward = 4;
    StackState state = std::move(StackState::create(cpuBackend(), spec, 2, 3)).value();
    const auto value = [](std::size_t token, std::size_t sequence) { return float(100 * sequence + token); };
    for (std::size_t token = 0; token < 100; ++token) { // far more than the 16 rows it starts with
        QVERIFY(state.reserve(1).ok());
        const MatrixView rows = state.embedding(1);
        QCOMPARE(rows.rows, std::size_t{2});
        std::vector<float> values;
        for (std::size_t sequence = 0; sequence < 2; ++sequence)
            values.insert(values.end(), 4, value(token, sequence));
        cpuBackend()->upload(values, rows);
        state.commit(1);
    }
    for (std::size_t sequence = 0; sequence < 2; ++sequence) {
        const MatrixView embedding = state.record(nullptr, sequence).embedding;
        std::vector<float> values(400);
        cpuBackend()->download(embedding, values);
        for (std::size_t token = 0; token < 100; ++token)
            QCOMPARE(values[4 * token + 3], value(token, sequence));
    }
}

void TestGenerate::stopsWhenAsked() {
    const auto model = loadGolden("gpt2-lm");
    for (const std::size_t n_beams : {1, 3}) {
        std::stop_source stop;
        GenerateOptions options;
        options.n_beams = n_beams;
        options.max_new_tokens = 20;
        std::size_t n_reports = 0;
        const auto generation = generate(*model, model->prepareIds({1, 2, 3}).value(), options,
                                         {stop.get_token(), [&](double, std::string_view) {
                                              if (++n_reports == 3)
                                                  stop.request_stop();
                                          }});
        QVERIFY(!generation.ok());
        QVERIFY(generation.error().cancelled());
        QVERIFY(n_reports <= 4);
    }
}

void TestGenerate::reportsProgress() {
    const auto model = loadGolden("gpt2-lm");
    std::vector<double> fractions;
    GenerateOptions options;
    options.max_new_tokens = 5;
    QVERIFY(generate(*model, model->prepareIds({1, 2, 3}).value(), options,
                     {.stop = {}, .progress = [&](double fraction, std::string_view) { fractions.push_back(fraction); }}).ok());
    QVERIFY(std::is_sorted(fractions.begin(), fractions.end()));
    QCOMPARE(fractions.back(), 1.0);
}

QTEST_APPLESS_MAIN(TestGenerate)
#include "tst_generate.moc"
