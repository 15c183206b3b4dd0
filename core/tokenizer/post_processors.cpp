#include "core/tokenizer/post_processors.h"

#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <iterator>

namespace headlight {
namespace {

/// "Ġ" (the byte-level space) and white space count as spaces of a token.
bool isTokenSpace(CodePoint c) { return c == 0x120 || isWhitespace(c); }

/// Leaves spaces out of the offsets. A single leading space of the first token is the one add_prefix_space put there,
/// which has no place in the text. Offsets move by characters, as Hugging Face's do. Reference: ByteLevel::process_offsets.
void trimOffsets(Encoding& encoding, const EncodedTexts& texts, bool add_prefix_space) {
    for (std::size_t i = 0; i < encoding.size(); ++i) {
        const std::string_view token = encoding.tokens[i];
        std::size_t leading = 0, trailing = 0;
        for (std::size_t at = 0; at < token.size() && isTokenSpace(nextCodePoint(token, at));)
            ++leading;
        for (std::size_t at = token.size(); at > 0 && isTokenSpace(previousCodePoint(token, at));)
            ++trailing;
        ByteRange& offsets = encoding.offsets[i];
        const std::string_view text = texts[encoding.sequence[i] == 1 ? 1 : 0];
        const bool first = i == 0 || offsets.begin == 0;
        if (first && add_prefix_space && leading == 1)
            leading = 0;
        if (leading > 0) { // stops at the end even if that lies before the beginning
            std::size_t begin = offsets.begin;
            for (; leading > 0 && begin < text.size(); --leading)
                begin += utf8Length(static_cast<unsigned char>(text[begin]));
            offsets.begin = std::min(begin, offsets.end);
        }
        std::size_t end = offsets.end, left = trailing;
        for (; left > 0 && end > 0; --left)
            (void)previousCodePoint(text, end);
        if (trailing > 0 && left == 0)
            offsets.end = std::max(end, offsets.begin);
    }
}

Encoding specialEncoding(const std::vector<SpecialToken>& tokens, std::uint8_t type_id) {
    Encoding encoding;
    for (const SpecialToken& token : tokens) {
        encoding.ids.push_back(token.id);
        encoding.tokens.push_back(token.token);
        encoding.offsets.push_back({});
        encoding.type_ids.push_back(type_id);
        encoding.sequence.push_back(-1);
        encoding.special.push_back(true);
    }
    return encoding;
}

class SequencePostProcessor final : public PostProcessor {
public:
    explicit SequencePostProcessor(std::vector<PostProcessorPtr> steps) : steps_(std::move(steps)) {}
    Result<std::vector<Encoding>> apply(std::vector<Encoding> encodings, const EncodedTexts& texts, bool add_special_tokens) const override {
        for (const auto& step : steps_) {
            HEADLIGHT_ASSIGN(encodings, step->apply(std::move(encodings), texts, add_special_tokens));
        }
        return encodings;
    }

private:
    std::vector<PostProcessorPtr> steps_;
};

class TemplatePostProcessor final : public PostProcessor {
public:
    TemplatePostProcessor(ProcessingTemplate processing, std::string file) : processing_(std::move(processing)), file_(std::move(file)) {}
    Result<std::vector<Encoding>> apply(std::vector<Encoding> encodings, const EncodedTexts&, bool add_special_tokens) const override {
        if (encodings.size() > 2)
            return makeError(ErrorKind::Tokenizer, "two post-processors of the tokenizer both add special tokens")
                .inFile(file_)
                .atItem("post_processor")
                .butFound("one template", "a template behind another step that adds tokens")
                .because("The file was put together by hand")
                .nextStep("Keep one of the two.");
        const auto& pieces = encodings.size() == 2 ? processing_.pair : processing_.single;
        std::vector<Encoding> out;
        for (const TemplatePiece& piece : pieces) {
            if (piece.sequence < 0) {
                if (add_special_tokens)
                    out.push_back(specialEncoding(processing_.special_tokens.at(piece.special), piece.type_id));
                continue;
            }
            const auto which = static_cast<std::size_t>(piece.sequence);
            if (which >= encodings.size())
                return makeError(ErrorKind::Tokenizer, "the template for one text names a second one")
                    .inFile(file_)
                    .atItem("post_processor.single")
                    .butFound("$A", "$B")
                    .because("The file is damaged or was edited")
                    .nextStep("Correct the template.");
            const auto uses = std::count_if(pieces.begin(), pieces.end(), [&](const TemplatePiece& other) { return other.sequence == piece.sequence; });
            if (uses == 1)
                out.push_back(std::move(encodings[which]));
            else
                out.push_back(encodings[which]);
            out.back().type_ids.assign(out.back().size(), piece.type_id);
        }
        return out;
    }

private:
    ProcessingTemplate processing_;
    std::string file_;
};

class ByteLevelPostProcessor final : public PostProcessor {
public:
    ByteLevelPostProcessor(bool trim_offsets, bool add_prefix_space) : trim_offsets_(trim_offsets), add_prefix_space_(add_prefix_space) {}
    Result<std::vector<Encoding>> apply(std::vector<Encoding> encodings, const EncodedTexts& texts, bool) const override {
        if (trim_offsets_)
            for (Encoding& encoding : encodings)
                trimOffsets(encoding, texts, add_prefix_space_);
        return encodings;
    }

private:
    bool trim_offsets_;
    bool add_prefix_space_;
};

/// BERT's and RoBERTa's fixed templates.
class PairPostProcessor final : public PostProcessor {
public:
    PairPostProcessor(SpecialToken separator, SpecialToken classifier) : separator_(std::move(separator)), classifier_(std::move(classifier)) {}
    static std::unique_ptr<PairPostProcessor> roberta(SpecialToken separator, SpecialToken classifier, bool trim_offsets, bool add_prefix_space) {
        auto processor = std::make_unique<PairPostProcessor>(std::move(separator), std::move(classifier));
        processor->roberta_ = true;
        processor->trim_offsets_ = trim_offsets;
        processor->add_prefix_space_ = add_prefix_space;
        return processor;
    }

    Result<std::vector<Encoding>> apply(std::vector<Encoding> encodings, const EncodedTexts& texts, bool add_special_tokens) const override {
        for (Encoding& encoding : encodings) {
            if (trim_offsets_)
                trimOffsets(encoding, texts, add_prefix_space_);
            if (roberta_)
                encoding.type_ids.assign(encoding.size(), 0);
        }
        if (!add_special_tokens)
            return encodings;
        std::vector<Encoding> out;
        for (std::size_t i = 0; i < encodings.size(); ++i) {
            const auto type_id = static_cast<std::uint8_t>(i == 0 || roberta_ ? 0 : 1);
            Encoding wrapped;
            if (i == 0 || roberta_)
                wrapped = specialEncoding({i == 0 ? classifier_ : separator_}, 0);
            appendEncoding(wrapped, std::move(encodings[i]));
            appendEncoding(wrapped, specialEncoding({separator_}, type_id));
            out.push_back(std::move(wrapped));
        }
        return out;
    }

private:
    SpecialToken separator_;
    SpecialToken classifier_;
    bool roberta_ = false;
    bool trim_offsets_ = false;
    bool add_prefix_space_ = false;
};

} // namespace

void appendEncoding(Encoding& to, Encoding from) {
    if (to.ids.empty()) {
        to = std::move(from);
        return;
    }
    to.ids.insert(to.ids.end(), from.ids.begin(), from.ids.end());
    to.tokens.insert(to.tokens.end(), std::make_move_iterator(from.tokens.begin()), std::make_move_iterator(from.tokens.end()));
    to.offsets.insert(to.offsets.end(), from.offsets.begin(), from.offsets.end());
    to.type_ids.insert(to.type_ids.end(), from.type_ids.begin(), from.type_ids.end());
    to.sequence.insert(to.sequence.end(), from.sequence.begin(), from.sequence.end());
    to.special.insert(to.special.end(), from.special.begin(), from.special.end());
}

PostProcessorPtr makeSequencePostProcessor(std::vector<PostProcessorPtr> steps) { return std::make_unique<const SequencePostProcessor>(std::move(steps)); }
PostProcessorPtr makeTemplatePostProcessor(ProcessingTemplate processing, const std::string& file) {
    return std::make_unique<const TemplatePostProcessor>(std::move(processing), file);
}
PostProcessorPtr makeBertPostProcessor(SpecialToken separator, SpecialToken classifier) {
    return std::make_unique<const PairPostProcessor>(std::move(separator), std::move(classifier));
}
PostProcessorPtr makeRobertaPostProcessor(SpecialToken separator, SpecialToken classifier, bool trim_offsets, bool add_prefix_space) {
    return PairPostProcessor::roberta(std::move(separator), std::move(classifier), trim_offsets, add_prefix_space);
}
PostProcessorPtr makeByteLevelPostProcessor(bool trim_offsets, bool add_prefix_space) {
    return std::make_unique<const ByteLevelPostProcessor>(trim_offsets, add_prefix_space);
}

} // namespace headlight
