// What the tokenizer classes are put together from.
#pragma once

#include "core/tokenizer/bpe.h"
#include "core/tokenizer/tokenizer_class.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace headlight {

inline constexpr std::string_view escaped_space = "\u2581"; ///< "▁"

/// A class under construction: the files it reads and what it has so far.
class ClassBuilder {
public:
    /// `named`: the class's own tokens by role, where the files name none.
    ClassBuilder(const PretrainedConfig& config, ClassVocabulary vocabulary,
                 std::initializer_list<std::pair<std::string_view, std::string>> named);

    ClassParts parts;

    [[nodiscard]] const PretrainedConfig& config() const { return config_; }
    [[nodiscard]] ClassVocabulary& vocabulary() { return vocabulary_; }
    [[nodiscard]] bool fromSentencePiece() const { return vocabulary_.sentence_piece.has_value(); }

    /// A token of the class that is not plain.
    void named(std::string_view role, AddedToken fallback);
    /// The text of a role's token; "None" where there is none, as Python spells it.
    [[nodiscard]] std::string text(std::string_view role) const;
    /// Tokens that a SentencePiece file or special_tokens_map.json lists, for the class to add to.
    void takeAdditional();
    /// Adds to them what they do not have yet.
    void addAdditional(const std::vector<std::string>& contents);

    /// Puts these pieces in front of the vocabulary from piece `first` on, and those behind it.
    void rearrange(std::initializer_list<std::string> front, std::size_t first,
                   const std::vector<std::string>& back);
    /// makeUnigram with the piece of that number as the unknown one.
    Result<void> unigram(std::int64_t unknown_id, bool byte_fallback = false);
    Result<void> bpe(BpeOptions options);
    Result<void> wordPiece();

    /// Steps of the normalizer, in order. The charsmap is nothing where the file has none.
    [[nodiscard]] bool hasCharsmap() const;
    Result<void> normalizeByCharsmap();
    Result<void> normalizeByReplacing(std::string_view pattern, std::string content);
    void normalizeByReplacingText(std::string_view text, std::string content);
    void normalize(NormalizerPtr step) { normalizers_.push_back(std::move(step)); }

    /// Metaspace as pre-tokenizer and decoder; `on_words`: behind a split at white space.
    void metaspace(PrependScheme scheme, bool on_words, bool split = true);
    Result<void> byteLevel(bool add_prefix_space);
    /// What Llama and Gemma decode with.
    void decodeWithByteFallback(bool strip_one_space);

    /// `pieces` as in Hugging Face's templates: "$A", "$B", or a special token's text; ":1" behind it is its
    /// type.
    static std::vector<TemplatePiece> templateOf(std::initializer_list<std::string> pieces);

    Result<ClassParts> finish();

private:
    const PretrainedConfig& config_;
    ClassVocabulary vocabulary_;
    std::vector<NormalizerPtr> normalizers_;
};

} // namespace headlight
