// What BPE, WordPiece, Unigram and WordLevel have in common.
#pragma once

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// One token of a piece of text.
struct ModelToken {
    TokenId id = 0;
    std::uint32_t begin = 0;  ///< bytes of the piece
    std::uint32_t end = 0;
    bool is_surface = false;  ///< its string is the piece's own text, not the vocabulary's (Unigram's unknown tokens)
};

/// Immutable; may be used from several threads at once.
class TokenModel {
public:
    explicit TokenModel(Vocabulary vocabulary, std::string file) : vocabulary_(std::move(vocabulary)), file_(std::move(file)) {}
    virtual ~TokenModel() = default;
    /// Appends the tokens of one piece (not empty, valid UTF-8). Fails only where an unknown token is needed and missing.
    virtual Result<void> tokenize(std::string_view piece, std::vector<ModelToken>& out) const = 0;
    [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }
    /// Byte pair encoding: decoded text keeps its spaces whatever the settings say, as in transformers.
    [[nodiscard]] virtual bool mergesPairs() const { return false; }
    /// Number of entries, as ids of added tokens continue from it.
    [[nodiscard]] virtual std::size_t size() const { return vocabulary_.size(); }

protected:
    /// The Error for text that needs an unknown token the vocabulary does not have.
    [[nodiscard]] Error missingUnknownToken(const std::string& unknown_token, std::string_view piece) const;

    Vocabulary vocabulary_;
    std::string file_;
};
using TokenModelPtr = std::unique_ptr<const TokenModel>;

/// The byte of a token "<0xE2>". As u8::from_str_radix, a sign before one digit is accepted.
[[nodiscard]] std::optional<char> byteOfToken(std::string_view token);
/// Ids of the 256 byte tokens "<0x00>" to "<0xFF>", -1 where the vocabulary lacks one.
[[nodiscard]] std::vector<TokenId> byteTokenIds(const Vocabulary& vocabulary);
/// With byte fallback, a token such as "<0x100>" stands for no byte: an Error that names it.
Result<void> checkByteTokens(const Vocabulary& vocabulary, const std::string& file);

} // namespace headlight
