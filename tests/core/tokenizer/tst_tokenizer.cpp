// The Tokenizer as the rest of Headlight uses it: folders, pairs, decoding, display, threads, the bundled model.
#include "core/tokenizer/tokenizer.h"
#include "tests/support/files.h"

#include <QTest>

#include <cstring>
#include <thread>

using namespace headlight;
using headlight::testing::TemporaryFolder;
using Ids = std::vector<TokenId>;
using Tokens = std::vector<std::string>;

namespace {

const char* const bert_vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlight\n##house\nthe\ncafe\n.\nCaf\n";
const char* const byte_vocabulary = R"({"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"<mask>":4,"<|endoftext|>":5,"a":6,"Ġ":7,"Ġa":8,"Ã":9,"©":10,"Ċ":11,"â":12})";
const char* const byte_merges = "#version: 0.2\nĠ a\n";

/// A SentencePiece model of these pieces; the first is the unknown one. Lengths stay under 128, one byte each.
std::string sentencePieceBytes(const std::vector<std::pair<std::string, float>>& pieces) {
    std::string out;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        std::string score(4, '\0');
        std::memcpy(score.data(), &pieces[i].second, 4);
        const std::string inside = std::string("\x0a") + static_cast<char>(pieces[i].first.size()) + pieces[i].first + "\x15" + score + "\x18" + (i == 0 ? '\x02' : '\x01');
        out += std::string("\x0a") + static_cast<char>(inside.size()) + inside;
    }
    return out;
}

std::shared_ptr<const Tokenizer> open(const std::filesystem::path& folder) {
    auto tokenizer = Tokenizer::fromFolder(folder);
    if (!tokenizer.ok())
        qWarning("%s", tokenizer.error().message().c_str());
    return tokenizer.ok() ? tokenizer.value() : nullptr;
}

} // namespace

class TestTokenizer : public QObject {
    Q_OBJECT

private slots:
    void readsBertVocabularyFile() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", bert_vocabulary);
        const auto tokenizer = open(folder.path());
        QVERIFY(tokenizer);
        const auto encoding = tokenizer->encode("The LIGHTHOUSE, café. [MASK]").value();
        QCOMPARE(encoding.ids, (Ids{2, 7, 5, 6, 1, 8, 9, 4, 3}));
        QCOMPARE(encoding.offsets[2], (ByteRange{4, 9}));
        QCOMPARE(encoding.offsets[3], (ByteRange{9, 14}));
        QCOMPARE(encoding.offsets[5], (ByteRange{16, 21})); // "café" is five bytes
        QCOMPARE(tokenizer->decode(encoding.ids), std::string("the lighthouse cafe."));
    }
    void readsBertCasing() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", bert_vocabulary);
        folder.write("tokenizer_config.json", R"({"do_lower_case":false})");
        const auto tokenizer = open(folder.path());
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->encode("Caf the The", {false}).value().ids, (Ids{10, 7, 1}));
    }
    void givesThePairItsTypeIdsAndSequences() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", bert_vocabulary);
        const auto encoding = open(folder.path())->encodePair("the light", "cafe").value();
        QCOMPARE(encoding.ids, (Ids{2, 7, 5, 3, 8, 3}));
        QCOMPARE(encoding.type_ids, (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1}));
        QCOMPARE(encoding.sequence, (std::vector<std::int8_t>{-1, 0, 0, -1, 1, -1}));
        QCOMPARE(encoding.special, (std::vector<bool>{true, false, false, true, false, true}));
        QCOMPARE(encoding.offsets[4], (ByteRange{0, 4}));
    }
    void readsGpt2Files() {
        const TemporaryFolder folder;
        folder.write("vocab.json", byte_vocabulary);
        folder.write("merges.txt", byte_merges);
        const auto tokenizer = open(folder.path());
        QVERIFY(tokenizer);
        const auto encoding = tokenizer->encode("a aé<|endoftext|>").value();
        QCOMPARE(encoding.ids, (Ids{6, 8, 9, 10, 5}));
        QCOMPARE(encoding.offsets[1], (ByteRange{1, 3}));
        QCOMPARE(encoding.offsets[2], (ByteRange{3, 5})); // half a character: the whole of it
        QCOMPARE(encoding.offsets[3], (ByteRange{3, 5}));
        QVERIFY(tokenizer->isSpecial(5));
        QVERIFY(!tokenizer->isSpecial(6));
        QCOMPARE(tokenizer->decode(encoding.ids), std::string("a aé"));
        QCOMPARE(tokenizer->decode(encoding.ids, false), std::string("a aé<|endoftext|>"));
        QCOMPARE(tokenizer->decode(Ids{9}), std::string("\xEF\xBF\xBD"));
        QCOMPARE(tokenizer->decode(Ids{6, 99, -1, 6}), std::string("aa")); // unknown ids are skipped
    }
    void addsTheBeginningOfTextWhereTheConfigurationSaysSo() {
        const TemporaryFolder folder;
        folder.write("vocab.json", byte_vocabulary);
        folder.write("merges.txt", byte_merges);
        folder.write("tokenizer_config.json", R"({"add_bos_token":true,"add_prefix_space":true})");
        QCOMPARE(open(folder.path())->encode("a").value().ids, (Ids{5, 8}));
    }
    void readsRobertaFilesByTheirConfiguration() {
        const TemporaryFolder folder;
        folder.write("vocab.json", byte_vocabulary);
        folder.write("merges.txt", byte_merges);
        folder.write("config.json", R"({"model_type":"roberta"})");
        const auto tokenizer = open(folder.path());
        QVERIFY(tokenizer);
        const auto encoding = tokenizer->encodePair("a a", "a").value();
        QCOMPARE(encoding.ids, (Ids{0, 6, 8, 2, 2, 6, 2}));
        QCOMPARE(encoding.offsets[2], (ByteRange{2, 3})); // without the space
        QCOMPARE(encoding.type_ids, std::vector<std::uint8_t>(7, 0));
    }
    void readsMarianFiles() {
        const TemporaryFolder folder;
        folder.write("vocab.json", R"({"</s>":0,"<unk>":1,"▁the":2,"▁light":3,"s":4,">>fra<<":5,"▁phare":6,"<pad>":7})");
        folder.write("source.spm", sentencePieceBytes({{"<unk>", 0}, {"▁the", -1}, {"▁light", -2}, {"▁", -3}, {"s", -3}}));
        folder.write("target.spm", sentencePieceBytes({{"<unk>", 0}, {"▁phare", -1}, {"s", -3}}));
        const auto tokenizer = open(folder.path());
        QVERIFY(tokenizer);
        const std::string text = " the  lights ";
        const auto encoding = tokenizer->encode(text).value();
        QCOMPARE(encoding.ids, (Ids{2, 3, 4, 0}));
        QCOMPARE(encoding.offsets, (std::vector<ByteRange>{{1, 4}, {5, 11}, {11, 12}, {0, 0}}));
        QCOMPARE(tokenizer->decode(encoding.ids), std::string("the lights"));
        QCOMPARE(tokenizer->displayText(3), std::string(" light"));
        // A language code only at the beginning; a piece that is not in vocab.json is unknown, spelled as it stands.
        QCOMPARE(tokenizer->encode(">>fra<<the").value().ids, (Ids{5, 2, 0}));
        QCOMPARE(tokenizer->encode("xy").value().tokens, (Tokens{"▁", "xy", "</s>"}));
        QCOMPARE(tokenizer->encode("xy").value().ids, (Ids{1, 1, 0}));
        QCOMPARE(tokenizer->encode("phares", {.side = TextSide::Target}).value().ids, (Ids{6, 4, 0}));
    }
    void prefersTokenizerJson() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", bert_vocabulary);
        folder.write("tokenizer.json", R"({"version":"1.0","model":{"type":"WordLevel","unk_token":"x","vocab":{"x":0}}})");
        QCOMPARE(open(folder.path())->vocabularySize(), std::size_t{1});
    }

    void showsByteLevelTokensAsText() {
        const TemporaryFolder folder;
        folder.write("vocab.json", byte_vocabulary);
        folder.write("merges.txt", byte_merges);
        const auto tokenizer = open(folder.path());
        QCOMPARE(tokenizer->displayText(8), std::string(" a"));
        QCOMPARE(tokenizer->displayText(11), std::string("\n"));
        QCOMPARE(tokenizer->displayText(12), std::string("<0xE2>"));
        QCOMPARE(tokenizer->displayText(5), std::string("<|endoftext|>"));
        QCOMPARE(tokenizer->displayText(99), std::string());
    }
    void showsMetaspaceAndSuffixAsSpaces() {
        const auto sentence_piece = Tokenizer::fromJson(R"({"version":"1.0","decoder":{"type":"Metaspace","replacement":"▁"},"model":{"type":"WordLevel","unk_token":"x","vocab":{"▁cat":0,"Ġ":1}}})", "f");
        QCOMPARE(sentence_piece.value()->displayText(0), std::string(" cat"));
        QCOMPARE(sentence_piece.value()->displayText(1), std::string("Ġ"));
        const auto words = Tokenizer::fromJson(R"({"version":"1.0","decoder":{"type":"BPEDecoder","suffix":"</w>"},"model":{"type":"WordLevel","unk_token":"x","vocab":{"cat</w>":0}}})", "f");
        QCOMPARE(words.value()->displayText(0), std::string("cat "));
    }
    void looksTokensUpBothWays() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", bert_vocabulary);
        const auto tokenizer = open(folder.path());
        QCOMPARE(tokenizer->tokenToId("##house").value_or(-1), 6);
        QVERIFY(!tokenizer->tokenToId("house"));
        QCOMPARE(tokenizer->idToToken(6).value_or(""), std::string_view("##house"));
        QCOMPARE(tokenizer->vocabularySize(), std::size_t{11});
    }
    void numbersAddedTokensFromTheEndOfTheVocabulary() {
        const auto tokenizer = Tokenizer::fromJson(
            R"({"version":"1.0","added_tokens":[{"id":1,"content":"new"},{"id":7,"content":"x"},{"id":9,"content":"newer","special":true}],"model":{"type":"WordLevel","unk_token":"x","vocab":{"x":0}}})", "f");
        QVERIFY(tokenizer.ok());
        QCOMPARE(tokenizer.value()->tokenToId("new").value_or(-1), 1);
        QCOMPARE(tokenizer.value()->tokenToId("x").value_or(-1), 0);
        QCOMPARE(tokenizer.value()->tokenToId("newer").value_or(-1), 2);
        QCOMPARE(tokenizer.value()->vocabularySize(), std::size_t{3});
    }

    void leavesSpecialTokensOutOnRequest() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", bert_vocabulary);
        QCOMPARE(open(folder.path())->encode("light", {false}).value().ids, (Ids{5}));
    }
    void tokenizesFromSeveralThreadsAtOnce() {
        const TemporaryFolder folder;
        folder.write("vocab.json", byte_vocabulary);
        folder.write("merges.txt", byte_merges);
        folder.write("other/vocab.txt", bert_vocabulary);
        const auto first = open(folder.path()), second = open(folder.file("other"));
        const Ids want_first = first->encode("a a aé a").value().ids, want_second = second->encode("the light. cafe").value().ids;
        std::vector<int> wrong(4, 0);
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < wrong.size(); ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 500; ++i)
                    wrong[t] += first->encode("a a aé a").value().ids != want_first || second->encode("the light. cafe").value().ids != want_second;
            });
        for (auto& thread : threads)
            thread.join();
        QCOMPARE(wrong, std::vector<int>(4, 0));
    }
    void tokenizesForTheBundledModel() {
        const auto tokenizer = open(std::filesystem::path(HEADLIGHT_RESOURCES_DIR) / "models" / "en-fr");
        QVERIFY(tokenizer);
        const std::string text = "The light in the window, 1984.";
        const auto encoding = tokenizer->encode(text).value();
        QCOMPARE(encoding.tokens.front(), std::string("▁The"));
        QCOMPARE(encoding.tokens.back(), std::string("</s>"));
        QCOMPARE(encoding.sequence.back(), std::int8_t{-1});
        QCOMPARE(encoding.offsets[encoding.size() - 2], (ByteRange{text.size() - 1, text.size()}));
        QCOMPARE(tokenizer->decode(encoding.ids), text);
        for (const TokenId id : encoding.ids)
            QVERIFY(id >= 0 && static_cast<std::size_t>(id) < tokenizer->vocabularySize());
    }
};

QTEST_APPLESS_MAIN(TestTokenizer)
#include "tst_tokenizer.moc"
