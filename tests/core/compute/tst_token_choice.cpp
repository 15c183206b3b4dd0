// Choosing the next token: every backend gives what the reference gives, for one row and for several, with
// every rule and every cut, and the reference itself against a plain computation in double precision.
#include "compute_support.h"

#include "core/compute/sampler.h"
#include "core/compute/token_choice.h"

#include <algorithm>
#include <functional>
#include <set>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

struct Case {
    const char* name;
    TokenQuery query;
};

/// Every way a token is asked for, alone and together.
std::vector<Case> cases() {
    std::vector<Case> all;
    const auto add = [&](const char* name, const std::function<void(TokenQuery&)>& change) {
        TokenQuery query;
        query.seed = 11;
        query.position = 7;
        change(query);
        all.push_back({name, query});
    };
    add("greedy", [](TokenQuery&) {});
    add("nothing listed", [](TokenQuery& q) { q.n_candidates = q.n_choices = 0; });
    add("many listed", [](TokenQuery& q) { q.n_candidates = 64, q.n_choices = 33; });
    add("more listed than a GPU ranks", [](TokenQuery& q) { q.n_candidates = 70; });
    add("penalties", [](TokenQuery& q) {
        q.edits.penalties = {{3, 1.5f}, {4, 0.5f}, {3, 2.0f}, {-1, 9.0f}, {1 << 20, 9.0f}};
    });
    add("forbidden", [](TokenQuery& q) { q.edits.forbidden = {0, 1, 2, 5, -4, 5}; });
    add("forced", [](TokenQuery& q) {
        q.edits.penalties = {{2, 3.0f}};
        q.edits.forced = std::vector<std::int32_t>{2, 6};
        q.edits.forbidden = {2};
    });
    add("renormalised", [](TokenQuery& q) { q.edits.renormalise = true; });
    add("a beam's", [](TokenQuery& q) {
        q.log_softmax = true;
        q.added = -12.25f;
        q.n_candidates = 0;
        q.edits.forbidden = {1};
    });
    add("drawn", [](TokenQuery& q) { q.draws = true; });
    add("drawn, warm", [](TokenQuery& q) { q.draws = true, q.warping.temperature = 1.7f; });
    add("drawn of 1", [](TokenQuery& q) { q.draws = true, q.warping.top_k = 1; });
    add("drawn of 40",
        [](TokenQuery& q) { q.draws = true, q.warping.top_k = 40, q.warping.temperature = 0.8f; });
    add("drawn of a nucleus", [](TokenQuery& q) { q.draws = true, q.warping.top_p = 0.9; });
    add("drawn of a small nucleus", [](TokenQuery& q) { q.draws = true, q.warping.top_p = 1e-6; });
    add("drawn above a share", [](TokenQuery& q) { q.draws = true, q.warping.min_p = 0.05f; });
    add("drawn, everything", [](TokenQuery& q) {
        q.draws = true;
        q.warping = {.temperature = 1.3f, .top_k = 50, .top_p = 0.95, .min_p = 0.01f, .renormalise = false};
        q.edits.penalties = {{3, 1.2f}, {8, 1.2f}};
        q.edits.forbidden = {0};
    });
    add("drawn, renormalised",
        [](TokenQuery& q) { q.draws = true, q.warping.renormalise = true, q.warping.top_k = 5; });
    return all;
}

std::vector<float> row(std::size_t n, unsigned kind) {
    std::vector<float> logits = randomFloats(n, kind, 3.0f);
    switch (kind) {
    case 2: // few different numbers: ties everywhere
        for (float& x : logits)
            x = std::round(x);
        break;
    case 3: // damaged
        for (std::size_t i = 0; i < n; i += 3)
            logits[i] = i % 2 == 0 ? std::numeric_limits<float>::quiet_NaN() : kImpossible;
        break;
    case 4: // nothing can come
        std::fill(logits.begin(), logits.end(), kImpossible);
        break;
    case 5: // zeros of both signs, and one far above
        for (std::size_t i = 0; i < n; ++i)
            logits[i] = i % 2 == 0 ? 0.0f : -0.0f;
        logits[n / 2] = 30.0f;
        break;
    default:
        break;
    }
    return logits;
}

bool near(double a, double b) {
    return std::abs(a - b) <= 1e-6 * std::max({1e-3, std::abs(a), std::abs(b)}) || a == b;
}

/// The same tokens in the same order. Scores that take part in a normaliser may differ by its last rounding.
void compareLists(const std::vector<Candidate>& found, const std::vector<Candidate>& expected) {
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        QCOMPARE(found[i].id, expected[i].id);
        QVERIFY(near(double(found[i].logit), double(expected[i].logit)));
        QVERIFY(near(double(found[i].probability), double(expected[i].probability)));
    }
}

void compareChoices(const TokenChoice& found, const TokenChoice& expected) {
    QCOMPARE(found.chosen, expected.chosen);
    QVERIFY(near(double(found.probability), double(expected.probability)));
    QVERIFY(near(double(found.choice_probability), double(expected.choice_probability)));
    compareLists(found.candidates, expected.candidates);
    compareLists(found.choices, expected.choices);
}

} // namespace

class TestTokenChoice : public QObject {
    Q_OBJECT
private slots:
    void backendsChooseAsTheReference_data();
    void backendsChooseAsTheReference();
    void rowsAreAskedForInAnyOrder_data();
    void rowsAreAskedForInAnyOrder();
    void drawsFollowTheProbabilities();
    void cutsKeepWhatTheySay();
    void editsComeInTheirOrder();
    void logitsAreCapped_data();
    void logitsAreCapped();
};

void TestTokenChoice::backendsChooseAsTheReference_data() {
    QTest::addColumn<int>("backend");
    QTest::addColumn<int>("vocabulary");
    for (std::size_t i = 0; i < allBackends().size(); ++i)
        for (const int vocabulary : {9, 1024, 1025, 5000})
            QTest::addRow("%s, %d tokens", allBackends()[i].name.c_str(), vocabulary)
                << static_cast<int>(i) << vocabulary;
}

void TestTokenChoice::backendsChooseAsTheReference() {
    QFETCH(int, backend);
    QFETCH(int, vocabulary);
    const NamedBackend& named = allBackends()[static_cast<std::size_t>(backend)];
    HEADLIGHT_SKIP_MISSING(named);
    const auto n = static_cast<std::size_t>(vocabulary);
    for (unsigned kind = 1; kind <= 5; ++kind) {
        const std::vector<float> logits = row(n, kind);
        const MatrixView view = uploaded(*named.backend, 1, n, logits);
        for (const Case& one : cases()) {
            const TokenChoice found = named.backend->chooseTokens(view, {&one.query, 1}).front();
            compareChoices(found, chooseToken(logits, one.query));
            if (QTest::currentTestFailed())
                QFAIL(
                    qPrintable(QStringLiteral("%1, row of kind %2").arg(QLatin1String(one.name)).arg(kind)));
        }
        QVERIFY(surroundingsUntouched(*named.backend, view));
    }
}

void TestTokenChoice::rowsAreAskedForInAnyOrder_data() {
    QTest::addColumn<int>("backend");
    for (std::size_t i = 0; i < allBackends().size(); ++i)
        QTest::newRow(allBackends()[i].name.c_str()) << static_cast<int>(i);
}

/// As beams do: some rows twice, some not at all, each with rules of its own; more rules than a launch takes
/// along.
void TestTokenChoice::rowsAreAskedForInAnyOrder() {
    QFETCH(int, backend);
    const NamedBackend& named = allBackends()[static_cast<std::size_t>(backend)];
    HEADLIGHT_SKIP_MISSING(named);
    constexpr std::size_t n = 2100;
    const std::vector<float> logits = randomFloats(4 * n, 21, 3.0f);
    const MatrixView view = uploaded(*named.backend, 4, n, logits);
    std::vector<TokenQuery> queries;
    for (const std::size_t row : {std::size_t{2}, std::size_t{0}, std::size_t{2}, std::size_t{3}}) {
        TokenQuery query;
        query.row = row;
        query.log_softmax = true;
        query.added = -float(queries.size());
        query.n_choices = 2 * queries.size() + 1;
        for (std::int32_t id = 0; id < 900; ++id)
            query.edits.forbidden.push_back(static_cast<std::int32_t>(queries.size()) + 2 * id);
        queries.push_back(query);
    }
    const std::vector<TokenChoice> found = named.backend->chooseTokens(view, queries);
    QCOMPARE(found.size(), queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i)
        compareChoices(found[i], chooseToken(std::span(logits).subspan(queries[i].row * n, n), queries[i]));
}

/// Many positions are many independent draws: each token's share lies within five standard deviations.
void TestTokenChoice::drawsFollowTheProbabilities() {
    const std::vector<float> logits = {0.0f, 1.0f, -1.0f, 2.0f, kImpossible};
    constexpr std::size_t kDraws = 20000;
    std::vector<std::size_t> counts(logits.size(), 0);
    TokenQuery query;
    query.draws = true;
    query.n_candidates = query.n_choices = 0;
    for (query.position = 0; query.position < kDraws; ++query.position)
        ++counts[static_cast<std::size_t>(chooseToken(logits, query).chosen)];
    for (std::size_t id = 0; id < logits.size(); ++id) {
        const double p = probabilityOf(logits, static_cast<std::int32_t>(id));
        QVERIFY(std::abs(double(counts[id]) - p * kDraws) <= 5 * std::sqrt(p * (1 - p) * kDraws));
    }
}

void TestTokenChoice::cutsKeepWhatTheySay() {
    const auto kept = [](std::vector<float> scores, const ScoreWarping& warping) {
        warpScores(warping, scores);
        std::set<std::size_t> ids;
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (scores[i] > kImpossible)
                ids.insert(i);
        return ids;
    };
    const std::vector<float> scores = {std::log(0.1f), std::log(0.4f), std::log(0.2f), std::log(0.2f),
                                       std::log(0.1f)};
    using Ids = std::set<std::size_t>;
    QVERIFY(kept(scores, {.top_k = 2}) == (Ids{1, 2, 3})); // ties stay
    QVERIFY(kept(scores, {.top_p = 0.5}) == (Ids{1, 3}));  // of equals the larger id
    QVERIFY(kept(scores, {.top_p = 0.7}) == (Ids{1, 2, 3}));
    QVERIFY(kept(scores, {.top_p = 1e-9}) == (Ids{1}));
    QVERIFY(kept(scores, {.min_p = 0.45f}) == (Ids{1, 2, 3}));
}

void TestTokenChoice::editsComeInTheirOrder() {
    std::vector<float> scores = {2.0f, -2.0f, 1.0f, std::numeric_limits<float>::quiet_NaN()};
    ScoreEdits edits;
    edits.penalties = {{0, 2.0f}, {1, 2.0f}, {0, 4.0f}};
    edits.forbidden = {2};
    editScores(edits, scores);
    QCOMPARE(scores[0], 0.25f);
    QCOMPARE(scores[1], -4.0f);
    QVERIFY(scores[2] == kImpossible && scores[3] == kImpossible);
    edits.forced = std::vector<std::int32_t>{1, 2};
    editScores(edits, scores);
    QVERIFY(scores[0] == kImpossible && scores[2] == kImpossible);
    QCOMPARE(scores[1], 0.0f);
}

void TestTokenChoice::logitsAreCapped_data() {
    rowsAreAskedForInAnyOrder_data();
}

void TestTokenChoice::logitsAreCapped() {
    QFETCH(int, backend);
    const NamedBackend& named = allBackends()[static_cast<std::size_t>(backend)];
    HEADLIGHT_SKIP_MISSING(named);
    const std::vector<float> logits = randomFloats(3 * 1500, 4, 40.0f);
    for (const float softcap : {0.0f, 30.0f}) {
        const MatrixView view = uploaded(*named.backend, 3, 1500, logits);
        named.backend->capLogits(view, 0.5f, softcap);
        const std::vector<float> found = downloaded(*named.backend, view);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const double scaled = 0.5 * double(logits[i]);
            const double expected =
                softcap > 0.0f ? double(softcap) * std::tanh(scaled / double(softcap)) : scaled;
            QVERIFY(std::abs(double(found[i]) - expected) <= 1e-5 * (1.0 + std::abs(expected)));
        }
        QVERIFY(surroundingsUntouched(*named.backend, view));
    }
}

QTEST_APPLESS_MAIN(TestTokenChoice)
#include "tst_token_choice.moc"
