// The vocabulary of a model folder before a tokenizer class gives it its shape.
#pragma once

#include "core/tokenizer/added_vocabulary.h"
#include "core/tokenizer/json_fields.h"
#include "core/tokenizer/sentence_piece_file.h"
#include "core/tokenizer/vocabulary.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace headlight {

/// Tokens, with merges (BPE) or scores (Unigram), from whichever file the folder has.
struct ClassVocabulary {
    enum class Kind { Bpe, Unigram, WordPiece };
    using Tokens = std::vector<std::pair<std::string, std::int64_t>>;
    using Pieces = std::vector<std::pair<std::string, double>>;
    using Merges = std::vector<std::pair<std::string, std::string>>;

    Kind kind = Kind::Bpe;
    std::string file;            ///< for messages
    Tokens tokens;               ///< with ids, of BPE and WordPiece
    Merges merges;               ///< of BPE
    Pieces pieces;               ///< of Unigram, the id is the position
    std::string charsmap;        ///< SentencePiece's precompiled character map, as bytes
    std::string charsmap_base64; ///< the same as tokenizer.json has it
    /// What only a SentencePiece file says: its settings (without pieces), and its control and user-defined
    /// pieces.
    std::optional<SentencePieceFile> sentence_piece;
    std::vector<AddedToken> control_tokens;

    /// The id of a token of BPE or WordPiece, or the first of a piece.
    [[nodiscard]] std::optional<std::int64_t> find(std::string_view token) const;
};

/// Merges that give a SentencePiece BPE vocabulary its segmentation: every way to put a piece together from
/// two others, in order of the piece, then of the parts' lengths. Reference: transformers generate_merges.
[[nodiscard]] ClassVocabulary::Merges mergesOfPieces(const Vocabulary& vocabulary);

/// tokenizer.model, spiece.model, ...: as `kind`, or as the file's own where that is missing.
Result<ClassVocabulary> readSentencePieceVocabulary(const std::filesystem::path& file,
                                                    std::optional<ClassVocabulary::Kind> kind);
Result<ClassVocabulary> parseSentencePieceVocabulary(std::string_view bytes, const std::string& file,
                                                     std::optional<ClassVocabulary::Kind> kind);
/// vocab.json and merges.txt.
Result<ClassVocabulary> readByteLevelVocabulary(const std::filesystem::path& folder);
/// vocab.txt, a token a line.
Result<ClassVocabulary> readWordPieceVocabulary(const std::filesystem::path& file);
/// The "model" of a tokenizer.json, or nothing where it is not of this kind, or has merges transformers
/// cannot cut.
Result<std::optional<ClassVocabulary>> vocabularyOfTokenizerJson(const JsonFields& model,
                                                                 ClassVocabulary::Kind kind);

} // namespace headlight
