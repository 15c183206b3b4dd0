// The parts under the pipeline: UTF-8, the trie, the vocabulary, patterns, alignment.
#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/byte_trie.h"
#include "core/tokenizer/normalizers.h"
#include "core/tokenizer/oniguruma_syntax.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/vocabulary.h"

#include <QTest>

#include <map>
#include <random>

using namespace headlight;

namespace {

std::vector<std::string> matchesOf(std::string_view pattern, std::string_view text) {
    const auto regex = Regex::compile(pattern, "f", "pattern");
    if (!regex.ok())
        return {regex.error().message()};
    std::vector<ByteRange> ranges;
    if (!regex.value().findAll(text, ranges).ok())
        return {"gave up"};
    std::vector<std::string> out;
    for (const ByteRange& range : ranges)
        out.emplace_back(text.substr(range.begin, range.end - range.begin));
    return out;
}
using Texts = std::vector<std::string>;
using Entries = std::vector<std::pair<std::string_view, std::uint32_t>>;

} // namespace

class TestTokenizerParts : public QObject {
    Q_OBJECT

private slots:
    void readsWhatItWritesInUtf8() {
        for (CodePoint c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
            if (c >= 0xD800 && c < 0xE000)
                continue;
            const std::string text = "x" + toUtf8(c) + "y";
            std::size_t i = 1;
            QCOMPARE(nextCodePoint(text, i), c);
            QCOMPARE(i, text.size() - 1);
            QCOMPARE(previousCodePoint(text, i), c);
            QCOMPARE(i, std::size_t{1});
            QCOMPARE(firstInvalidUtf8(text), text.size());
            QCOMPARE(countCodePoints(text), std::size_t{3});
        }
    }
    void replacesEachMaximalBrokenPartOnce() {
        // The examples of the Unicode Standard, table 3-8 and 3-11.
        QCOMPARE(replaceInvalidUtf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), std::string("\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA"));
        QCOMPARE(replaceInvalidUtf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), std::string("\uFFFD\uFFFD\uFFFD\uFFFDA"));
        QCOMPARE(replaceInvalidUtf8("a\xC3"), std::string("a\uFFFD"));
    }

    void findsExactlyItsKeysInATrie() {
        std::mt19937 random(7);
        std::map<std::string, std::uint32_t> keys;
        for (std::uint32_t i = 0; i < 3000; ++i) {
            std::string key;
            for (std::size_t length = 1 + random() % 6; key.size() < length;)
                key.push_back(static_cast<char>(i % 3 == 0 ? random() % 256 : 'a' + random() % 4));
            keys[key] = i;
        }
        std::vector<std::pair<std::string_view, std::uint32_t>> entries(keys.begin(), keys.end());
        const ByteTrie trie(entries);
        for (int i = 0; i < 20000; ++i) {
            std::string text;
            for (std::size_t length = random() % 9; text.size() < length;)
                text.push_back(static_cast<char>(i % 2 == 0 ? random() % 256 : 'a' + random() % 4));
            std::pair<std::size_t, std::uint32_t> want{0, ByteTrie::none};
            for (std::size_t length = 1; length <= text.size(); ++length)
                if (const auto found = keys.find(text.substr(0, length)); found != keys.end())
                    want = {length, found->second};
            QCOMPARE(trie.longestPrefix(text), want);
        }
    }
    void findsNothingInAnEmptyTrie() {
        QCOMPARE(ByteTrie(Entries()).longestPrefix("abc").first, std::size_t{0});
        QCOMPARE(ByteTrie(Entries{{"", 1}}).longestPrefix(std::string("\0abc", 4)).first, std::size_t{0});
        QCOMPARE(ByteTrie().longestPrefix("abc").first, std::size_t{0});
    }

    void spellsEveryByteVisibly() {
        const auto& alphabet = ByteLevelAlphabet::get();
        for (unsigned byte = 0; byte < 256; ++byte)
            QCOMPARE(alphabet.bytesOf(alphabet.utf8Of(static_cast<unsigned char>(byte))).value_or("?"), std::string(1, static_cast<char>(byte)));
        QCOMPARE(alphabet.utf8Of(' '), std::string_view("Ġ"));
        QCOMPARE(alphabet.utf8Of('\n'), std::string_view("Ċ"));
        QVERIFY(!alphabet.bytesOf("▁"));
    }

    void readsOnigurumaAsRubyDoes() {
        QCOMPARE(matchesOf(R"(^\w+$)", "ab\ncd"), (Texts{"ab", "cd"}));             // lines, always
        QCOMPARE(matchesOf(R"((?m:a.b))", "a\nb"), (Texts{"a\nb"}));                // m is dotall
        QCOMPARE(matchesOf(R"(\h+)", "xFf09g"), (Texts{"Ff09"}));                   // hexadecimal
        QCOMPARE(matchesOf(R"(a{,2}b)", "aab aaab"), (Texts{"aab", "aab"}));        // {0,2}
        QCOMPARE(matchesOf(R"(\d{2}+)", "12345"), (Texts{"1234"}));                 // not possessive
        QCOMPARE(matchesOf(R"([a-z&&[^aeiou]]+)", "hello"), (Texts{"h", "ll"}));    // intersection
        QCOMPARE(matchesOf(R"([^a-c[x-z]]+)", "abmnxz"), (Texts{"mn"}));            // nested, negated
        QCOMPARE(matchesOf(R"(\p{^Alpha}+)", "a1b"), (Texts{"1"}));
        QCOMPARE(matchesOf(R"(\s+)", "a\u180E\u2003b"), (Texts{"\u2003"}));         // U+180E is no space
        QCOMPARE(matchesOf(R"([^\S\n]+)", "a \n\t"), (Texts{" ", "\t"}));
        QCOMPARE(matchesOf(R"(\bé\w)", "éa"), (Texts{"éa"}));
        QCOMPARE(matchesOf(R"(\u00e9)", "é"), (Texts{"é"}));
        QCOMPARE(matchesOf(R"(\p{Han}+)", "漢、字"), (Texts{"漢", "字"}));          // Script, not Script_Extensions
        QCOMPARE(matchesOf(R"(a{b)", "a{b"), (Texts{"a{b"}));
    }
    void knowsTheLettersOfUnicode16() { QCOMPARE(matchesOf(R"(\p{L}+)", "a\U000105C0\u1C89b"), (Texts{"a\U000105C0\u1C89b"})); }
    void skipsEmptyMatchesBehindMatches() { QCOMPARE(matchesOf("x*", "axb"), (Texts{"", "x", ""})); }
    void refusesPatternsThatNestTooDeepOrAreTooLong() {
        QVERIFY(!Regex::compile(std::string(10000, '['), "f", "pattern").ok());
        QVERIFY(!Regex::compile(std::string(20000, 'a'), "f", "pattern").ok());
        QVERIFY(!Regex::compile(std::string(10000, '('), "f", "pattern").ok());
        QCOMPARE(matchesOf("[a[b[c[d]]]]+", "xabcdx"), (Texts{"abcd"}));
    }
    void givesUpOnCatastrophicPatterns() { QCOMPARE(matchesOf("(a|aa)+$", std::string(300, 'a') + "b"), (Texts{"gave up"})); }

    void keepsTheAlignmentOfChangedText() {
        const std::string text = "xe\u0301ﬁ";
        NormalizedString string(text, 0, text.size());
        QVERIFY(makeUnicodeNormalizer(NormalizationForm::Nfkc)->apply(string).ok());
        QCOMPARE(string.text(), std::string_view("xéfi"));
        const std::vector<OriginalRange> want{{0, 1}, {1, 2}, {1, 2}, {4, 7}, {4, 7}};
        QCOMPARE(std::vector<OriginalRange>(string.alignment().begin(), string.alignment().end()), want);
    }
    void storesNoAlignmentWhileNothingChanges() {
        const std::string text = "plain ascii text";
        NormalizedString string(text, 0, text.size());
        std::vector<NormalizerPtr> steps;
        steps.push_back(makeUnicodeNormalizer(NormalizationForm::Nfkc));
        steps.push_back(makeBertNormalizer({}));
        steps.push_back(makeStripNormalizer(true, true));
        QVERIFY(makeSequenceNormalizer(std::move(steps))->apply(string).ok());
        QVERIFY(string.unchanged());
        QCOMPARE(string.text().data(), text.data());
    }

    void refusesMoreEntriesThanAVocabularyHas() {
        const std::vector<std::pair<std::string_view, std::int64_t>> entries(Vocabulary::max_entries + 1, {"a", 0});
        const auto vocabulary = Vocabulary::build(entries, "f", "vocab");
        QVERIFY(!vocabulary.ok());
        QVERIFY(vocabulary.error().message().find(std::to_string(Vocabulary::max_entries)) != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestTokenizerParts)
#include "tst_tokenizer_parts.moc"
