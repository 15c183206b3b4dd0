// Text to token ids and back, as Hugging Face `tokenizers` does it, with byte offsets into the text.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

using TokenId = std::int32_t;

/// Half-open byte range [begin, end) of the text a token came from; empty (begin == end) for added special tokens.
struct ByteRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool operator==(const ByteRange&) const = default;
};

/// What tokenizing gives: parallel vectors, one element a token.
struct Encoding {
    std::vector<TokenId> ids;
    std::vector<std::string> tokens;         ///< vocabulary strings as the file spells them ("Ġcat", "##ing", "▁the")
    std::vector<ByteRange> offsets;          ///< bytes of the first or second text, see type_ids / sequence
    std::vector<std::uint8_t> type_ids;      ///< segment (token type) ids; zeros for single texts
    std::vector<std::int8_t> sequence;       ///< 0 first text, 1 second text, -1 special token added by the template
    std::vector<bool> special;               ///< added by the post-processor's template
    [[nodiscard]] std::size_t size() const { return ids.size(); }
};

/// Which of a translation model's texts is meant. Marian cuts the two with different files (source.spm, target.spm) and
/// may number them differently; mBART, NLLB and M2M-100 put another language's code beside them. Elsewhere both are alike.
enum class TextSide { Source, Target };

struct EncodeOptions {
    bool add_special_tokens = true;
    TextSide side = TextSide::Source;
    /// One of Tokenizer::languages(); empty: the side's own, as tokenizer_config.json says (src_lang, tgt_lang).
    std::string language = {};
};

/// Immutable, safe to use from several threads at once.
class Tokenizer {
public:
    /// Reads a model folder as transformers' AutoTokenizer.from_pretrained does: tokenizer.json, or without one the files of
    /// the class that tokenizer_config.json or config.json names: a SentencePiece model (tokenizer.model, spiece.model,
    /// sentencepiece.bpe.model, spm.model, source.spm with target.spm), vocab.json + merges.txt, or vocab.txt; special
    /// tokens from tokenizer_config.json, special_tokens_map.json and added_tokens.json.
    static Result<std::shared_ptr<const Tokenizer>> fromFolder(const std::filesystem::path& folder);
    /// A tokenizer.json alone, as Hugging Face `tokenizers` reads it.
    static Result<std::shared_ptr<const Tokenizer>> fromJson(std::string_view json, const std::string& file);

    ~Tokenizer();

    /// `text` must be valid UTF-8 (an Error otherwise: byte position and value of the first bad byte).
    [[nodiscard]] Result<Encoding> encode(std::string_view text, const EncodeOptions& options = {}) const;
    [[nodiscard]] Result<Encoding> encodePair(std::string_view first, std::string_view second,
                                              const EncodeOptions& options = {}) const;

    /// Languages a translation model can be told (mBART, NLLB, M2M-100); empty for all others.
    [[nodiscard]] std::vector<std::string> languages() const;
    /// The language of a side where nobody chooses one; "" without languages().
    [[nodiscard]] std::string defaultLanguage(TextSide side) const;
    /// The token of one of languages(): what a decoder has to begin with to write that language.
    [[nodiscard]] std::optional<TokenId> languageToken(const std::string& language) const;

    /// Text of ids through the file's decoder; ids outside the vocabulary are skipped, as Hugging Face does. Where the target
    /// has a vocabulary of its own, the ids are the target's.
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool skip_special_tokens = true) const;
    /// One token as a person should read it: "Ġcat" and "▁cat" become " cat", byte-level bytes become characters,
    /// incomplete UTF-8 becomes "�" escapes such as <0xE2>; special tokens as they are.
    [[nodiscard]] std::string displayText(TokenId id, TextSide side = TextSide::Source) const;

    [[nodiscard]] std::optional<TokenId> tokenToId(std::string_view token, TextSide side = TextSide::Source) const;
    [[nodiscard]] std::optional<std::string_view> idToToken(TokenId id, TextSide side = TextSide::Source) const;
    [[nodiscard]] bool isSpecial(TokenId id, TextSide side = TextSide::Source) const;
    /// The token that hides a word from a masked language model, if there is one: what the files name as "mask_token",
    /// where they name none a special token of one of the usual spellings.
    [[nodiscard]] std::optional<TokenId> maskToken() const;
    [[nodiscard]] std::size_t vocabularySize(TextSide side = TextSide::Source) const; ///< with added tokens

private:
    Tokenizer();
    struct State;
    std::unique_ptr<const State> state_;
};

} // namespace headlight
