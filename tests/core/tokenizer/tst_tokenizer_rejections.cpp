// Damaged and hostile tokenizer files and texts: an Error that names file, item, expected and found; never a crash.
#include "core/tokenizer/tokenizer.h"
#include "tests/support/files.h"

#include <QElapsedTimer>
#include <QTest>

using namespace headlight;
using headlight::testing::TemporaryFolder;

namespace {

std::string document(const std::string& model, const std::string& parts = "", const std::string& added = "[]") {
    return "{\"version\":\"1.0\",\"added_tokens\":" + added + (parts.empty() ? "" : "," + parts) + ",\"model\":" + model + "}";
}
const std::string small_bpe = R"({"type":"BPE","unk_token":"u","vocab":{"u":0,"a":1,"b":2,"ab":3},"merges":["a b"]})";
const std::string small_unigram = R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["a",-1.0]]})";

} // namespace

class TestTokenizerRejections : public QObject {
    Q_OBJECT

    /// The file is refused, and the Error says `item` and `found` somewhere and is complete.
    static void refuses(const std::string& json, const char* mentions) {
        const auto tokenizer = Tokenizer::fromJson(json, "tokenizer.json");
        QVERIFY2(!tokenizer.ok(), "was accepted");
        const Error& error = tokenizer.error();
        QVERIFY2(error.message().find(mentions) != std::string::npos, error.message().c_str());
        QCOMPARE(error.file, std::string("tokenizer.json"));
        QVERIFY2(!error.summary.empty() && !error.item.empty() && !error.found.empty() && !error.cause.empty() && !error.next_step.empty(), error.message().c_str());
    }
    static std::shared_ptr<const Tokenizer> load(const std::string& json) {
        auto tokenizer = Tokenizer::fromJson(json, "tokenizer.json");
        if (!tokenizer.ok())
            qWarning("%s", tokenizer.error().message().c_str());
        return tokenizer.ok() ? tokenizer.value() : nullptr;
    }

private slots:
    void rejectsMergeOutOfVocabulary() {
        refuses(document(R"({"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a c"]})"), "\"c\" in the vocabulary");
    }
    void rejectsMergeWhoseResultIsMissing() {
        refuses(document(R"({"type":"BPE","vocab":{"a":0,"b":1},"merges":[["a","b"]]})"), "\"ab\" in the vocabulary");
    }
    void rejectsMergeOfThreeParts() {
        refuses(document(R"({"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b a"]})"), "a merge is not two tokens");
    }
    void readsMergesOfTokensWithSpacesWhereUnambiguous() {
        const auto tokenizer = load(document(R"({"type":"BPE","vocab":{" ":0,"  ":1},"merges":["   "]})"));
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->encode("  ").value().ids, std::vector<TokenId>{1});
    }
    void rejectsMissingMerges() { refuses(document(R"({"type":"BPE","vocab":{"a":0}})"), "model.merges"); }
    void rejectsMergesThatAreNoList() { refuses(document(R"({"type":"BPE","vocab":{"a":0},"merges":{}})"), "model.merges"); }

    void rejectsNegativeIds() { refuses(document(R"({"type":"WordLevel","unk_token":"a","vocab":{"a":-1}})"), "-1"); }
    void rejectsDuplicateIds() { refuses(document(R"({"type":"WordLevel","unk_token":"a","vocab":{"a":7,"b":7}})"), "both have 7"); }
    void rejectsIdsAboveTheirType() { refuses(document(R"({"type":"WordLevel","unk_token":"a","vocab":{"a":4294967296}})"), "4294967296"); }
    void rejectsIdsThatAreNoNumbers() { refuses(document(R"({"type":"WordLevel","unk_token":"a","vocab":{"a":"0"}})"), "model.vocab.a"); }
    void allowsGapsInIdsAsHuggingFaceDoes() {
        const auto tokenizer = load(document(R"({"type":"WordLevel","unk_token":"a","vocab":{"a":5,"b":1000000000}})"));
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->encode("b").value().ids, std::vector<TokenId>{1000000000});
        QCOMPARE(tokenizer->idToToken(1000000000).value_or(""), std::string_view("b"));
        QVERIFY(!tokenizer->idToToken(6));
        QVERIFY(!tokenizer->idToToken(-1));
    }

    void rejectsInvalidRegularExpression() {
        refuses(document(small_bpe, R"("pre_tokenizer":{"type":"Split","pattern":{"Regex":"*a"},"behavior":"Isolated","invert":false})"), "*a");
    }
    void failsOnCatastrophicRegularExpressionInsteadOfHanging() {
        const auto tokenizer = load(document(small_bpe, R"("pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated","invert":false})"));
        QVERIFY(tokenizer);
        QElapsedTimer timer;
        timer.start();
        const auto encoding = tokenizer->encode(std::string(5000, 'a') + "b");
        QVERIFY2(timer.elapsed() < 20000, "took too long");
        QVERIFY(!encoding.ok());
        QVERIFY2(encoding.error().message().find("(a+)+$") != std::string::npos, encoding.error().message().c_str());
    }
    void failsOnCatastrophicNormalizerPattern() {
        const auto tokenizer = load(document(small_bpe, R"("normalizer":{"type":"Replace","pattern":{"Regex":"(x|xx)+[yz]"},"content":""})"));
        QVERIFY(tokenizer);
        QVERIFY(!tokenizer->encode(std::string(200, 'x')).ok());
    }

    void failsWhereTheUnknownTokenIsMissing() {
        for (const char* model : {R"({"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"a":0}})",
                                  R"({"type":"WordLevel","unk_token":"[UNK]","vocab":{"a":0}})", R"({"type":"BPE","unk_token":"[UNK]","vocab":{"a":0},"merges":[]})",
                                  R"({"type":"Unigram","unk_id":null,"vocab":[["a",-1.0]]})"}) {
            const auto tokenizer = load(document(model));
            QVERIFY(tokenizer);
            QVERIFY(tokenizer->encode("a").ok());
            const auto encoding = tokenizer->encode("z");
            QVERIFY2(!encoding.ok(), model);
            QCOMPARE(encoding.error().file, std::string("tokenizer.json"));
            QVERIFY(encoding.error().message().find("unk_token") != std::string::npos);
        }
    }
    void rejectsUnknownIdOutsideTheVocabulary() {
        refuses(document(R"({"type":"Unigram","unk_id":2,"vocab":[["a",-1.0],["b",-2.0]]})"), "model.unk_id");
        refuses(document(R"({"type":"Unigram","unk_id":0,"vocab":[]})"), "model.unk_id");
    }
    void rejectsUnigramEntriesOfTheWrongShape() {
        refuses(document(R"({"type":"Unigram","unk_id":0,"vocab":[["a",-1.0],["b"]]})"), "model.vocab");
        refuses(document(R"({"type":"Unigram","unk_id":0,"vocab":[["a",-1.0],["b","c"]]})"), "model.vocab");
    }

    void rejectsEmptyAddedToken() { refuses(document(small_bpe, "", R"([{"id":4,"content":""}])"), "added_tokens[0]"); }
    void rejectsAddedTokenWithNegativeId() { refuses(document(small_bpe, "", R"([{"id":-4,"content":"x"}])"), "-4"); }
    void rejectsTwoAddedTokensOfOneId() { refuses(document(small_bpe, "", R"([{"id":4,"content":"x"},{"id":4,"content":"y"}])"), "4 twice"); }
    void rejectsAddedTokenWithoutContent() { refuses(document(small_bpe, "", R"([{"id":4}])"), "added_tokens[0].content"); }

    void rejectsByteTokensOutOfRange() {
        refuses(document(R"({"type":"BPE","byte_fallback":true,"vocab":{"<0x100>":0},"merges":[]})"), "<0x100>");
        refuses(document(R"({"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0],["<0x1FF>",-1]]})"), "<0x1FF>");
    }
    void rejectsMillionsOfEntries() {
        std::string vocabulary;
        for (int i = 0; i < 10'000'000; ++i)
            vocabulary += (i > 0 ? ",[\"" : "[\"") + std::to_string(i) + "\",-1]";
        const auto tokenizer = Tokenizer::fromJson(document("{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[" + vocabulary + "]}"), "tokenizer.json");
        QVERIFY(!tokenizer.ok());
        QCOMPARE(tokenizer.error().file, std::string("tokenizer.json"));
    }

    void namesUnknownComponents() {
        refuses(document(small_bpe, R"("normalizer":{"type":"Sequence","normalizers":[{"type":"Rot13"}]})"), "normalizer.normalizers[0].type");
        refuses(document(small_bpe, R"("normalizer":{"type":"Rot13"})"), "unknown normalizer \"Rot13\"");
        refuses(document(small_bpe, R"("pre_tokenizer":{"type":"Rot13"})"), "unknown pre-tokenizer \"Rot13\"");
        refuses(document(small_bpe, R"("post_processor":{"type":"Rot13"})"), "unknown post-processor \"Rot13\"");
        refuses(document(small_bpe, R"("decoder":{"type":"Rot13"})"), "unknown decoder \"Rot13\"");
        refuses(document(R"({"type":"Rot13"})"), "unknown model \"Rot13\"");
    }
    void rejectsDamagedCharsmaps() {
        for (const char* map : {"!!!!", "AAA", "/////w==", "BAAAAAAAAAA", "AgAAAAAA"})
            refuses(document(small_bpe, "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"" + std::string(map) + "\"}"), "precompiled_charsmap");
    }
    void rejectsTemplateWithUnknownSpecialToken() {
        refuses(document(small_bpe, R"("post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[X]","type_id":0}}],"pair":[],"special_tokens":{}})"),
                "post_processor.single");
    }
    void rejectsFixedLengthOfZero() { refuses(document(small_bpe, R"("pre_tokenizer":{"type":"FixedLength","length":0})"), "pre_tokenizer.length"); }
    void rejectsUnknownVersion() { refuses("{\"version\":\"2.0\",\"model\":" + small_bpe + "}", "2.0"); }
    void rejectsMissingModel() { refuses(R"({"version":"1.0"})", "model"); }
    void rejectsWhatIsNotJson() {
        QVERIFY(!Tokenizer::fromJson("", "f").ok());
        QVERIFY(!Tokenizer::fromJson("<html>", "f").ok());
        QVERIFY(!Tokenizer::fromJson("[1,2]", "f").ok());
    }
    void rejectsFolderWithoutTokenizer() {
        const TemporaryFolder folder;
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY(tokenizer.error().message().find("tokenizer.json") != std::string::npos);
    }
    void rejectsVocabularyFilesWithoutTheirSpecialTokens() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", "[UNK]\nhello\n");
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY(tokenizer.error().message().find("[CLS]") != std::string::npos);
    }
    void rejectsVocabularyFileOfOtherBytes() {
        const TemporaryFolder folder;
        folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n\xff\xfe\n");
        QVERIFY(!Tokenizer::fromFolder(folder.path()).ok());
    }

    void rejectsDamagedSentencePieceFiles_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("not a message") << QByteArray("<html>not found</html>");
        QTest::newRow("cut in a piece") << QByteArray("\x0a\x20\x0a\x02");
        QTest::newRow("endless number") << QByteArray(20, '\xff');
        QTest::newRow("piece that is not UTF-8") << QByteArray("\x0a\x03\x0a\x01\xff", 5);
        QTest::newRow("Git LFS pointer") << QByteArray("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4241003\n");
        QTest::newRow("web page") << QByteArray("<!DOCTYPE html><html><title>Sign in</title></html>");
        QTest::newRow("tiktoken vocabulary") << QByteArray("IQ== 0\nIg== 1\nIw== 2\n");
        QTest::newRow("empty piece") << QByteArray("\x0a\x02\x0a\x00", 4);
        QTest::newRow("byte piece out of range") << QByteArray("\x0a\x05\x0a\x01u\x18\x02\x0a\x0b\x0a\x07<0x100>\x18\x06", 20);
        QTest::newRow("unknown piece outside the list") << QByteArray("\x0a\x03\x0a\x01u\x12\x03\xc0\x02\x07", 10);
        QTest::newRow("score that is not a number") << QByteArray("\x0a\x08\x0a\x01" "a\x15\x00\x00\xc0\x7f", 10);
    }
    void rejectsDamagedSentencePieceFiles() {
        QFETCH(QByteArray, bytes);
        const TemporaryFolder folder;
        folder.write("vocab.json", "{\"</s>\":0,\"<unk>\":1,\"<pad>\":2}");
        folder.write("source.spm", bytes.toStdString());
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("source.spm") != std::string::npos, tokenizer.error().message().c_str());
    }

    void saysWhatADamagedModelFileReallyIs() {
        const TemporaryFolder folder;
        folder.write("config.json", R"({"model_type":"t5"})");
        folder.write("spiece.model", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 791656\n");
        const auto pointer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!pointer.ok());
        QVERIFY2(pointer.error().message().find("Git LFS") != std::string::npos && pointer.error().message().find("git lfs pull") != std::string::npos, pointer.error().message().c_str());
        folder.write("spiece.model", "<html>");
        const auto page = Tokenizer::fromFolder(folder.path());
        QVERIFY(!page.ok());
        QVERIFY2(page.error().message().find("an HTML page") != std::string::npos, page.error().message().c_str());
    }
    void rejectsUnknownTokenizerClassWithoutTokenizerJson() {
        const TemporaryFolder folder;
        folder.write("tokenizer_config.json", R"({"tokenizer_class":"Rot13TokenizerFast"})");
        folder.write("spiece.model", "x");
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("Rot13Tokenizer") != std::string::npos, tokenizer.error().message().c_str());
        QVERIFY2(tokenizer.error().message().find("tokenizer.json") != std::string::npos, tokenizer.error().message().c_str());
    }
    void rejectsAModelFileNobodyNamesAClassFor() {
        const TemporaryFolder folder;
        folder.write("spiece.model", "x");
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("spiece.model") != std::string::npos, tokenizer.error().message().c_str());
    }
    void namesTheFileAClassLacks() {
        const TemporaryFolder folder;
        folder.write("config.json", R"({"model_type":"xlm-roberta"})");
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("sentencepiece.bpe.model") != std::string::npos, tokenizer.error().message().c_str());
    }

    void rejectsBadSettings_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("mentions");
        QTest::newRow("a list") << "tokenizer_config.json" << QByteArray("[]") << "a list";
        QTest::newRow("not JSON") << "special_tokens_map.json" << QByteArray("{") << "special_tokens_map.json";
        QTest::newRow("token that is a number") << "tokenizer_config.json" << QByteArray(R"({"unk_token":7})") << "unk_token";
        QTest::newRow("token without content") << "tokenizer_config.json" << QByteArray(R"({"unk_token":{"lstrip":true}})") << "content";
        QTest::newRow("id that is no number") << "tokenizer_config.json" << QByteArray(R"({"added_tokens_decoder":{"x":{"content":"<x>"}}})") << "added_tokens_decoder";
        QTest::newRow("negative id") << "tokenizer_config.json" << QByteArray(R"({"added_tokens_decoder":{"-1":{"content":"<x>"}}})") << "-1";
        QTest::newRow("negative id of added_tokens.json") << "added_tokens.json" << QByteArray(R"({"<x>":-3})") << "<x>";
        QTest::newRow("setting of the wrong type") << "tokenizer_config.json" << QByteArray(R"({"do_lower_case":"yes"})") << "do_lower_case";
    }
    void rejectsBadSettings() {
        QFETCH(QString, file);
        QFETCH(QByteArray, json);
        QFETCH(QString, mentions);
        const TemporaryFolder folder;
        folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\na\n");
        QVERIFY(Tokenizer::fromFolder(folder.path()).ok());
        folder.write(file.toStdString(), json.toStdString());
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find(mentions.toStdString()) != std::string::npos, tokenizer.error().message().c_str());
    }
    void rejectsMergesOfFilesThatDoNotExist() {
        const TemporaryFolder folder;
        folder.write("vocab.json", R"({"a":0,"b":1,"ab":2})");
        folder.write("merges.txt", "#version: 0.2\na b\na z\n");
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("\"z\" in the vocabulary") != std::string::npos, tokenizer.error().message().c_str());
    }
    void rejectsMarianVocabularyWithoutItsEnd() {
        const TemporaryFolder folder;
        folder.write("vocab.json", R"({"<unk>":0,"a":1})");
        folder.write("source.spm", std::string("\x0a\x05\x0a\x01u\x18\x02\x0a\x05\x0a\x01" "a\x18\x01", 14));
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("</s>") != std::string::npos, tokenizer.error().message().c_str());
    }
    void rejectsSeparateVocabulariesWithoutTheSecond() {
        const TemporaryFolder folder;
        folder.write("vocab.json", R"({"<unk>":0,"a":1,"</s>":2,"<pad>":3})");
        folder.write("tokenizer_config.json", R"({"tokenizer_class":"MarianTokenizer","separate_vocabs":true})");
        for (const char* file : {"source.spm", "target.spm"})
            folder.write(file, std::string("\x0a\x05\x0a\x01u\x18\x02\x0a\x05\x0a\x01" "a\x18\x01", 14));
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY2(tokenizer.error().message().find("target_vocab.json") != std::string::npos, tokenizer.error().message().c_str());
    }

    void rejectsTextThatIsNotUtf8_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("position");
        QTest::addColumn<QString>("value");
        QTest::newRow("lone continuation") << QByteArray("ab\x80") << 2 << "0x80";
        QTest::newRow("overlong slash") << QByteArray("\xC0\xAF") << 0 << "0xC0";
        QTest::newRow("overlong NUL") << QByteArray("a\xE0\x80\x80") << 1 << "0xE0";
        QTest::newRow("overlong four bytes") << QByteArray("a\xF0\x80\x80\xAF") << 1 << "0xF0";
        QTest::newRow("lone surrogate") << QByteArray("abcdefghijk\xED\xA0\x80") << 11 << "0xED";
        QTest::newRow("above U+10FFFF") << QByteArray("\xF4\x90\x80\x80") << 0 << "0xF4";
        QTest::newRow("five bytes") << QByteArray("\xF8\x88\x80\x80\x80") << 0 << "0xF8";
        QTest::newRow("cut at the end") << QByteArray("caf\xC3") << 3 << "0xC3";
        QTest::newRow("cut inside") << QByteArray("\xE2\x82 x") << 0 << "0xE2";
        QTest::newRow("Latin-1") << QByteArray("caf\xE9 au lait") << 3 << "0xE9";
    }
    void rejectsTextThatIsNotUtf8() {
        QFETCH(QByteArray, text);
        QFETCH(int, position);
        QFETCH(QString, value);
        const auto encoding = load(document(small_unigram))->encode(text.toStdString());
        QVERIFY(!encoding.ok());
        QVERIFY(encoding.error().kind == ErrorKind::Text);
        QCOMPARE(encoding.error().item, "byte " + std::to_string(position));
        QCOMPARE(encoding.error().found, value.toStdString());
        QVERIFY(!load(document(small_unigram))->encodePair("a", text.toStdString()).ok());
    }
    void tokenizesEmptyText() {
        const auto encoding = load(document(small_unigram))->encode("");
        QVERIFY(encoding.ok());
        QCOMPARE(encoding.value().size(), std::size_t{0});
    }
    void tokenizesNul() {
        const auto encoding = load(document(small_unigram))->encode(std::string("a\0a", 3));
        QVERIFY(encoding.ok());
        QCOMPARE(encoding.value().ids, (std::vector<TokenId>{1, 0, 1}));
        QCOMPARE(encoding.value().offsets[1], (ByteRange{1, 2}));
    }
    void tokenizesAMegabyteWithoutASpace() {
        QElapsedTimer timer;
        timer.start();
        for (const std::string& model : {small_bpe, small_unigram, std::string(R"({"type":"WordPiece","unk_token":"u","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"u":0,"a":1}})")}) {
            const auto tokenizer = load(document(model, R"("normalizer":{"type":"NFKC"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})"));
            QVERIFY(tokenizer);
            const auto encoding = tokenizer->encode(std::string(1 << 20, 'a'));
            QVERIFY(encoding.ok());
            QCOMPARE(encoding.value().offsets.back().end, std::size_t{1} << 20);
        }
        QVERIFY2(timer.elapsed() < 30000, "took too long");
    }
    void aGoodTokenizerLoadsAfterBadOnes() {
        refuses(document(R"({"type":"Rot13"})"), "Rot13");
        QVERIFY(load(document(small_bpe)));
    }
};

QTEST_APPLESS_MAIN(TestTokenizerRejections)
#include "tst_tokenizer_rejections.moc"
