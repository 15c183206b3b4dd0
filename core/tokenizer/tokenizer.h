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

struct EncodeOptions {
    bool add_special_tokens = true;
};

/// Which of a translation model's texts a tokenizer is for. Only Marian folders have a second one (target.spm).
enum class TextSide { Source, Target };

/// Immutable, safe to use from several threads at once.
class Tokenizer {
public:
    /// Reads tokenizer.json (and tokenizer_config.json where present) of a model folder. Folders that only have
    /// vocab.json + merges.txt (GPT-2, RoBERTa), vocab.txt (BERT) or vocab.json + source.spm (Marian) are read too, built
    /// as Hugging Face's converters do.
    static Result<std::shared_ptr<const Tokenizer>> fromFolder(const std::filesystem::path& folder, TextSide side = TextSide::Source);
    static Result<std::shared_ptr<const Tokenizer>> fromJson(std::string_view json, const std::string& file);

    ~Tokenizer();

    /// `text` must be valid UTF-8 (an Error otherwise: byte position and value of the first bad byte).
    [[nodiscard]] Result<Encoding> encode(std::string_view text, const EncodeOptions& options = {}) const;
    [[nodiscard]] Result<Encoding> encodePair(std::string_view first, std::string_view second,
                                              const EncodeOptions& options = {}) const;

    /// Text of ids through the file's decoder; ids outside the vocabulary are skipped, as Hugging Face does.
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool skip_special_tokens = true) const;
    /// One token as a person should read it: "Ġcat" and "▁cat" become " cat", byte-level bytes become characters,
    /// incomplete UTF-8 becomes "�" escapes such as <0xE2>; special tokens as they are.
    [[nodiscard]] std::string displayText(TokenId id) const;

    [[nodiscard]] std::optional<TokenId> tokenToId(std::string_view token) const;
    [[nodiscard]] std::optional<std::string_view> idToToken(TokenId id) const;
    [[nodiscard]] bool isSpecial(TokenId id) const;
    [[nodiscard]] std::size_t vocabularySize() const; ///< with added tokens

private:
    Tokenizer();
    struct State;
    std::unique_ptr<const State> state_;
};

} // namespace headlight
