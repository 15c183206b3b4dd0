// Candidates, the rules about what may come next, and drawing.
#include "core/generate/class_candidates.h"
#include "core/generate/logits_rules.h"
#include "core/generate/logits_warpers.h"
#include "core/generate/predictions.h"
#include "core/compute/sampler.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace headlight;

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

DecodingPlan planOf(std::size_t n_prompt, std::size_t max_length) {
    DecodingPlan plan;
    plan.n_prompt = n_prompt;
    plan.max_length = max_length;
    plan.settings.eos_tokens = {0};
    return plan;
}

std::vector<float> ruled(const DecodingPlan& plan, const std::vector<TokenId>& ids, std::vector<float> scores) {
    applyRules(plan, ids, scores);
    return scores;
}

} // namespace

class TestPredictions : public QObject {
    Q_OBJECT
private slots:
    void candidatesAreSortedAndSumToOne();
    void hugeLogitsDoNotOverflow();
    void damagedLogitsStillGiveAnOrder();
    void tiesGoToTheSmallerId();
    void classesAreReadAsTheirModelMeansThem();

    void suppressesAndBansSequences();
    void forbidsTheEndBeforeTheLeastLength();
    void forcesTheEndAtTheLimit();
    void forcesTheFirstToken();
    void suppressesFirstTokensOnlyFirst();
    void forbidsRepeatedPairs();
    void weakensRepeatedTokens();
    void renormalises();
    void ignoresIdsOutsideTheVocabulary();

    void favoursAndBansWhatIsRead();

    void drawsTheSameForTheSameSeed();
    void drawsTheSameOnEveryMachine();
    void noiseIsEvenAndIndependent();
    void drawsAsOftenAsProbable();
    void warpersCut_data();
    void warpersCut();
    void warpersLeaveHopelessRowsAlone();
};

void TestPredictions::candidatesAreSortedAndSumToOne() {
    const std::vector<float> logits = {1.0f, 3.0f, 2.0f, -1.0f};
    const auto candidates = topCandidates(logits, 10);
    QCOMPARE(candidates.size(), std::size_t{4});
    double sum = 0.0;
    for (const Candidate& candidate : candidates)
        sum += double(candidate.probability);
    QVERIFY(std::abs(sum - 1.0) < 1e-6);
    QCOMPARE(candidates[0].id, 1);
    QCOMPARE(candidates[3].id, 3);
    const double expected = std::exp(3.0) / (std::exp(1.0) + std::exp(3.0) + std::exp(2.0) + std::exp(-1.0));
    QVERIFY(std::abs(double(candidates[0].probability) - expected) < 1e-7);
    QCOMPARE(topCandidates(logits, 2).size(), std::size_t{2});
    QVERIFY(topCandidates({}, 3).empty());
}

void TestPredictions::hugeLogitsDoNotOverflow() {
    const auto candidates = topCandidates(std::vector<float>{1e30f, 1e30f, -1e30f}, 3);
    QCOMPARE(candidates[0].probability, 0.5f);
    QCOMPARE(candidates[2].probability, 0.0f);
}

void TestPredictions::damagedLogitsStillGiveAnOrder() {
    const auto candidates = topCandidates(std::vector<float>{std::nanf(""), 2.0f, kNever}, 3);
    QCOMPARE(candidates[0].id, 1);
    QCOMPARE(candidates[0].probability, 1.0f);
    const auto none = topCandidates(std::vector<float>(3, std::nanf("")), 1);
    QCOMPARE(none[0].probability, 0.0f);
}

void TestPredictions::classesAreReadAsTheirModelMeansThem() {
    const std::vector<float> values = {0.0f, 1.0f, 2.0f, -1.0f, 1.0f, 0.5f};
    const Tensor logits = Tensor::fromVector({3, 2}, values);
    const auto read = [&](ClassProbability how, std::size_t row) {
        OutputSpec output;
        output.class_probability = how;
        return classCandidates(output, logits, row);
    };
    const auto close = [](float probability, double expected) { return std::abs(double(probability) - expected) < 1e-6; };
    const auto softmax = read(ClassProbability::Softmax, 0);
    QCOMPARE(softmax.front().id, TokenId(1));
    QVERIFY(close(softmax[0].probability, 1.0 / (1.0 + std::exp(-1.0))));
    QVERIFY(close(softmax[0].probability + softmax[1].probability, 1.0));
    const auto sigmoid = read(ClassProbability::Sigmoid, 1);
    QCOMPARE(sigmoid.front().id, TokenId(0));
    QVERIFY(close(sigmoid[0].probability, 1.0 / (1.0 + std::exp(-2.0))));
    QVERIFY(close(sigmoid[1].probability, 1.0 / (1.0 + std::exp(1.0))));
    QCOMPARE(read(ClassProbability::None, 1).front().logit, 2.0f);
    QCOMPARE(read(ClassProbability::None, 1).front().probability, 0.0f);
    const auto over_tokens = read(ClassProbability::OverTokens, 1); // columns 0, 2, 1 and 1, -1, 0.5
    QCOMPARE(over_tokens[0].id, TokenId(0));
    QVERIFY(close(over_tokens[0].probability, std::exp(2.0) / (1.0 + std::exp(2.0) + std::exp(1.0))));
    QVERIFY(close(over_tokens[1].probability, std::exp(-1.0) / (std::exp(1.0) + std::exp(-1.0) + std::exp(0.5))));
}

void TestPredictions::tiesGoToTheSmallerId() {
    const auto candidates = topCandidates(std::vector<float>{1.0f, 2.0f, 2.0f, 2.0f}, 2);
    QCOMPARE(candidates[0].id, 1);
    QCOMPARE(candidates[1].id, 2);
}

void TestPredictions::suppressesAndBansSequences() {
    DecodingPlan plan = planOf(1, 20);
    plan.settings.suppressed_tokens = {2};
    plan.settings.banned_sequences = {{5, 3}};
    QCOMPARE(ruled(plan, {1, 5}, {0, 0, 0, 0}), (std::vector<float>{0, 0, kNever, kNever}));
    QCOMPARE(ruled(plan, {5, 1}, {0, 0, 0, 0}), (std::vector<float>{0, 0, kNever, 0}));
}

void TestPredictions::forbidsTheEndBeforeTheLeastLength() {
    DecodingPlan plan = planOf(2, 20);
    plan.settings.min_length = 4;
    QCOMPARE(ruled(plan, {1, 2, 3}, {1, 1}), (std::vector<float>{kNever, 1}));
    QCOMPARE(ruled(plan, {1, 2, 3, 4}, {1, 1}), (std::vector<float>{1, 1}));
    plan.settings.min_new_tokens = 1; // the later setting of the two, as in transformers
    QCOMPARE(ruled(plan, {1, 2, 3}, {1, 1}), (std::vector<float>{1, 1}));
    plan.settings.min_new_tokens = 3;
    QCOMPARE(ruled(plan, {1, 2, 3, 4}, {1, 1}), (std::vector<float>{kNever, 1}));
    QCOMPARE(ruled(plan, {1, 2, 3, 4, 5}, {1, 1}), (std::vector<float>{1, 1}));
}

void TestPredictions::forcesTheEndAtTheLimit() {
    DecodingPlan plan = planOf(1, 4);
    plan.settings.forced_eos_tokens = {0};
    QCOMPARE(ruled(plan, {1, 2, 3}, {-5, 9}), (std::vector<float>{0, kNever}));
    QCOMPARE(ruled(plan, {1, 2}, {-5, 9}), (std::vector<float>{-5, 9}));
}

void TestPredictions::forcesTheFirstToken() {
    DecodingPlan plan = planOf(1, 9);
    plan.settings.forced_bos_token = 1;
    QCOMPARE(ruled(plan, {7}, {5, 5, 5}), (std::vector<float>{kNever, 0, kNever}));
    QCOMPARE(ruled(plan, {7, 1}, {5, 5, 5}), (std::vector<float>{5, 5, 5}));
}

void TestPredictions::suppressesFirstTokensOnlyFirst() {
    DecodingPlan plan = planOf(2, 9);
    plan.settings.begin_suppressed_tokens = {1};
    QCOMPARE(ruled(plan, {7, 8}, {5, 5}), (std::vector<float>{5, kNever}));
    QCOMPARE(ruled(plan, {7, 8, 1}, {5, 5}), (std::vector<float>{5, 5}));
}

void TestPredictions::forbidsRepeatedPairs() {
    DecodingPlan plan = planOf(1, 20);
    plan.settings.no_repeat_ngram_size = 2;
    QCOMPARE(ruled(plan, {1, 2, 1}, {0, 0, 0, 0}), (std::vector<float>{0, 0, kNever, 0}));
    QCOMPARE(ruled(plan, {1}, {0, 0, 0, 0}), (std::vector<float>{0, 0, 0, 0}));
}

void TestPredictions::weakensRepeatedTokens() {
    DecodingPlan plan = planOf(1, 20);
    plan.decoding.repetition_penalty = 2.0f;
    QCOMPARE(ruled(plan, {0, 1, 1}, {4, -4, 4}), (std::vector<float>{2, -8, 4}));
}

void TestPredictions::renormalises() {
    DecodingPlan plan = planOf(1, 20);
    plan.settings.suppressed_tokens = {0};
    plan.settings.renormalize_logits = true;
    const auto scores = ruled(plan, {1}, {9, 1, 1});
    QVERIFY(std::abs(double(scores[1]) - std::log(0.5)) < 1e-6);
    QCOMPARE(scores[0], kNever);
}

void TestPredictions::ignoresIdsOutsideTheVocabulary() {
    DecodingPlan plan = planOf(1, 3);
    plan.settings.suppressed_tokens = {-3, 1000};
    plan.settings.eos_tokens = {5000};
    plan.settings.min_length = 10;
    QCOMPARE(ruled(plan, {1}, {1, 2}), (std::vector<float>{1, 2}));
}

void TestPredictions::favoursAndBansWhatIsRead() {
    DecodingPlan plan = planOf(1, 20);
    plan.source_ids = {1, 2, 1, 3, 900};
    plan.settings.encoder_no_repeat_ngram_size = 2;
    QCOMPARE(ruled(plan, {0, 1}, {0, 0, 0, 0}), (std::vector<float>{0, 0, kNever, kNever}));
    plan.settings.encoder_no_repeat_ngram_size = 0;
    plan.settings.encoder_repetition_penalty = 2.0f;
    QCOMPARE(ruled(plan, {0}, {4, 4, -4, 0}), (std::vector<float>{4, 8, -2, 0}));
}

void TestPredictions::drawsTheSameForTheSameSeed() {
    const std::vector<float> scores(1000, 0.0f);
    const auto drawn = [&](std::uint64_t seed) {
        std::vector<TokenId> ids;
        for (std::size_t position = 0; position < 20; ++position)
            ids.push_back(Sampler(seed).draw(scores, position));
        return ids;
    };
    QCOMPARE(drawn(1), drawn(1));
    QVERIFY(drawn(1) != drawn(2));
}

void TestPredictions::drawsTheSameOnEveryMachine() {
    // Written down once: SplitMix64 as sampler.h describes it, computed apart (Python's integers).
    QCOMPARE(Sampler(0).uniform(0, 0), 0.13870941014555427);
    QCOMPARE(Sampler(7).uniform(3, 50256), 0.476019661157825);
    QCOMPARE(Sampler(std::numeric_limits<std::uint64_t>::max()).uniform(1000, 1), 0.08101084123919666);
    std::vector<TokenId> drawn;
    const std::vector<float> scores(100, 0.0f);
    for (std::size_t position = 0; position < 8; ++position)
        drawn.push_back(Sampler(42).draw(scores, position));
    QCOMPARE(drawn, (std::vector<TokenId>{99, 97, 5, 32, 41, 87, 2, 37}));
}

void TestPredictions::noiseIsEvenAndIndependent() {
    constexpr int kCells = 16;
    int counts[kCells] = {};
    int pairs_of_ids[kCells] = {}, pairs_of_positions[kCells] = {}, pairs_of_seeds[kCells] = {};
    const auto cell = [](double a, double b) { return 4 * int(4 * a) + int(4 * b); };
    for (std::size_t position = 0; position < 200; ++position)
        for (TokenId id = 0; id < 400; ++id) {
            const double u = Sampler(5).uniform(position, id);
            QVERIFY(u > 0.0 && u < 1.0);
            ++counts[int(u * kCells)];
            ++pairs_of_ids[cell(u, Sampler(5).uniform(position, id + 1))];
            ++pairs_of_positions[cell(u, Sampler(5).uniform(position + 1, id))];
            ++pairs_of_seeds[cell(u, Sampler(6).uniform(position, id))];
        }
    for (const auto* cells : {counts, pairs_of_ids, pairs_of_positions, pairs_of_seeds}) {
        double chi_square = 0.0;
        for (int i = 0; i < kCells; ++i)
            chi_square += std::pow(cells[i] - 5000.0, 2) / 5000.0;
        QVERIFY2(chi_square < 45.0, qPrintable(QString::number(chi_square))); // 15 degrees of freedom: 1 in 10,000
    }
}

void TestPredictions::drawsAsOftenAsProbable() {
    const Sampler sampler(0);
    const std::vector<float> logits = {float(std::log(0.5)), float(std::log(0.3)), float(std::log(0.2)), kNever, std::nanf("")};
    int counts[5] = {};
    for (std::size_t position = 0; position < 20'000; ++position)
        ++counts[sampler.draw(logits, position)];
    QVERIFY(std::abs(counts[0] - 10'000) < 300 && std::abs(counts[1] - 6'000) < 300 && std::abs(counts[2] - 4'000) < 300);
    QCOMPARE(counts[3] + counts[4], 0);
    QCOMPARE(sampler.draw(std::vector<float>(3, kNever), 0), 0);
}

void TestPredictions::warpersCut_data() {
    QTest::addColumn<float>("temperature");
    QTest::addColumn<int>("top_k");
    QTest::addColumn<float>("top_p");
    QTest::addColumn<float>("min_p");
    QTest::addColumn<QList<int>>("kept"); // of the probabilities 0.2, 0.4, 0.2, 0.1, 0.1
    QTest::newRow("nothing") << 1.0f << 0 << 1.0f << 0.0f << QList<int>{0, 1, 2, 3, 4};
    QTest::newRow("top 1") << 1.0f << 1 << 1.0f << 0.0f << QList<int>{1};
    QTest::newRow("ties with the last stay") << 1.0f << 2 << 1.0f << 0.0f << QList<int>{0, 1, 2};
    QTest::newRow("more than there are") << 1.0f << 1000 << 1.0f << 0.0f << QList<int>{0, 1, 2, 3, 4};
    QTest::newRow("nucleus of one") << 1.0f << 0 << 0.39f << 0.0f << QList<int>{1};
    QTest::newRow("the smallest nucleus") << 1.0f << 0 << 1e-9f << 0.0f << QList<int>{1};
    QTest::newRow("nucleus") << 1.0f << 0 << 0.75f << 0.0f << QList<int>{0, 1, 2};
    QTest::newRow("nucleus of what top-k left") << 1.0f << 3 << 0.45f << 0.0f << QList<int>{1};
    QTest::newRow("min-p") << 1.0f << 0 << 1.0f << 0.3f << QList<int>{0, 1, 2};
    QTest::newRow("min-p 1") << 1.0f << 0 << 1.0f << 1.0f << QList<int>{1};
    QTest::newRow("temperature comes first") << 4.0f << 0 << 1.0f << 0.6f << QList<int>{0, 1, 2, 3, 4};
}

void TestPredictions::warpersCut() {
    QFETCH(const QList<int>, kept);
    DecodingPlan plan = planOf(1, 9);
    DecodingChoice& decoding = plan.decoding;
    QFETCH(const float, temperature);
    QFETCH(const int, top_k);
    QFETCH(const float, top_p);
    QFETCH(const float, min_p);
    decoding.temperature = temperature;
    decoding.top_k = std::size_t(top_k);
    decoding.top_p = top_p;
    decoding.min_p = min_p;
    std::vector<float> scores;
    for (const double probability : {0.2, 0.4, 0.2, 0.1, 0.1})
        scores.push_back(float(std::log(probability)));
    applyWarpers(plan, scores);
    for (int id = 0; id < 5; ++id)
        QCOMPARE(scores[std::size_t(id)] > kNever, kept.contains(id));
}

void TestPredictions::warpersLeaveHopelessRowsAlone() {
    DecodingPlan plan = planOf(1, 9);
    plan.settings.renormalize_logits = true;
    DecodingChoice& decoding = plan.decoding;
    decoding.temperature = 0.5f;
    decoding.top_k = 2;
    decoding.top_p = 0.5f;
    decoding.min_p = 0.5f;
    std::vector<float> scores(4, kNever);
    applyWarpers(plan, scores);
    QCOMPARE(scores, std::vector<float>(4, kNever));
    std::vector<float> none;
    applyWarpers(plan, none);
}

QTEST_APPLESS_MAIN(TestPredictions)
#include "tst_predictions.moc"
