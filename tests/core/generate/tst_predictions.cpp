// Candidates, the rules about what may come next, and drawing.
#include "core/generate/logits_rules.h"
#include "core/generate/predictions.h"
#include "core/generate/sampler.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <set>
#include <tuple>

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

    void suppressesAndBansSequences();
    void forbidsTheEndBeforeTheLeastLength();
    void forcesTheEndAtTheLimit();
    void forcesTheFirstToken();
    void suppressesFirstTokensOnlyFirst();
    void forbidsRepeatedPairs();
    void weakensRepeatedTokens();
    void renormalises();
    void ignoresIdsOutsideTheVocabulary();

    void drawsTheSameForTheSameSeed();
    void drawsAsOftenAsProbable();
    void topKAndTopPCut();
    void lowTemperatureTakesTheBest();
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
    plan.settings.repetition_penalty = 2.0f;
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

void TestPredictions::drawsTheSameForTheSameSeed() {
    DecodingPlan plan = planOf(1, 9);
    const std::vector<float> logits(1000, 0.0f);
    std::vector<TokenId> drawn[3];
    for (const std::uint64_t seed : {1, 1, 2}) {
        plan.seed = seed;
        Sampler sampler(plan);
        auto& ids = drawn[seed == 2 ? 2 : drawn[0].empty() ? 0 : 1];
        for (int i = 0; i < 20; ++i)
            ids.push_back(sampler.draw(logits));
    }
    QCOMPARE(drawn[0], drawn[1]);
    QVERIFY(drawn[0] != drawn[2]);
}

void TestPredictions::drawsAsOftenAsProbable() {
    DecodingPlan plan = planOf(1, 9);
    Sampler sampler(plan);
    const std::vector<float> logits = {float(std::log(0.5)), float(std::log(0.3)), float(std::log(0.2)), kNever};
    int counts[4] = {};
    for (int i = 0; i < 20'000; ++i)
        ++counts[sampler.draw(logits)];
    QVERIFY(std::abs(counts[0] - 10'000) < 300 && std::abs(counts[1] - 6'000) < 300 && std::abs(counts[2] - 4'000) < 300);
    QCOMPARE(counts[3], 0);
}

void TestPredictions::topKAndTopPCut() {
    const std::vector<float> logits = {float(std::log(0.2)), float(std::log(0.5)), float(std::log(0.3))};
    for (const auto& [top_k, top_p, expected] : {std::tuple{std::size_t{2}, 1.0f, std::size_t{2}},
                                                 std::tuple{std::size_t{0}, 0.6f, std::size_t{2}},
                                                 std::tuple{std::size_t{0}, 0.4f, std::size_t{1}},
                                                 std::tuple{std::size_t{1}, 0.9f, std::size_t{1}},
                                                 std::tuple{std::size_t{0}, 0.9f, std::size_t{3}}}) {
        DecodingPlan plan = planOf(1, 9);
        plan.top_k = top_k;
        plan.top_p = top_p;
        Sampler sampler(plan);
        std::set<TokenId> seen;
        for (int i = 0; i < 500; ++i)
            seen.insert(sampler.draw(logits));
        QCOMPARE(seen.size(), expected);
        QVERIFY(seen.contains(1));
    }
}

void TestPredictions::lowTemperatureTakesTheBest() {
    DecodingPlan plan = planOf(1, 9);
    plan.temperature = 1e-4f;
    Sampler sampler(plan);
    for (int i = 0; i < 100; ++i)
        QCOMPARE(sampler.draw(std::vector<float>{1.0f, 1.1f, 0.9f}), 1);
}

QTEST_APPLESS_MAIN(TestPredictions)
#include "tst_predictions.moc"
