// What a Tokenizer is made of, whatever files it was read from.
#pragma once

#include "core/checkpoint/json_file.h"
#include "core/tokenizer/added_vocabulary.h"
#include "core/tokenizer/decoders.h"
#include "core/tokenizer/normalizers.h"
#include "core/tokenizer/post_processors.h"
#include "core/tokenizer/pre_tokenizers.h"
#include "core/tokenizer/token_model.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

class PretrainedConfig;

/// How token strings spell spaces and bytes, for Tokenizer::displayText.
struct TokenSpelling {
    bool byte_level = false;
    std::string space;              ///< what stands for a space ("▁"), empty if nothing does
    std::string end_of_word_suffix; ///< what stands for a space at a token's end ("</w>")
};

/// The language codes of a translation model and where they stand.
struct LanguageTokens {
    bool code_first = true;                    ///< [code] text [end], otherwise text [end] [code]
    SpecialToken end;
    std::map<std::string, SpecialToken> codes; ///< language -> its token ("fr" -> "__fr__")
    std::string source;                        ///< where nobody chooses one
    std::string target;
};

/// All but the model may be null.
struct TokenizerParts {
    NormalizerPtr normalizer;
    PreTokenizerPtr pre_tokenizer;
    TokenModelPtr model;
    PostProcessorPtr post_processor; ///< unless there are languages
    DecoderPtr decoder;
    AddedVocabulary added;
    TokenSpelling spelling;
    std::optional<LanguageTokens> languages;
    std::string mask_token;       ///< what stands for a hidden word, as the tokenizer's files name it; empty: they do not
    bool clean_up_spaces = false; ///< take spaces before punctuation out of decoded text
    /// For target texts, where they are cut differently (Marian's target.spm).
    std::unique_ptr<const TokenizerParts> target;
    bool decodes_target = false; ///< ids to decode are the target's: it has a vocabulary of its own
};

/// tokenizer.json, parsed. Its "truncation" and "padding" are not applied: Headlight shows the whole text, and says where a
/// model's positions end instead of cutting silently. transformers ignores them too unless asked.
Result<TokenizerParts> partsFromTokenizerJson(const Json& document, const std::string& file);
/// Parts of that: "added_tokens", and "post_processor" or null.
Result<std::vector<AddedToken>> addedTokensOfTokenizerJson(const Json& document, const std::string& file);
Result<PostProcessorPtr> postProcessorOfTokenizerJson(const Json& document, const std::string& file);

} // namespace headlight
