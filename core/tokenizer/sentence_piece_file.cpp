#include "core/tokenizer/sentence_piece_file.h"

#include "core/checkpoint/file_kind.h"
#include "core/tokenizer/token_model.h"
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
        .because("The file was cut, or is no SentencePiece model")
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
    while (const auto field = message.next()) {
        const auto number = static_cast<std::int32_t>(field->value); // negative numbers are written with 64 bits
        switch (field->number) {
        case 3:
            if (field->value >= 1 && field->value <= 4)
                out.model = static_cast<SentencePieceFile::Model>(field->value);
            break;
        case 35: out.byte_fallback = field->value != 0; break;
        case 40: out.unknown_id = number; break;
        case 41: out.bos_id = number; break;
        case 42: out.eos_id = number; break;
        case 45: out.unknown_piece = field->bytes; break;
        case 46: out.bos_piece = field->bytes; break;
        case 47: out.eos_piece = field->bytes; break;
        default: break;
        }
    }
    return !message.broken();
}

/// What the numbers in the file say must fit together.
Result<void> check(const SentencePieceFile& model, const std::string& file) {
    const auto n_pieces = static_cast<std::int64_t>(model.pieces.size());
    if (model.unknown_id < 0 || model.unknown_id >= n_pieces)
        return damaged(file, "trainer_spec.unk_id", "a piece, 0 to " + std::to_string(n_pieces - 1), std::to_string(model.unknown_id));
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        const SentencePiece& piece = model.pieces[i];
        if (piece.text.empty())
            return damaged(file, "piece " + std::to_string(i), "a piece of at least one character", "an empty one");
        if (piece.kind == SentencePiece::Kind::Byte && !byteOfToken(piece.text))
            return damaged(file, "piece " + std::to_string(i), "a byte piece, <0x00> to <0xFF>", "\"" + piece.text + "\"");
    }
    return {};
}

/// Lines of a base64 token and its rank, as OpenAI and Llama 3 keep theirs.
bool looksLikeTiktoken(std::string_view bytes) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    const std::size_t space = line.find(' ');
    constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    return line.size() < bytes.size() && space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
           line.substr(0, space).find_first_not_of(base64) == std::string_view::npos &&
           line.substr(space + 1).find_first_not_of("0123456789\r") == std::string_view::npos;
}

} // namespace

Result<SentencePieceFile> parseSentencePiece(std::string_view bytes, const std::string& file) {
    if (const FileKind kind = recognizeFile(bytes.substr(0, 512)); kind != FileKind::Unknown)
        return makeError(ErrorKind::Tokenizer, "this is no SentencePiece model")
            .inFile(file)
            .atItem("the first bytes")
            .butFound("a SentencePiece model", fileKindText(kind))
            .because(fileKindCause(kind))
            .nextStep(kind == FileKind::GitLfsPointer || kind == FileKind::HtmlPage ? fileKindNextStep(kind) : "Get the tokenizer's files again.");
    if (looksLikeTiktoken(bytes))
        return makeError(ErrorKind::Unsupported, "this is no SentencePiece model")
            .inFile(file)
            .atItem("the first line")
            .butFound("a SentencePiece model", "tokens in base64 with their ranks (tiktoken)")
            .because("The model keeps its vocabulary as tiktoken does, without the rest of its tokenizer")
            .nextStep("Put the model's tokenizer.json into the folder.");
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
    HEADLIGHT_CHECK(check(out, file));
    return out;
}

} // namespace headlight
