// SentencePiece's own byte pair encoding, for models whose pieces another file numbers.
#pragma once

#include "core/tokenizer/sentence_piece_file.h"
#include "core/tokenizer/token_model.h"

namespace headlight {

/// Joins the two neighbours whose joined piece has the highest score, the leftmost first, as long as there
/// are any; user-defined pieces are taken whole, unused ones are taken apart again. Pieces get the ids of
/// `vocabulary` by their text; those it lacks, and unknown characters, of which neighbours become one, are
/// `unknown_id`. Reference: sentencepiece bpe_model.cc, SentencePieceProcessor::PopulateSentencePieceText.
Result<TokenModelPtr> makeSentencePieceBpe(const SentencePieceFile& model, Vocabulary vocabulary,
                                           TokenId unknown_id, const std::string& file);

} // namespace headlight
