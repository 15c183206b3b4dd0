// What a Tokenizer is made of, whatever files it was read from.
#pragma once

#include "core/tokenizer/added_vocabulary.h"
#include "core/tokenizer/decoders.h"
#include "core/tokenizer/normalizers.h"
#include "core/tokenizer/post_processors.h"
#include "core/tokenizer/pre_tokenizers.h"
#include "core/tokenizer/token_model.h"

#include <filesystem>
#include <optional>
#include <string>

namespace headlight {

/// How token strings spell spaces and bytes, for Tokenizer::displayText.
struct TokenSpelling {
    bool byte_level = false;
    std::string space;              ///< what stands for a space ("▁"), empty if nothing does
    std::string end_of_word_suffix; ///< what stands for a space at a token's end ("</w>")
};

/// All but the model may be null.
struct TokenizerParts {
    NormalizerPtr normalizer;
    PreTokenizerPtr pre_tokenizer;
    TokenModelPtr model;
    PostProcessorPtr post_processor;
    DecoderPtr decoder;
    AddedVocabulary added;
    TokenSpelling spelling;
};

/// tokenizer.json. Its "truncation" and "padding" are not applied: Headlight shows the whole text, and says where a
/// model's positions end instead of cutting silently.
Result<TokenizerParts> partsFromTokenizerJson(std::string_view json, const std::string& file);

/// vocab.json + merges.txt (GPT-2, or RoBERTa where the configuration says so), vocab.txt (BERT) or vocab.json +
/// source.spm (Marian), as Hugging Face transformers builds them. Nothing if the folder has none of them.
std::optional<Result<TokenizerParts>> partsFromVocabularyFiles(const std::filesystem::path& folder, TextSide side);

/// Marian: SentencePiece cuts the text (source.spm or target.spm), vocab.json numbers the pieces, </s> ends them; a
/// language code such as >>fra<< at the beginning is one token. Reference: transformers MarianTokenizer, without its
/// optional punctuation normalizer.
Result<TokenizerParts> partsFromMarianFiles(const std::filesystem::path& folder, TextSide side);

} // namespace headlight
