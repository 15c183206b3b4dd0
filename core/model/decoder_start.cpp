#include "core/model/decoder_start.h"

#include <algorithm>

namespace headlight {

namespace {

/// Whether this model's tokenizer puts the language's code behind the text (mBART), from where it comes to
/// the front.
Result<bool> codeStandsLast(const Tokenizer& tokenizer, const std::string& language, TokenId code) {
    HEADLIGHT_ASSIGN(const Encoding empty,
                     tokenizer.encode("", {.side = TextSide::Target, .language = language}));
    return !empty.ids.empty() && empty.ids.back() == code;
}

Error noSuchLanguage(const Model& model, const std::string& language) {
    const std::vector<std::string> known =
        model.tokenizer() ? model.tokenizer()->languages() : std::vector<std::string>();
    std::string list;
    for (const std::string& one : known)
        list += (list.empty() ? "one of " : ", ") + one;
    return makeError(ErrorKind::Usage, "this model cannot be told to write \"" + language + "\"")
        .butFound(list.empty() ? "no language" : list, language)
        .because(list.empty() ? "It writes one language, or finds its own from the text"
                              : "It was made for other languages, or spells this one differently")
        .nextStep(list.empty() ? "Leave the target language out" : "Choose one of the model's languages");
}

/// Index of the last token that ends a text.
Result<std::size_t> lastEnd(const Model& model, const TokenSequence& source) {
    const std::vector<TokenId>& ends = model.spec().generation.eos_tokens;
    const auto found = std::find_first_of(source.ids.rbegin(), source.ids.rend(), ends.begin(), ends.end());
    if (found == source.ids.rend())
        return makeError(ErrorKind::Text, "the text has no end token")
            .because(model.spec().architecture + " reads the class where the text ends")
            .nextStep("Give its end token as the last id");
    return static_cast<std::size_t>(source.ids.rend() - found) - 1;
}

} // namespace

Result<DecoderStart> decoderStart(const Model& model, const std::string& language) {
    const ModelSpec& spec = model.spec();
    DecoderStart start{*spec.generation.decoder_start_token, spec.generation.forced_bos_token};
    const std::shared_ptr<const Tokenizer> tokenizer = model.tokenizer();
    std::string wanted = language;
    if (wanted.empty()) {
        if (!tokenizer || start.written ||
            tokenizer->defaultLanguage(TextSide::Target) == tokenizer->defaultLanguage(TextSide::Source))
            return start;
        wanted = tokenizer->defaultLanguage(TextSide::Target);
    }
    const std::optional<TokenId> code = tokenizer ? tokenizer->languageToken(wanted) : std::nullopt;
    if (!code)
        return noSuchLanguage(model, wanted);
    HEADLIGHT_ASSIGN(const bool last, codeStandsLast(*tokenizer, wanted, *code));
    if (spec.language_starts_target && last)
        return DecoderStart{*code, std::nullopt};
    start.written = code;
    return start;
}

Result<TokenSequence> decoderPrompt(const Model& model, const TokenSequence& source) {
    const ModelSpec& spec = model.spec();
    HEADLIGHT_ASSIGN(const DecoderStart start, decoderStart(model));
    if (spec.decoder_prompt == DecoderPrompt::StartToken || source.size() == 0)
        return model.describe({start.token});
    const bool rotated = spec.decoder_prompt == DecoderPrompt::RotatedSource;
    TokenSequence prompt =
        model.describe({rotated ? source.ids.back() : *spec.generation.decoder_start_token});
    std::size_t n_read = source.size() - 1;
    if (spec.head == HeadKind::SequenceClassification) {
        HEADLIGHT_ASSIGN(
            n_read,
            lastEnd(model, source)); // tokens behind it would change nothing: the decoder looks back only
    }
    append(prompt, firstTokens(source, n_read));
    prompt.text = source.text;
    prompt.text_pair = source.text_pair;
    return prompt;
}

} // namespace headlight
