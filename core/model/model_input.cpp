// Text and ids into what a model's stacks read.
#include "core/base/memory.h"
#include "core/model/decoder_start.h"
#include "core/model/forward.h"
#include "core/model/model_state.h"
#include "core/model/text_limit.h"

#include <algorithm>

namespace headlight {

namespace {

/// Removes the last token.
void dropLast(TokenSequence& sequence) { sequence = firstTokens(std::move(sequence), sequence.size() - 1); }

TokenSequence fromEncoding(const Tokenizer& tokenizer, TextSide side, Encoding encoding, std::string text, std::string text_pair = {}) {
    TokenSequence sequence;
    sequence.text = std::move(text);
    sequence.text_pair = std::move(text_pair);
    for (const TokenId id : encoding.ids)
        sequence.display.push_back(tokenizer.displayText(id, side));
    sequence.ids = std::move(encoding.ids);
    sequence.tokens = std::move(encoding.tokens);
    sequence.offsets = std::move(encoding.offsets);
    sequence.type_ids = std::move(encoding.type_ids);
    sequence.sequence = std::move(encoding.sequence);
    sequence.special = std::move(encoding.special);
    return sequence;
}

Error emptyText(std::string_view which) {
    return makeError(ErrorKind::Text, std::string(which) + " is empty").nextStep("Enter a text");
}

/// Ids of the source's or the target's vocabulary, for display; `tokenizer` may be null.
TokenSequence describeIds(const Tokenizer* tokenizer, TextSide side, std::vector<TokenId> ids) {
    TokenSequence sequence;
    for (const TokenId id : ids) {
        const auto token = tokenizer != nullptr ? tokenizer->idToToken(id, side) : std::nullopt;
        sequence.tokens.push_back(token ? std::string(*token) : "<" + std::to_string(id) + ">");
        sequence.display.push_back(token ? tokenizer->displayText(id, side) : sequence.tokens.back());
        sequence.special.push_back(tokenizer != nullptr && tokenizer->isSpecial(id, side));
        sequence.sequence.push_back(sequence.special.back() ? -1 : 0);
    }
    sequence.offsets.assign(ids.size(), {});
    sequence.type_ids.assign(ids.size(), 0);
    sequence.ids = std::move(ids);
    return sequence;
}

/// An encoder-decoder's target: the start token, then the text without the end token that labels would have. Where labels
/// end with their language's code (mBART), the decoder starts with that.
Result<TokenSequence> targetSequence(const Model& model, const Tokenizer& tokenizer, const std::string& text, const std::string& language) {
    HEADLIGHT_ASSIGN(const DecoderStart begin, decoderStart(model, language));
    TokenSequence start = model.describe({begin.token});
    if (text.empty())
        return start;
    HEADLIGHT_ASSIGN(Encoding encoding, tokenizer.encode(text, {.side = TextSide::Target, .language = language}));
    TokenSequence target = fromEncoding(tokenizer, TextSide::Target, std::move(encoding), text);
    const auto code = tokenizer.languageToken(language.empty() ? tokenizer.defaultLanguage(TextSide::Target) : language);
    if (code && target.size() > 0 && target.special.back() && target.ids.back() == *code) {
        if (model.spec().language_starts_target)
            start = model.describe({*code});
        dropLast(target);
    }
    const std::vector<TokenId>& ends = model.spec().generation.eos_tokens;
    if (target.size() > 0 && target.special.back() &&
        std::find(ends.begin(), ends.end(), target.ids.back()) != ends.end())
        dropLast(target);
    append(start, target);
    start.text = text;
    return start;
}

/// A sequence classifier's decoder reads the source once more.
Result<void> checkTakesTarget(const ModelSpec& spec) {
    if (spec.head != HeadKind::SequenceClassification)
        return {};
    return makeError(ErrorKind::Usage, spec.architecture + " takes no target: its decoder reads the text it classifies")
        .nextStep("Leave the target out");
}

Result<void> checkLanguages(const Tokenizer& tokenizer, const TextInput& text) {
    if ((text.source_language.empty() && text.target_language.empty()) || !tokenizer.languages().empty())
        return {};
    return makeError(ErrorKind::Usage, "this model has no languages to choose from")
        .because("Its tokenizer adds no language codes; models that read them in the text, such as \">>fra<<\", get them there")
        .nextStep("Leave the language out");
}

} // namespace

Result<ModelInput> Model::prepare(const TextInput& text) const {
    const ModelSpec& spec = state_->spec;
    if (!state_->tokenizer)
        return makeError(ErrorKind::Tokenizer, "this model cannot read text: " + state_->tokenizer_problem)
            .nextStep("Add the tokenizer's files to the model's folder; without them, the command line takes token ids (--ids)");
    if (text.text_pair && spec.kind != ModelKind::EncoderOnly && !(spec.hasEncoder() && spec.classifies()))
        return makeError(ErrorKind::Usage, spec.architecture + " reads one text, not a pair");
    if (text.target && spec.kind != ModelKind::EncoderDecoder)
        return makeError(ErrorKind::Usage, spec.architecture + " takes no target text: it is no encoder-decoder");
    if (text.target)
        HEADLIGHT_CHECK(checkTakesTarget(spec));
    if (text.text.empty())
        return emptyText("the text");
    const Tokenizer& tokenizer = *state_->tokenizer;
    HEADLIGHT_CHECK(checkLanguages(tokenizer, text));
    const EncodeOptions options{.language = text.source_language};
    HEADLIGHT_ASSIGN(Encoding encoding, text.text_pair ? tokenizer.encodePair(text.text, *text.text_pair, options)
                                                       : tokenizer.encode(text.text, options));
    if (encoding.ids.empty())
        return emptyText("the text, as this model's tokenizer reads it,");
    TokenSequence sequence = fromEncoding(tokenizer, TextSide::Source, std::move(encoding), text.text, text.text_pair.value_or(""));
    ModelInput input;
    if (spec.kind == ModelKind::DecoderOnly)
        input.target = std::move(sequence);
    else
        input.source = std::move(sequence);
    if (text.target) {
        HEADLIGHT_ASSIGN(input.target, targetSequence(*this, tokenizer, *text.target, text.target_language));
    }
    HEADLIGHT_CHECK(checkInput(spec, input));
    return input;
}

Result<std::string> Model::beginningThatFits(const std::string& text, const std::optional<std::string>& text_pair) const {
    const ModelSpec& spec = state_->spec;
    const std::size_t limit = longestText(spec, availableMemory());
    if (!state_->tokenizer || limit == 0)
        return text;
    const Tokenizer& tokenizer = *state_->tokenizer;
    const auto encode = [&](const std::string& part) {
        return text_pair ? tokenizer.encodePair(part, *text_pair) : tokenizer.encode(part);
    };
    std::string beginning = text;
    HEADLIGHT_ASSIGN(Encoding encoding, encode(beginning));
    // The last word of a beginning may fall into more tokens than it had inside the whole text: cut until it fits.
    while (encoding.size() > limit && !beginning.empty()) {
        std::size_t excess = encoding.size() - limit;
        std::size_t end = beginning.size();
        for (std::size_t i = encoding.size(); i-- > 0 && excess > 0;)
            if (encoding.sequence[i] == 0) {
                end = encoding.offsets[i].begin;
                --excess;
            }
        beginning.resize(std::min(end, beginning.size() - 1));
        while (!beginning.empty() && (static_cast<unsigned char>(text[beginning.size()]) & 0xc0u) == 0x80u)
            beginning.pop_back(); // never inside a character
        HEADLIGHT_ASSIGN(encoding, encode(beginning));
    }
    return beginning;
}

Result<ModelInput> Model::prepareIds(std::vector<TokenId> ids, std::vector<TokenId> target_ids) const {
    const ModelSpec& spec = state_->spec;
    if (!target_ids.empty() && spec.kind != ModelKind::EncoderDecoder)
        return makeError(ErrorKind::Usage, spec.architecture + " takes no target: it is no encoder-decoder");
    if (!target_ids.empty())
        HEADLIGHT_CHECK(checkTakesTarget(spec));
    ModelInput input;
    if (spec.kind == ModelKind::DecoderOnly)
        input.target = describe(std::move(ids));
    else
        input.source = describeIds(state_->tokenizer.get(), TextSide::Source, std::move(ids));
    if (!target_ids.empty())
        input.target = describe(std::move(target_ids));
    HEADLIGHT_CHECK(checkInput(spec, input));
    return input;
}

TokenSequence Model::describe(std::vector<TokenId> ids) const {
    const TextSide side = state_->spec.kind == ModelKind::EncoderDecoder ? TextSide::Target : TextSide::Source; // what a decoder reads and writes
    return describeIds(state_->tokenizer.get(), side, std::move(ids));
}

} // namespace headlight
