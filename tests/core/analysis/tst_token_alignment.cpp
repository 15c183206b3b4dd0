// Alignments against the textbook's table, and what a person expects of small texts.
#include "core/analysis/token_alignment.h"

#include <QtTest>

#include <random>

using namespace headlight;

namespace {

using Tokens = std::vector<std::string>;

std::size_t lcsLength(const Tokens& a, const Tokens& b) {
    std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j)
            table[i + 1][j + 1] = a[i] == b[j] ? table[i][j] + 1 : std::max(table[i][j + 1], table[i + 1][j]);
    return table[a.size()][b.size()];
}

std::size_t pairsOf(const Alignment& pairs) {
    return static_cast<std::size_t>(std::ranges::count_if(pairs, &AlignedPair::both));
}

/// All tokens of both once, in order, and pairs of equal ones.
bool isAlignmentOf(const Alignment& pairs, const Tokens& a, const Tokens& b) {
    std::size_t next_a = 0, next_b = 0;
    for (const AlignedPair& pair : pairs) {
        if ((!pair.a && !pair.b) || (pair.a && *pair.a != next_a++) || (pair.b && *pair.b != next_b++))
            return false;
        if (pair.both() && a[*pair.a] != b[*pair.b])
            return false;
    }
    return next_a == a.size() && next_b == b.size();
}

Tokens randomTokens(std::size_t n, unsigned n_different, std::mt19937& random) {
    Tokens tokens;
    for (std::size_t i = 0; i < n; ++i)
        tokens.push_back(std::to_string(random() % n_different));
    return tokens;
}

} // namespace

class TestTokenAlignment : public QObject {
    Q_OBJECT
private slots:
    void findsALongestCommonSubsequence();
    void oneWordChanged();
    void nothingInCommon();
    void emptySides();
    void sixteenThousandTokens();
    void stopsWhenAsked();
};

void TestTokenAlignment::findsALongestCommonSubsequence() {
    std::mt19937 random(11);
    for (int round = 0; round < 300; ++round) {
        const auto n_different = static_cast<unsigned>(1 + random() % 12);
        const Tokens a = randomTokens(random() % 150, n_different, random),
                     b = randomTokens(random() % 150, n_different, random);
        const auto pairs = alignTokens(a, b);
        QVERIFY(pairs.ok());
        QVERIFY(isAlignmentOf(*pairs, a, b));
        QCOMPARE(pairsOf(*pairs), lcsLength(a, b));
    }
}

void TestTokenAlignment::oneWordChanged() {
    const Tokens a = {"The", "black", "cat", "sleeps", "."},
                 b = {"The", "white", "cat", "often", "sleeps", "."};
    const Alignment expected = {{0, 0}, {1, {}}, {{}, 1}, {2, 2}, {{}, 3}, {3, 4}, {4, 5}};
    QCOMPARE(alignTokens(a, b).value(), expected);
}

void TestTokenAlignment::nothingInCommon() {
    const Tokens a = {"x", "y"}, b = {"z"};
    const Alignment expected = {{0, {}}, {1, {}}, {{}, 0}};
    QCOMPARE(alignTokens(a, b).value(), expected);
}

void TestTokenAlignment::emptySides() {
    QVERIFY(alignTokens({}, {}).value().empty());
    const Tokens a = {"x"};
    QCOMPARE(alignTokens(a, {}).value(), (Alignment{{0, {}}}));
    QCOMPARE(alignTokens({}, a).value(), (Alignment{{{}, 0}}));
}

void TestTokenAlignment::sixteenThousandTokens() {
    std::mt19937 random(5);
    const Tokens a = randomTokens(16384, 3000, random);
    Tokens b;
    for (const std::string& token : a) {
        if (random() % 10 == 0)
            b.push_back("new");
        if (random() % 10 != 0)
            b.push_back(token);
    }
    const auto pairs = alignTokens(a, b);
    QVERIFY(pairs.ok());
    QVERIFY(isAlignmentOf(*pairs, a, b));
    QVERIFY(pairsOf(*pairs) >= b.size() - static_cast<std::size_t>(std::ranges::count(b, "new")));
}

void TestTokenAlignment::stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    const Tokens a = {"x", "y", "z"}, b = {"z", "x"};
    QVERIFY(alignTokens(a, b, {.stop = stop.get_token(), .progress = {}}).error().cancelled());
}

QTEST_GUILESS_MAIN(TestTokenAlignment)
#include "tst_token_alignment.moc"
