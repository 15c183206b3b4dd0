#include "core/lessons/evaluation.h"

#include "core/generate/predictions.h"
#include "core/model/word_groups.h"

#include <cmath>

namespace headlight {

using Q = LessonQuantity;

namespace {

double lengthOf(std::span<const float> row) {
    double sum = 0.0;
    for (const float x : row)
        sum += double(x) * x;
    return std::sqrt(sum);
}

double cosineOf(std::span<const float> a, std::span<const float> b) {
    double product = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        product += double(a[i]) * b[i];
    const double lengths = lengthOf(a) * lengthOf(b);
    return lengths > 0.0 ? product / lengths : 0.0;
}

} // namespace

Error missing(std::string what) {
    return makeError(ErrorKind::Usage, std::move(what));
}

std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

LessonValue numberValue(double number) {
    LessonValue value;
    value.number = number;
    return value;
}
LessonValue wordValue(std::string word) {
    LessonValue value;
    value.is_word = true;
    value.word = std::move(word);
    return value;
}

Result<LessonValue> Evaluation::value() {
    if (expression_.changed && !run_.changed)
        return missing("nothing is changed");
    switch (quantityInfo(expression_.quantity).pattern) {
    case ArgumentPattern::Cell:
        return cell();
    case ArgumentPattern::Row:
        return row();
    case ArgumentPattern::HeadMeasure:
        return measure();
    case ArgumentPattern::WriterWord:
    case ArgumentPattern::Writer:
        return prediction();
    case ArgumentPattern::Stack:
        return ofStack();
    case ArgumentPattern::StackToken:
        return ofToken();
    case ArgumentPattern::StackLayerToken:
        return ofStream();
    case ArgumentPattern::None:
    case ArgumentPattern::Literal:
        break;
    }
    return plain();
}

Result<LessonValue> Evaluation::prediction() const {
    const ModelSpec& spec = run_.model->spec();
    if (spec.head != HeadKind::LanguageModel && spec.head != HeadKind::MaskedLanguageModel)
        return missing("the model predicts no words");
    const TokenSequence& tokens = spec.hasDecoder() ? result_.input.target : result_.input.source;
    HEADLIGHT_ASSIGN(const std::size_t at, findToken(expression_.first, tokens, place_));
    HEADLIGHT_ASSIGN(const Tensor logits, run_.model->logits(trace(), {at, at + 1}));
    if (expression_.quantity == Q::Probability)
        return probability(logits.row(0));
    const std::vector<Candidate> top = topCandidates(logits.row(0), 1);
    if (top.empty())
        return missing("the model predicts nothing");
    if (expression_.quantity == Q::TopProbability)
        return numberValue(double(top.front().probability));
    return wordValue(tokenText(run_.model->describe({top.front().id}), 0));
}

/// Of the most probable token that reads as the word.
Result<LessonValue> Evaluation::probability(std::span<const float> logits) const {
    std::vector<TokenId> ids(logits.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<TokenId>(i);
    const TokenSequence vocabulary = run_.model->describe(std::move(ids));
    std::optional<TokenId> found;
    for (std::size_t i = 0; i < vocabulary.size(); ++i)
        if (tokenText(vocabulary, i) == expression_.word &&
            (!found || logits[i] > logits[static_cast<std::size_t>(*found)]))
            found = static_cast<TokenId>(i);
    if (!found)
        return missing("“" + expression_.word + "” is no token of this model");
    return numberValue(probabilityOf(logits, *found));
}

Result<const StackSpec*> Evaluation::stackSpec() const {
    const ModelSpec& spec = run_.model->spec();
    const auto& stack = expression_.stack == StackKind::Encoder ? spec.encoder : spec.decoder;
    if (!stack)
        return missing(std::string("the model has no ") +
                       (expression_.stack == StackKind::Encoder ? "encoder" : "decoder"));
    return &*stack;
}

const TokenSequence& Evaluation::stackTokens() const {
    return expression_.stack == StackKind::Encoder ? result_.input.source : result_.input.target;
}

Result<LessonValue> Evaluation::ofStack() const {
    HEADLIGHT_ASSIGN(const StackSpec* const stack, stackSpec());
    switch (expression_.quantity) {
    case Q::TokenCount:
        return numberValue(double(stackTokens().size()));
    case Q::PieceCount: {
        std::size_t n_pieces = 0;
        for (const TokenRange& word : wordGroups(stackTokens()).tokens)
            n_pieces += word.size() - 1;
        return numberValue(double(n_pieces));
    }
    case Q::LayerCount:
        return numberValue(double(stack->n_layers));
    case Q::HeadCount:
        return numberValue(double(stack->n_heads));
    case Q::HeadSize:
        return numberValue(double(stack->head_dim));
    case Q::StreamSize:
        return numberValue(double(stack->d_model));
    default:
        return numberValue(double(stack->d_feed_forward));
    }
}

Result<LessonValue> Evaluation::ofToken() const {
    HEADLIGHT_CHECK(stackSpec());
    HEADLIGHT_ASSIGN(const std::size_t at, findToken(expression_.first, stackTokens(), place_));
    if (expression_.quantity == Q::TokenNumber)
        return numberValue(double(stackTokens().ids[at]));
    return wordValue(tokenText(stackTokens(), at));
}

Result<LessonValue> Evaluation::ofStream() const {
    HEADLIGHT_ASSIGN(const StackSpec* const stack, stackSpec());
    HEADLIGHT_ASSIGN(const std::size_t at, findToken(expression_.first, stackTokens(), place_));
    if (expression_.layer > stack->n_layers ||
        (expression_.quantity == Q::Likeness && expression_.layer == 0))
        return missing("the stack has no layer " + std::to_string(expression_.layer));
    const auto behind = [&](std::size_t layer) {
        return layer == 0 ? trace().embedding(expression_.stack)
                          : trace().hidden(expression_.stack, LayerIndex(layer - 1));
    };
    const Tensor now = behind(expression_.layer);
    if (expression_.quantity == Q::Length)
        return numberValue(lengthOf(now.row(at)));
    return numberValue(cosineOf(behind(expression_.layer - 1).row(at), now.row(at)));
}

Result<LessonValue> Evaluation::plain() const {
    switch (expression_.quantity) {
    case Q::Written:
        return wordValue(run_.written);
    case Q::VocabularySize:
        return numberValue(double(run_.model->spec().vocabulary_size));
    case Q::ParameterCount:
        return numberValue(double(run_.model->parameterCount()));
    case Q::Number:
        return numberValue(expression_.number);
    case Q::QueryWord:
    case Q::KeyWord:
        return ownToken();
    default:
        return wordValue(expression_.word);
    }
}

Result<LessonValue> Evaluation::ownToken() const {
    const bool is_query = expression_.quantity == Q::QueryWord;
    const std::optional<std::size_t> at = is_query ? place_.query : place_.key;
    if (!place_.head || !at)
        return missing(is_query ? "the step has no query" : "the step has no key");
    const TokenSequence& tokens = is_query ? queryTokens(result_.input, place_.head->kind)
                                           : keyTokens(result_.input, place_.head->kind);
    if (*at >= tokens.size())
        return missing("the text has no such token");
    return wordValue(tokenText(tokens, *at));
}

} // namespace headlight
