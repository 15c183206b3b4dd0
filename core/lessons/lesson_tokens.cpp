// Tokens and places a lesson names, found in a text.
#include "core/lessons/evaluation.h"

namespace headlight {

namespace {

std::optional<std::size_t> wordAt(const TokenName& name, const TokenSequence& tokens, bool any_case) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string text = tokenText(tokens, i);
        if ((any_case ? lowered(text) == lowered(name.word) : text == name.word) && seen++ == name.number)
            return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> tokenAt(const TokenName& name, const TokenSequence& tokens,
                                   const LessonPlace& place) {
    std::optional<std::size_t> index;
    switch (name.kind) {
    case TokenName::Kind::Word:
        index = wordAt(name, tokens, false);
        return index ? index : wordAt(name, tokens, true);
    case TokenName::Kind::Place:
        index = name.number;
        break;
    case TokenName::Kind::First:
        index = 0;
        break;
    case TokenName::Kind::Last:
        index = tokens.size() - 1;
        break;
    case TokenName::Kind::Query:
        index = place.query;
        break;
    case TokenName::Kind::Key:
        index = place.key;
        break;
    }
    return index && *index < tokens.size() ? index : std::nullopt;
}

std::string nameText(const TokenName& name) {
    switch (name.kind) {
    case TokenName::Kind::Word:
        return "“" + name.word + "”" + (name.number > 0 ? " number " + std::to_string(name.number + 1) : "");
    case TokenName::Kind::Place:
        return "number " + std::to_string(name.number + 1);
    case TokenName::Kind::Query:
        return "as query";
    case TokenName::Kind::Key:
        return "as key";
    case TokenName::Kind::First:
    case TokenName::Kind::Last:
        break;
    }
    return "at all";
}

} // namespace

const TokenSequence& queryTokens(const ModelInput& input, AttentionKind kind) {
    return kind == AttentionKind::EncoderSelf ? input.source : input.target;
}

const TokenSequence& keyTokens(const ModelInput& input, AttentionKind kind) {
    return kind == AttentionKind::DecoderSelf ? input.target : input.source;
}

std::string tokenText(const TokenSequence& tokens, std::size_t index) {
    const std::string& display = tokens.display[index];
    const std::size_t begin = display.find_first_not_of(' ');
    return begin == std::string::npos ? display : display.substr(begin);
}

Result<std::size_t> findToken(const TokenPick& choice, const TokenSequence& tokens,
                              const LessonPlace& place) {
    for (const TokenName& name : choice)
        if (const auto found = tokenAt(name, tokens, place))
            return *found;
    return missing("the text has no token " +
                   (choice.empty() ? std::string("named here") : nameText(choice.front())));
}

Result<LessonPlace> placeOf(const LessonState& state, const LessonRun& run) {
    LessonPlace place;
    place.head = state.head;
    if (!state.head)
        return place;
    if (!run.run.trace->check(*state.head).ok())
        return missing("the model has no head " + headAddressText(*state.head));
    if (!state.query.empty()) {
        HEADLIGHT_ASSIGN(place.query, findToken(state.query, queryTokens(run.run.input, state.head->kind)));
    }
    if (!state.key.empty()) {
        HEADLIGHT_ASSIGN(place.key, findToken(state.key, keyTokens(run.run.input, state.head->kind)));
    }
    return place;
}

} // namespace headlight
