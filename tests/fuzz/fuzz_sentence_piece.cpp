// Mutated SentencePiece models: refused with words, or pieces that cut texts within their bounds, under every
// class.
#include "core/tokenizer/sentence_piece_bpe.h"
#include "core/tokenizer/tokenizer_class.h"
#include "core/tokenizer/unigram.h"
#include "tests/support/fuzzing.h"

#include <array>
#include <cstring>

using namespace headlight;
using namespace headlight::testing;

namespace {

std::string field(unsigned number, std::string_view bytes) {
    return static_cast<char>(number << 3 | 2) + std::string(1, static_cast<char>(bytes.size())) +
           std::string(bytes);
}

std::string number(unsigned field_number, unsigned value) {
    std::string out;
    for (unsigned tag = field_number << 3;;) {
        out.push_back(static_cast<char>((tag & 0x7F) | (tag > 0x7F ? 0x80 : 0)));
        if (tag <= 0x7F)
            break;
        tag >>= 7;
    }
    return out + static_cast<char>(value);
}

std::string piece(std::string_view text, float score, unsigned kind) {
    std::string bits(4, '\0');
    std::memcpy(bits.data(), &score, 4);
    return field(1, field(1, text) + "\x15" + bits + number(3, kind));
}

/// A model of `type` (1 Unigram, 2 BPE) with pieces of every kind.
std::string model(unsigned type, bool byte_fallback) {
    std::string out = piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3) + piece("[M]", 0, 4) +
                      piece("<0xC3>", 0, 6) + piece("<0xA9>", 0, 6);
    float score = -1;
    for (const char* text : {"▁", "a", "b", "t", "h", "e", "th", "the", "▁the", "at", "▁a", "ab", "é"})
        out += piece(text, score -= 0.5f, text == std::string_view("th") ? 5 : 1);
    out +=
        field(2, number(3, type) + number(35, byte_fallback) + number(40, 0) + number(41, 1) + number(42, 2));
    const std::string charsmap("\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00 \x00", 14);
    return out + field(3, field(1, "x") + field(2, charsmap) + number(3, 1) + number(4, 1) + number(5, 1));
}

const std::vector<std::string> kWords = {
    piece("ab", -2, 1),    piece("[M]", 0, 4), piece("<0xFF>", 0, 6), number(3, 1),
    number(3, 2),          number(35, 1),      number(40, 5),         std::string("\x15\x00\x00\x80\x7f", 5),
    "\xff\xff\xff\xff\x0f"};
const std::array<std::string, 4> kTexts = {"the the at", "ab[M] caf\xc3\xa9", std::string(200, 'a'),
                                           "x\xe2\x96\x81 y"};

std::string tryModel(const TokenModel& model, const Normalizer* normalizer) {
    for (const std::string& text : kTexts) {
        NormalizedString string(text, 0, text.size());
        if (normalizer && !normalizer->apply(string).ok())
            continue;
        if (string.text().empty())
            continue;
        std::vector<ModelToken> tokens;
        if (!model.tokenize(string.text(), tokens).ok())
            continue;
        for (const ModelToken& token : tokens)
            if (token.id < 0 || token.begin > token.end || token.end > string.text().size())
                return "a token outside the text";
    }
    return "";
}

std::string tryClasses(const std::string& input) {
    static const auto config = PretrainedConfig::read("/nonexistent");
    if (!config.ok())
        return "an empty folder has no settings";
    for (const char* name : {"LlamaTokenizer", "GemmaTokenizer", "T5Tokenizer", "XLMRobertaTokenizer",
                             "CamembertTokenizer", "MBartTokenizer", "MBart50Tokenizer", "NllbTokenizer",
                             "PegasusTokenizer", "AlbertTokenizer", "DebertaV2Tokenizer", ""}) {
        const TokenizerClass* type = findTokenizerClass(name);
        auto vocabulary =
            parseSentencePieceVocabulary(input, "fuzz", type ? std::optional(type->kind) : std::nullopt);
        if (!vocabulary.ok())
            continue;
        const auto parts = type ? type->build(*config, std::move(vocabulary).value())
                                : buildGenericSentencePiece(*config, std::move(vocabulary).value());
        if (!parts.ok() && parts.error().summary.empty())
            return "a refusal without words";
        if (parts.ok())
            if (const std::string wrong = tryModel(*parts.value().model, parts.value().normalizer.get());
                !wrong.empty())
                return wrong;
    }
    return "";
}

} // namespace

int main(int argc, char** argv) {
    FuzzTarget target{{model(1, false), model(2, true), model(1, true)}, kWords, {}};
    target.run = [](const std::string& input, bool& accepted) -> std::string {
        const auto file = parseSentencePiece(input, "fuzz");
        accepted = file.ok();
        if (!file.ok())
            return file.error().summary.empty() ? "a refusal without words" : "";
        const std::vector<std::pair<std::string_view, std::int64_t>> numbers{
            {"<unk>", 0}, {"a", 1}, {"the", 2}};
        auto vocabulary = Vocabulary::build(numbers, "fuzz", "vocab");
        if (const auto bpe = makeSentencePieceBpe(*file, std::move(vocabulary).value(), 0, "fuzz"); bpe.ok())
            if (const std::string wrong = tryModel(**bpe, nullptr); !wrong.empty())
                return wrong;
        return tryClasses(input);
    };
    return fuzzMain(argc, argv, target);
}
