// Headlight's own SentencePiece (Marian, M2M-100) cuts thousands of texts exactly where Google's library cuts them: the same
// pieces, and offsets alike but for white space. Without libsentencepiece-dev the tests say that they are skipped.
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/files.h"

#include <QTest>

#ifdef HEADLIGHT_HAVE_SENTENCEPIECE
#include <sentencepiece_processor.h>
#endif

using namespace headlight;
using headlight::testing::TemporaryFolder;

class TestSentencePieceLibrary : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
#ifndef HEADLIGHT_HAVE_SENTENCEPIECE
        QSKIP("built without libsentencepiece-dev");
#else
        auto texts = readJsonFile(std::string(HEADLIGHT_GOLDEN_DIR) + "/tokenizer/real_files.json");
        QVERIFY2(texts.ok(), texts.ok() ? "" : texts.error().message().c_str());
        texts_ = (*texts)["strings"];
        auto golden = readJsonFile(std::string(HEADLIGHT_GOLDEN_DIR) + "/tokenizer/folders.json");
        QVERIFY2(golden.ok(), golden.ok() ? "" : golden.error().message().c_str());
        golden_ = std::move(golden).value();
#endif
    }

    void cutsWhereTheLibraryCuts_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("file");
        for (const auto& [folder, file] : {std::pair("Marian", "source.spm"), std::pair("Marian", "target.spm"), std::pair("Marian byte fallback", "source.spm"),
                                           std::pair("M2M-100", "sentencepiece.bpe.model"), std::pair("M2M-100 byte fallback", "sentencepiece.bpe.model"),
                                           std::pair("Llama", "tokenizer.model"), std::pair("Gemma", "tokenizer.model"), std::pair("ALBERT", "spiece.model"),
                                           std::pair("", "marian-opus-mt-tc-big-fr-en/source.spm"), std::pair("", "marian-opus-mt-tc-big-fr-en/target.spm"),
                                           std::pair("", "llama2/tokenizer.model")})
            QTest::addRow("%s %s", folder, file) << folder << file;
    }
    void cutsWhereTheLibraryCuts() {
#ifdef HEADLIGHT_HAVE_SENTENCEPIECE
        QFETCH(QString, folder);
        QFETCH(QString, file);
        const std::string model = bytesOf(folder.toStdString(), file.toStdString());
        if (model.empty())
            QSKIP("the model's files are not here");
        sentencepiece::SentencePieceProcessor library;
        QVERIFY(library.LoadFromSerializedProto(model).ok());
        const auto tokenizer = openNumberedAlike(library, model);
        QVERIFY2(tokenizer.ok(), tokenizer.ok() ? "" : tokenizer.error().message().c_str());

        int n_different = 0, n_compared = 0;
        for (const Json& text : texts_) {
            if (!text.is_string() || holdsSpecialTokens(text.get_ref<const std::string&>()))
                continue;
            const auto encoding = (*tokenizer)->encode(text.get_ref<const std::string&>(), {.add_special_tokens = false});
            QVERIFY2(encoding.ok(), encoding.ok() ? "" : encoding.error().message().c_str());
            const auto expected = library.EncodeAsImmutableProto(text.get_ref<const std::string&>());
            ++n_compared;
            const std::string difference = compare(*encoding, expected, text.get_ref<const std::string&>());
            if (!difference.empty() && ++n_different <= 5)
                qWarning("%s: %s", text.dump().c_str(), difference.c_str());
        }
        QVERIFY(n_compared > 1500);
        QCOMPARE(n_different, 0);
#endif
    }

private:
#ifdef HEADLIGHT_HAVE_SENTENCEPIECE
    [[nodiscard]] std::string bytesOf(const std::string& folder, const std::string& file) const {
        if (folder.empty()) {
            const QByteArray named = qgetenv("HEADLIGHT_TOKENIZER_FILES");
            const auto beside = std::filesystem::path(HEADLIGHT_RESOURCES_DIR).parent_path().parent_path() / "shared" / "tokenizers";
            return testing::readBytes((named.isEmpty() ? beside : std::filesystem::path(named.toStdString())) / file);
        }
        for (const Json& test_case : golden_["cases"])
            if (test_case["name"] == folder)
                return QByteArray::fromBase64(QByteArray::fromStdString(golden_["files"][test_case["files"][file].get<std::string>()]["base64"].get<std::string>())).toStdString();
        return {};
    }

    /// A Marian folder whose vocab.json gives every piece the library's id.
    Result<std::shared_ptr<const Tokenizer>> openNumberedAlike(const sentencepiece::SentencePieceProcessor& library, const std::string& model) const {
        const TemporaryFolder folder;
        Json vocabulary = Json::object();
        for (int i = 0; i < library.GetPieceSize(); ++i)
            vocabulary[library.IdToPiece(i)] = i;
        const std::string unknown = library.IdToPiece(library.unk_id());
        const std::string end = library.eos_id() >= 0 ? library.IdToPiece(library.eos_id()) : unknown;
        folder.write("vocab.json", vocabulary.dump());
        folder.write("source.spm", model);
        folder.write("tokenizer_config.json", Json{{"tokenizer_class", "MarianTokenizer"}, {"eos_token", end}, {"unk_token", unknown}, {"pad_token", end}}.dump());
        return Tokenizer::fromFolder(folder.path());
    }

    /// Texts that a folder's tokens or a language code are cut out of first are not the library's alone to cut.
    static bool holdsSpecialTokens(const std::string& text) {
        for (const char* token : {"<unk>", "</s>", "<eos>", "[SEP]"})
            if (text.find(token) != std::string::npos)
                return true;
        return text.starts_with(">>");
    }

    /// What of a range is not white space.
    static std::string trimmed(const std::string& text, std::size_t begin, std::size_t end) {
        return QString::fromStdString(text.substr(begin, end - begin)).trimmed().toStdString();
    }

    static std::string compare(const Encoding& encoding, const sentencepiece::ImmutableSentencePieceText& expected, const std::string& text) {
        if (encoding.size() != expected.pieces_size())
            return std::to_string(encoding.size()) + " pieces, the library has " + std::to_string(expected.pieces_size());
        for (std::size_t i = 0; i < encoding.size(); ++i) {
            const auto piece = expected.pieces(static_cast<int>(i));
            if (encoding.ids[i] != static_cast<TokenId>(piece.id()) || encoding.tokens[i] != piece.piece())
                return "piece " + std::to_string(i) + " is \"" + encoding.tokens[i] + "\", the library has \"" + piece.piece() + "\"";
            const bool is_byte = piece.piece().starts_with("<0x"); // all but one of a character's are empty in the library
            if (!is_byte && trimmed(text, encoding.offsets[i].begin, encoding.offsets[i].end) != trimmed(text, piece.begin(), piece.end()))
                return "piece " + std::to_string(i) + " stands elsewhere";
        }
        return {};
    }
#endif

    Json texts_;
    Json golden_;
};

QTEST_APPLESS_MAIN(TestSentencePieceLibrary)
#include "tst_sentence_piece_library.moc"
