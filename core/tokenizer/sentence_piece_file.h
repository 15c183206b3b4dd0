// SentencePiece model files (*.spm, *.model): the pieces and the normalization they were trained with.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

struct SentencePiece {
    enum class Kind { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };
    std::string text;
    float score = 0; ///< log probability
    Kind kind = Kind::Normal;
};

struct SentencePieceFile {
    enum class Model { Unigram = 1, Bpe = 2, Word = 3, Char = 4 };
    std::vector<SentencePiece> pieces;
    Model model = Model::Unigram;
    std::string charsmap; ///< PrecompiledCharsmap::fromBytes
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
    bool byte_fallback = false;
    std::int32_t unknown_id = 0;
    std::int32_t bos_id = 1; ///< negative: the model has none
    std::int32_t eos_id = 2;
    std::string unknown_piece = "<unk>";
    std::string bos_piece = "<s>";
    std::string eos_piece = "</s>";
};

/// Reads a serialized ModelProto (sentencepiece_model.proto); fields it does not know are skipped. `file` is for messages.
/// Refused: other bytes (a Git LFS pointer or web page is named), an unknown piece outside the list, byte pieces that stand
/// for no byte.
[[nodiscard]] Result<SentencePieceFile> parseSentencePiece(std::string_view bytes, const std::string& file);

} // namespace headlight
