// Which tokens make up a word, for each way vocabularies have of saying so.
#include "core/model/word_groups.h"

#include <QtTest>

using namespace headlight;

namespace {

struct Token {
    std::string token;
    std::string display;
    std::string text; ///< what of the text it is; empty: nothing is known
    bool special = false;
};

/// Tokens of a text that is their texts one behind the other.
TokenSequence located(const std::vector<Token>& tokens) {
    TokenSequence sequence;
    for (const Token& token : tokens) {
        sequence.tokens.push_back(token.token);
        sequence.display.push_back(token.display);
        sequence.offsets.push_back({sequence.text.size(), sequence.text.size() + token.text.size()});
        sequence.text += token.text;
        sequence.special.push_back(token.special);
        sequence.sequence.push_back(token.special ? -1 : 0);
        sequence.ids.push_back(0);
    }
    return sequence;
}

TokenSequence unlocated(const std::vector<std::string>& tokens, const std::vector<std::string>& display) {
    TokenSequence sequence;
    sequence.tokens = tokens;
    sequence.display = display;
    sequence.ids.assign(tokens.size(), 0);
    sequence.offsets.assign(tokens.size(), {});
    sequence.special.assign(tokens.size(), false);
    sequence.sequence.assign(tokens.size(), 0);
    return sequence;
}

std::string wordsOf(const TokenSequence& sequence) {
    const WordGroups groups = wordGroups(sequence);
    std::string words;
    std::size_t next = 0;
    for (std::size_t i = 0; i < groups.tokens.size(); ++i) {
        if (groups.tokens[i].begin != next || groups.tokens[i].end <= next)
            return "not one behind the other";
        next = groups.tokens[i].end;
        words += (i == 0 ? "" : "|") + groups.texts[i];
    }
    return next == sequence.size() ? words : "not all tokens";
}

} // namespace

class TestWordGroups : public QObject {
    Q_OBJECT
private slots:
    void byteLevel();
    void byteLevelWithoutTheText();
    void wordPiece();
    void wordPieceWithoutTheText();
    void sentencePiece();
    void bytesOfACharacterStayTogether();
    void specialTokensStandAlone();
    void apostrophes();
    void chineseAndThaiGoTokenByToken();
    void lineBreaksStandAlone();
    void sentencesOfAPairDoNotMeet();
    void ofNothingThereIsNone();
};

void TestWordGroups::byteLevel() {
    QCOMPARE(wordsOf(located({{"The", "The", "The"},
                              {"Ġun", " un", " un"},
                              {"aff", "aff", "aff"},
                              {"ordable", "ordable", "ordable"},
                              {",", ",", ","},
                              {"Ġwell", " well", " well"},
                              {"-", "-", "-"},
                              {"known", "known", "known"}})),
             std::string("The|unaffordable|,|well|-|known"));
}

void TestWordGroups::byteLevelWithoutTheText() {
    QCOMPARE(wordsOf(unlocated({"The", "Ġun", "aff", "ord", ".", "ĠGPT", "2"},
                               {"The", " un", "aff", "ord", ".", " GPT", "2"})),
             std::string("The|unafford|.|GPT2"));
}

void TestWordGroups::wordPiece() {
    TokenSequence sequence = located({{"una", "una", "una"},
                                      {"##ff", "##ff", "ff"},
                                      {"##able", "##able", "able"},
                                      {"cat", "cat", "cat"},
                                      {".", ".", "."}});
    sequence.text = "unaffable cat.";
    sequence.offsets[3] = {10, 13}; // the blank is no token's
    sequence.offsets[4] = {13, 14};
    QCOMPARE(wordsOf(sequence), std::string("unaffable|cat|."));
}

void TestWordGroups::wordPieceWithoutTheText() {
    QCOMPARE(wordsOf(unlocated({"una", "##ff", "##able", "cat", "."}, {"una", "##ff", "##able", "cat", "."})),
             std::string("unaffable|cat|."));
}

void TestWordGroups::sentencePiece() {
    QCOMPARE(wordsOf(located({{"▁well", " well", "well"},
                              {"n", "n", "n"},
                              {"ess", "ess", "ess"},
                              {"▁", " ", " "},
                              {"Paris", "Paris", "Paris"},
                              {"!", "!", "!"}})),
             std::string("wellness|Paris|!"));
    QCOMPARE(wordsOf(unlocated({"▁well", "n", "ess", "▁", "Paris"}, {" well", "n", "ess", " ", "Paris"})),
             std::string("wellness|Paris"));
}

void TestWordGroups::bytesOfACharacterStayTogether() {
    // "ca", "f", and the two bytes of é, which both say that they are all of it; then a smile of four bytes.
    TokenSequence sequence =
        located({{"ca", "ca", "ca"}, {"f", "f", "f"}, {"Ã", "<0xC3>", "é"}, {"©", "<0xA9>", ""}});
    sequence.offsets[3] = sequence.offsets[2];
    QCOMPARE(wordsOf(sequence), std::string("café"));
    QCOMPARE(
        wordsOf(unlocated({"ca", "f", "<0xC3>", "<0xA9>", "▁", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>"},
                          {" ca", "f", "<0xC3>", "<0xA9>", " ", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>"})),
        std::string("café|🙂"));
    QCOMPARE(wordsOf(unlocated({"<0xA9>", "<0xFF>"}, {"<0xA9>", "<0xFF>"})),
             std::string("\xEF\xBF\xBD|\xEF\xBF\xBD"));
}

void TestWordGroups::specialTokensStandAlone() {
    QCOMPARE(wordsOf(located({{"<s>", "<s>", "", true},
                              {"a", "a", "a"},
                              {"b", "b", "b"},
                              {"</s>", "</s>", "", true},
                              {"</s>", "</s>", "", true}})),
             std::string("<s>|ab|</s>|</s>"));
}

void TestWordGroups::apostrophes() {
    QCOMPARE(wordsOf(located({{"Don", "Don", "Don"}, {"'t", "'t", "'t"}, {"!", "!", "!"}})),
             std::string("Don't|!"));
    QCOMPARE(wordsOf(located({{"don", "don", "don"}, {"'", "'", "'"}, {"t", "t", "t"}})),
             std::string("don't"));
    QCOMPARE(wordsOf(located({{"cats", "cats", "cats"}, {"'", "'", "'"}, {"Ġhome", " home", " home"}})),
             std::string("cats|'|home"));
    QCOMPARE(wordsOf(located({{"'", "'", "'"}, {"quoted", "quoted", "quoted"}, {"'", "'", "'"}})),
             std::string("'|quoted|'"));
}

void TestWordGroups::chineseAndThaiGoTokenByToken() {
    QCOMPARE(wordsOf(located({{"▁", " ", " "},
                              {"日本", "日本", "日本"},
                              {"語", "語", "語"},
                              {"cat", "cat", "cat"},
                              {"s", "s", "s"}})),
             std::string("日本|語|cats"));
    QCOMPARE(wordsOf(located({{"กา", "กา", "กา"}, {"แฟ", "แฟ", "แฟ"}, {"\u0E49ะ", "\u0E49ะ", "\u0E49ะ"}})),
             std::string("กา|แฟ\u0E49ะ"));
}

void TestWordGroups::lineBreaksStandAlone() {
    QCOMPARE(wordGroups(located({{"end", "end", "end"}, {"Ċ", "\n", "\n"}, {"Next", "Next", "Next"}})).tokens,
             (std::vector<TokenRange>{{0, 1}, {1, 2}, {2, 3}}));
}

void TestWordGroups::sentencesOfAPairDoNotMeet() {
    TokenSequence sequence = located({{"one", "one", "one"}, {"two", "two", "two"}});
    sequence.sequence[1] = 1;
    sequence.text_pair = "two";
    sequence.offsets[1] = {0, 3};
    QCOMPARE(wordsOf(sequence), std::string("one|two"));
}

void TestWordGroups::ofNothingThereIsNone() {
    QVERIFY(wordGroups({}).tokens.empty());
}

QTEST_GUILESS_MAIN(TestWordGroups)
#include "tst_word_groups.moc"
