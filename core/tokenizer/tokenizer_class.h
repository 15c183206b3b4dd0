// The tokenizer classes of transformers: what each of them makes of a vocabulary. Reference: transformers 5,
// models/*/tokenization_*.py; AutoTokenizer and convert_slow_tokenizer.py.
#pragma once

#include "core/tokenizer/class_vocabulary.h"
#include "core/tokenizer/pretrained_config.h"
#include "core/tokenizer/tokenizer_parts.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Where a class puts the code of a text's language.
struct LanguageScheme {
    bool code_first = true;         ///< [code] text [eos], otherwise text [eos] [code]
    std::string source;             ///< the source language where nobody chooses one
    std::string target;             ///< the same for target texts
    std::vector<std::string> codes; ///< the languages there are
};

/// Everything a class decides. What is not set is absent.
struct ClassParts {
    TokenModelPtr model;
    NormalizerPtr normalizer;
    PreTokenizerPtr pre_tokenizer;
    DecoderPtr decoder;
    TokenSpelling spelling;
    std::vector<std::optional<AddedToken>> named = std::vector<std::optional<AddedToken>>(
        PretrainedConfig::roles.size());               ///< by PretrainedConfig::roles
    std::optional<std::vector<AddedToken>> additional; ///< the class's list of further special tokens
    std::vector<AddedToken> last;                      ///< added behind all others
    /// What stands around one text and two; special tokens by their text. Empty: as tokenizer.json says, or
    /// bos and eos as tokenizer_config.json does.
    std::vector<TemplatePiece> single, pair;
    bool template_gives_way = false; ///< tokenizer.json's post-processor goes before the template
    bool only_bos_and_eos = false;   ///< nothing but add_bos_token and add_eos_token counts
    bool trims_like_roberta = false; ///< <s> A </s></s> B </s> with RoBERTa's offsets
    bool trim_offsets = true;
    bool add_prefix_space = false;
    std::optional<LanguageScheme> languages;
};

/// What builds a class.
struct TokenizerClass {
    std::string_view name;
    ClassVocabulary::Kind kind;
    std::string_view
        sentence_piece_file; ///< its file without tokenizer.json; empty: vocab.json + merges.txt or vocab.txt
    Result<ClassParts> (*build)(const PretrainedConfig& config, ClassVocabulary vocabulary);
};

/// The class transformers' AutoTokenizer picks, by its name; "" for the generic one. `byte_level`:
/// tokenizer.json is.
[[nodiscard]] std::string resolveTokenizerClass(const PretrainedConfig& config, bool byte_level);
/// The class of that name, or null: such a folder needs a tokenizer.json.
[[nodiscard]] const TokenizerClass* findTokenizerClass(std::string_view name);
/// The generic class on a SentencePiece file, of the file's own kind. Reference:
/// SpmConverter.build_tokenizer_from_spm_proto.
Result<ClassParts> buildGenericSentencePiece(const PretrainedConfig& config, ClassVocabulary vocabulary);

// The classes by what their vocabularies are.
Result<ClassParts> buildLlama(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildGemma(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildT5(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildXlmRoberta(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildCamembert(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildMBart(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildMBart50(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildNllb(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildPegasus(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildAlbert(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildDebertaV2(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildGpt2(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildRoberta(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildGptNeoX(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildQwen2(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildBlenderbot(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildDeberta(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildBert(const PretrainedConfig& config, ClassVocabulary vocabulary);
Result<ClassParts> buildMpnet(const PretrainedConfig& config, ClassVocabulary vocabulary);

} // namespace headlight
