#include "core/tokenizer/sentence_piece_file.h"

#include "core/tokenizer/unicode.h"
#include "core/tokenizer/vocabulary.h"

#include <cmath>
#include <cstring>
#include <optional>

namespace headlight {
namespace {

/// The fields of one protocol buffer message, one after the other.
/// Reference: https://protobuf.dev/programming-guides/encoding
class Message {
public:
    struct Field {
        std::uint32_t number = 0;
        std::uint64_t value = 0;  // of a number
        std::string_view bytes;   // of a text or message
    };
    explicit Message(std::string_view bytes) : bytes_(bytes) {}

    /// The next field, or nothing at the end or where the bytes are no message (then broken()).
    std::optional<Field> next() {
        if (bytes_.empty())
            return std::nullopt;
        const auto tag = varint();
        Field field;
        if (!tag || (*tag >> 3) == 0 || (*tag >> 3) > 0x1FFFFFFF)
            return fail();
        field.number = static_cast<std::uint32_t>(*tag >> 3);
        switch (*tag & 7) {
        case 0:
            if (const auto value = varint())
                field.value = *value;
            else
                return fail();
            return field;
        case 1: return fixed(field, 8);
        case 5: return fixed(field, 4);
        case 2: {
            const auto length = varint();
            if (!length || *length > bytes_.size())
                return fail();
            field.bytes = bytes_.substr(0, static_cast<std::size_t>(*length));
            bytes_.remove_prefix(field.bytes.size());
            return field;
        }
        default: return fail();
        }
    }
    [[nodiscard]] bool broken() const { return broken_; }

private:
    std::optional<Field> fail() {
        broken_ = true;
        bytes_ = {};
        return std::nullopt;
    }
    std::optional<Field> fixed(Field field, std::size_t size) {
        if (bytes_.size() < size)
            return fail();
        std::memcpy(&field.value, bytes_.data(), size);
        bytes_.remove_prefix(size);
        return field;
    }
    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_.front());
            bytes_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80)
                return value;
        }
        return std::nullopt;
    }

    std::string_view bytes_;
    bool broken_ = false;
};

Error damaged(const std::string& file, const std::string& item, std::string expected, std::string found) {
    return makeError(ErrorKind::Tokenizer, "the SentencePiece model is damaged")
        .inFile(file)
        .atItem(item)
        .butFound(std::move(expected), std::move(found))
        .because("the file was cut, or is no SentencePiece model")
        .nextStep("Get the tokenizer's files again.");
}

Result<SentencePiece> parsePiece(std::string_view bytes, std::size_t number, const std::string& file) {
    Message message(bytes);
    SentencePiece piece;
    while (const auto field = message.next()) {
        if (field->number == 1) {
            piece.text = field->bytes;
        } else if (field->number == 2) {
            const auto bits = static_cast<std::uint32_t>(field->value);
            std::memcpy(&piece.score, &bits, sizeof bits);
        } else if (field->number == 3 && field->value >= 1 && field->value <= 6) {
            piece.kind = static_cast<SentencePiece::Kind>(field->value);
        }
    }
    if (message.broken() || !std::isfinite(piece.score) || firstInvalidUtf8(piece.text) != piece.text.size())
        return damaged(file, "piece " + std::to_string(number), "a text in UTF-8 and a finite score", "other bytes");
    return piece;
}

bool parseNormalizer(std::string_view bytes, SentencePieceFile& out) {
    Message message(bytes);
    while (const auto field = message.next()) {
        if (field->number == 2)
            out.charsmap = field->bytes;
        else if (field->number == 3)
            out.add_dummy_prefix = field->value != 0;
        else if (field->number == 4)
            out.remove_extra_whitespaces = field->value != 0;
        else if (field->number == 5)
            out.escape_whitespaces = field->value != 0;
    }
    return !message.broken();
}

bool parseTrainer(std::string_view bytes, SentencePieceFile& out) {
    Message message(bytes);
    while (const auto field = message.next())
        if (field->number == 3 && field->value >= 1 && field->value <= 4)
            out.model = static_cast<SentencePieceFile::Model>(field->value);
    return !message.broken();
}

} // namespace

Result<SentencePieceFile> parseSentencePiece(std::string_view bytes, const std::string& file) {
    SentencePieceFile out;
    Message message(bytes);
    bool good = true;
    while (const auto field = message.next()) {
        if (field->number == 1) {
            if (out.pieces.size() >= Vocabulary::max_entries)
                return damaged(file, "pieces", "at most " + std::to_string(Vocabulary::max_entries), "more");
            HEADLIGHT_ASSIGN(SentencePiece piece, parsePiece(field->bytes, out.pieces.size(), file));
            out.pieces.push_back(std::move(piece));
        } else if (field->number == 2) {
            good = good && parseTrainer(field->bytes, out);
        } else if (field->number == 3) {
            good = good && parseNormalizer(field->bytes, out);
        }
    }
    if (!good || message.broken())
        return damaged(file, "the message", "protocol buffer fields", "other bytes");
    if (out.pieces.empty())
        return damaged(file, "pieces", "at least one piece", "none");
    return out;
}

} // namespace headlight
