// Which files of a model folder make its tokenizer, and the tokenizer they make.
#pragma once

#include "core/tokenizer/pretrained_config.h"
#include "core/tokenizer/tokenizer_parts.h"

#include <filesystem>

namespace headlight {

/// A model folder as transformers' AutoTokenizer.from_pretrained reads it: the class that
/// tokenizer_config.json and config.json name, on tokenizer.json, or on the SentencePiece, vocab.json or
/// vocab.txt files of that class. A class this program does not know needs a tokenizer.json, which then
/// counts as it stands. SentencePiece files are read by our own code: transformers takes only the pieces from
/// them and cuts with its tokenizers library, so Google's library would give other ids; Marian and M2M-100,
/// which do cut with it, are compared with it in tests/core/tokenizer/tst_sentence_piece_library.cpp.
Result<TokenizerParts> partsFromFolder(const std::filesystem::path& folder);

/// Marian: SentencePiece cuts the text (source.spm and target.spm), vocab.json (and target_vocab.json)
/// numbers the pieces,
/// </s> ends them; what stands between ">>" and "<<" in front of a text is one token. Reference: transformers
/// MarianTokenizer, without its optional punctuation normalizer.
Result<TokenizerParts> partsFromMarianFiles(const PretrainedConfig& config);
/// M2M-100: the same with sentencepiece.bpe.model, and the language's token ("__fr__") in front.
Result<TokenizerParts> partsFromM2M100Files(const PretrainedConfig& config);

} // namespace headlight
