// Tokens on top of the model's vocabulary, found in the text before anything else happens to it.
#pragma once

#include "core/tokenizer/byte_trie.h"
#include "core/tokenizer/normalizers.h"
#include "core/tokenizer/pre_tokenized_text.h"
#include "core/tokenizer/token_model.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headlight {

struct AddedToken {
    std::string content;
    std::optional<std::int64_t> id;  ///< as the file says; what the token gets follows Hugging Face's rules
    bool single_word = false;        ///< not inside a word
    bool lstrip = false;             ///< takes the white space before it
    bool rstrip = false;             ///< takes the white space behind it
    bool normalized = true;          ///< looked for in the normalized text, in its own normalized form
    bool special = false;            ///< left out by decode(skip_special_tokens)
};

/// Immutable once built; may be used from several threads at once.
class AddedVocabulary {
public:
    AddedVocabulary() = default;
    /// A token that the model knows keeps the model's id; others are numbered on from the end of the vocabulary in
    /// their order, whatever ids the file gives them (Hugging Face's AddedVocabulary::add_tokens). Empty contents and
    /// negative or repeated ids are refused. `normalizer` may be null.
    static Result<AddedVocabulary> build(const std::vector<AddedToken>& tokens, const TokenModel& model, const Normalizer* normalizer,
                                         const std::string& file);

    /// Special tokens in a text are text like any other ("split_special_tokens").
    void leaveSpecialTokensInText(bool leave) { special_stay_text_ = leave; }
    /// Marian's language codes: where a stretch of text begins with ">>", it is one token up to "<<", the vocabulary's or
    /// `unknown`.
    void takeLanguageCodes(const Vocabulary& vocabulary, TokenId unknown);

    /// Finds the tokens that are not normalized, normalizes the rest, finds the normalized ones in it.
    Result<PreTokenizedText> extractAndNormalize(std::string_view text, const Normalizer* normalizer) const;

    [[nodiscard]] std::optional<TokenId> find(std::string_view content) const;
    /// What decoding starts from: the content, normalized where it is looked for normalized.
    [[nodiscard]] std::optional<std::string_view> decodedContent(TokenId id) const;
    [[nodiscard]] std::optional<std::string_view> content(TokenId id) const;
    [[nodiscard]] bool isSpecial(TokenId id) const;
    [[nodiscard]] bool isSpecialContent(std::string_view content) const;
    [[nodiscard]] std::size_t countNotIn(const TokenModel& model) const;
    [[nodiscard]] TokenId highestId() const { return highest_id_; }

private:
    struct Entry {
        AddedToken token;
        std::string decoded;
    };
    /// Tokens to look for, and which bytes one of them can start with.
    struct Matcher {
        ByteTrie trie;
        std::array<bool, 256> starts{};
        bool active = false;
        void build(std::vector<std::pair<std::string_view, std::uint32_t>> keys);
    };
    struct Split {
        std::size_t begin;
        std::size_t end;
        TokenId token; // -1: text between tokens
    };
    void findMatches(std::string_view text, const Matcher& matcher, std::vector<Split>& splits) const;
    /// Cuts language codes off the stretches of text.
    void splitLanguageCodes(std::string_view text, std::vector<Split>& splits) const;

    std::unordered_map<TokenId, Entry> by_id_;
    std::unordered_map<std::string, TokenId> by_content_;
    std::unordered_map<std::string, bool> special_contents_;
    Matcher raw_;
    Matcher normalized_;
    TokenId highest_id_ = -1;
    bool special_stay_text_ = false;
    std::optional<TokenId> unknown_code_; // with language codes
    std::unordered_map<std::string, TokenId> codes_;
};

} // namespace headlight
