#include "core/lessons/evaluate.h"

#include "core/analysis/head_measures.h"
#include "core/analysis/interventions/change.h"
#include "core/analysis/measure_info.h"
#include "core/analysis/measure_input.h"
#include "core/analysis/provenance/provenance.h"
#include "core/generate/predictions.h"
#include "core/lessons/lexemes.h"
#include "core/model/word_groups.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace headlight {

namespace {

using Q = LessonQuantity;

Error missing(std::string what) {
    return makeError(ErrorKind::Usage, std::move(what));
}

std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

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

/// One expression on one run.
class Evaluation {
public:
    Evaluation(const Expression& expression, const LessonRun& run, const LessonPlaces& places,
               const RunControl& control)
        : expression_(expression)
        , run_(run)
        , result_(expression.changed && run.changed ? *run.changed : run.run)
        , place_(expression.here ? places.here : places.step)
        , control_(control) {}

    Result<LessonValue> value() {
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

private:
    [[nodiscard]] const Trace& trace() const { return *result_.trace; }

    Result<HeadAddress> head() const {
        const std::optional<HeadAddress> address = expression_.head ? expression_.head : place_.head;
        if (!address)
            return missing("no head is named");
        if (const Result<void> there = trace().check(*address); !there.ok())
            return missing("the model has no head " + headAddressText(*address));
        return *address;
    }

    Result<std::size_t> query(AttentionKind kind) const {
        if (!expression_.first.empty())
            return findToken(expression_.first, queryTokens(result_.input, kind), place_);
        if (!place_.query || *place_.query >= trace().nQueries(kind))
            return missing("no query is chosen");
        return *place_.query;
    }

    Result<std::size_t> key(AttentionKind kind) const {
        if (!expression_.second.empty())
            return findToken(expression_.second, keyTokens(result_.input, kind), place_);
        if (!place_.key || *place_.key >= trace().nKeys(kind))
            return missing("no key is chosen");
        return *place_.key;
    }

    Result<LessonValue> cell() const {
        HEADLIGHT_ASSIGN(const HeadAddress address, head());
        HEADLIGHT_ASSIGN(const std::size_t i, query(address.kind));
        HEADLIGHT_ASSIGN(const std::size_t j, key(address.kind));
        const TokenRange rows{i, i + 1}, columns{j, j + 1};
        switch (expression_.quantity) {
        case Q::Weight:
            return numberValue(double(trace().weights(address, rows, columns).row(0)[0]));
        case Q::Score:
            if (!trace().visible(address.kind, address.layer, TokenIndex(i), TokenIndex(j)))
                return missing("the mask hides this key from this query");
            return numberValue(double(trace().scores(address, rows, columns).row(0)[0]));
        case Q::Product: {
            const double scale = double(trace().attention(address.kind, address.layer).problem.scale);
            return numberValue(double(trace().rawScores(address, rows, columns).row(0)[0]) / scale);
        }
        default:
            break;
        }
        HEADLIGHT_ASSIGN(const auto provenance, Provenance::create(run_.model, result_.trace, address));
        return contribution(*provenance, i, j);
    }

    Result<LessonValue> contribution(const Provenance& provenance, std::size_t i, std::size_t j) const {
        HEADLIGHT_ASSIGN(const ProvenanceNode share,
                         provenance.node({Quantity::ContributionShare, HeadSide::Value, i, j}, control_));
        if (expression_.quantity == Q::Contribution)
            return numberValue(share.operands.front().number.exact);
        return numberValue(share.number->exact);
    }

    Result<LessonValue> row() const {
        HEADLIGHT_ASSIGN(const HeadAddress address, head());
        HEADLIGHT_ASSIGN(const std::size_t i, query(address.kind));
        const std::size_t n_keys = trace().nKeys(address.kind);
        if (n_keys == 0)
            return missing("there is nothing to look at");
        if (expression_.quantity == Q::VisibleKeys) {
            std::size_t n_visible = 0;
            for (std::size_t j = 0; j < n_keys; ++j)
                n_visible +=
                    trace().visible(address.kind, address.layer, TokenIndex(i), TokenIndex(j)) ? 1 : 0;
            return numberValue(double(n_visible));
        }
        const Tensor weights = trace().weights(address, {i, i + 1}, {0, n_keys});
        const auto row = weights.row(0);
        const auto strongest =
            static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
        const TokenSequence& keys = keyTokens(result_.input, address.kind);
        if (expression_.quantity == Q::StrongestWeight)
            return numberValue(double(row[strongest]));
        if (expression_.quantity == Q::StrongestKey)
            return wordValue(tokenText(keys, strongest));
        if (expression_.quantity == Q::Entropy) {
            double entropy = 0.0;
            for (const float w : row)
                entropy -= w > 0.0f ? double(w) * std::log(double(w)) : 0.0;
            return numberValue(entropy);
        }
        HEADLIGHT_ASSIGN(const std::size_t most, strongestContribution(address, i, n_keys));
        return wordValue(tokenText(keys, most));
    }

    Result<std::size_t> strongestContribution(const HeadAddress& address, std::size_t i,
                                              std::size_t n_keys) const {
        HEADLIGHT_ASSIGN(const auto provenance, Provenance::create(run_.model, result_.trace, address));
        std::size_t most = 0;
        double largest = -1.0;
        for (std::size_t j = 0; j < n_keys; ++j) {
            if (!trace().visible(address.kind, address.layer, TokenIndex(i), TokenIndex(j)))
                continue;
            HEADLIGHT_ASSIGN(
                const ProvenanceNode share,
                provenance->node({Quantity::ContributionShare, HeadSide::Value, i, j}, control_));
            if (share.number->exact > largest) {
                largest = share.number->exact;
                most = j;
            }
        }
        return most;
    }

    Result<LessonValue> measure() const {
        HEADLIGHT_ASSIGN(const HeadAddress address, head());
        HEADLIGHT_ASSIGN(
            const HeadMeasures measures,
            measureHead(trace(), address, measureInputOf(result_.input, address.kind), control_));
        const std::optional<HeadMeasure> wanted = measureOfKey(expression_.word);
        const std::optional<double> value = wanted ? valueOf(measures, *wanted) : std::nullopt;
        if (!value)
            return missing("this text has nothing to measure “" + expression_.word + "” of");
        return numberValue(*value);
    }

    Result<LessonValue> prediction() const {
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
    Result<LessonValue> probability(std::span<const float> logits) const {
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

    Result<const StackSpec*> stackSpec() const {
        const ModelSpec& spec = run_.model->spec();
        const auto& stack = expression_.stack == StackKind::Encoder ? spec.encoder : spec.decoder;
        if (!stack)
            return missing(std::string("the model has no ") +
                           (expression_.stack == StackKind::Encoder ? "encoder" : "decoder"));
        return &*stack;
    }

    [[nodiscard]] const TokenSequence& stackTokens() const {
        return expression_.stack == StackKind::Encoder ? result_.input.source : result_.input.target;
    }

    Result<LessonValue> ofStack() const {
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

    Result<LessonValue> ofToken() const {
        HEADLIGHT_CHECK(stackSpec());
        HEADLIGHT_ASSIGN(const std::size_t at, findToken(expression_.first, stackTokens(), place_));
        if (expression_.quantity == Q::TokenNumber)
            return numberValue(double(stackTokens().ids[at]));
        return wordValue(tokenText(stackTokens(), at));
    }

    Result<LessonValue> ofStream() const {
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

    Result<LessonValue> plain() const {
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

    Result<LessonValue> ownToken() const {
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

    const Expression& expression_;
    const LessonRun& run_;
    const RunResult& result_;
    const LessonPlace& place_;
    const RunControl& control_;
};

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

Result<std::size_t> findToken(const TokenChoice& choice, const TokenSequence& tokens,
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

Result<void> applyChanges(const LessonState& state, LessonRun& run, const RunControl& control) {
    run.changed.reset();
    if (state.changes.empty())
        return {};
    HEADLIGHT_ASSIGN(run.changed, runChanged(*run.model, run.run.input, state.changes, control));
    return {};
}

Result<LessonValue> evaluate(const Expression& expression, const LessonRun& run, const LessonPlaces& places,
                             const RunControl& control) {
    HEADLIGHT_ASSIGN(LessonValue value, Evaluation(expression, run, places, control).value());
    value.decimals = quantityInfo(expression.quantity).decimals;
    return value;
}

Result<bool> holds(const Condition& condition, const LessonRun& run, const LessonPlaces& places,
                   const RunControl& control) {
    HEADLIGHT_ASSIGN(const LessonValue left, evaluate(condition.left, run, places, control));
    HEADLIGHT_ASSIGN(const LessonValue right, evaluate(condition.right, run, places, control));
    const bool equal = left.is_word ? lowered(left.word) == lowered(right.word) : left.number == right.number;
    switch (condition.relation) {
    case Condition::Relation::Less:
        return left.number < right.number;
    case Condition::Relation::LessOrEqual:
        return left.number <= right.number;
    case Condition::Relation::Equal:
        return equal;
    case Condition::Relation::Unequal:
        return !equal;
    case Condition::Relation::GreaterOrEqual:
        return left.number >= right.number;
    case Condition::Relation::Greater:
        break;
    }
    return left.number > right.number;
}

std::string valueText(const LessonValue& value) {
    if (value.is_word)
        return value.word;
    char text[64];
    if (value.decimals < 0)
        std::snprintf(text, sizeof text, "%.4g", value.number);
    else
        std::snprintf(text, sizeof text, "%.*f", value.decimals, value.number);
    return text;
}

bool isRight(const LessonQuestion& question, const LessonValue& right, const std::string& given) {
    std::string answer = given;
    while (answer.starts_with(' '))
        answer.erase(0, 1);
    while (answer.ends_with(' '))
        answer.pop_back();
    if (right.is_word)
        return lowered(answer) == lowered(right.word);
    std::ranges::replace(answer, ',', '.'); // as half of the world writes it
    double number = 0.0;
    if (!readNumber(answer, number))
        return false;
    const double digits = right.decimals < 0 ? 1e-9 : 0.5 * std::pow(10.0, -right.decimals);
    return std::abs(number - right.number) <= std::max(question.tolerance, digits) * (1.0 + 1e-9);
}

} // namespace headlight
