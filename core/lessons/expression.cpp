#include "core/lessons/expression.h"

#include "core/analysis/measure_info.h"
#include "core/base/nearest_name.h"
#include "core/lessons/lexemes.h"

#include <algorithm>
#include <cctype>

namespace headlight {

namespace {

Error unreadable(std::string what, std::string next_step = {}) {
    return makeError(ErrorKind::Format, std::move(what)).nextStep(std::move(next_step));
}

std::optional<AttentionKind> kindOf(const Lexeme& lexeme) {
    for (const AttentionKind kind :
         {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
        if (lexeme.is(attentionKindName(kind)))
            return kind;
    return std::nullopt;
}

/// "2.1" behind the kind.
Result<HeadAddress> takeHead(LexemeReader& reader) {
    const Lexeme kind_word = reader.take();
    const std::optional<AttentionKind> kind = kindOf(kind_word);
    if (!kind)
        return unreadable("“" + kind_word.text + "” is no attention",
                          "A head is written as encoder 1.3, decoder 2.1 or cross 2.1: layer 2, head 1");
    const Lexeme place = reader.take();
    const std::size_t dot = place.text.find('.');
    std::size_t layer = 0, head = 0;
    const std::string_view text = place.text;
    if (dot == std::string::npos || !readCount(text.substr(0, dot), layer) ||
        !readCount(text.substr(dot + 1), head))
        return unreadable("“" + place.text + "” is no layer and head after “" + kind_word.text + "”",
                          "Layer 2, head 1 is written as 2.1; both count from 1");
    return HeadAddress{*kind, LayerIndex(layer - 1), HeadIndex(head - 1)};
}

Result<TokenName> tokenName(const Lexeme& lexeme) {
    TokenName name;
    if (lexeme.text.empty())
        return unreadable(
            "a token is missing",
            "A token is named by its word, by its place as in #3, or as first, last, query or key");
    if (lexeme.quoted) {
        name.word = lexeme.text;
        return name;
    }
    static constexpr std::pair<std::string_view, TokenName::Kind> kNamed[] = {
        {"first", TokenName::Kind::First},
        {"last", TokenName::Kind::Last},
        {"query", TokenName::Kind::Query},
        {"key", TokenName::Kind::Key}};
    for (const auto& [word, kind] : kNamed)
        if (lexeme.text == word) {
            name.kind = kind;
            return name;
        }
    const std::size_t mark = lexeme.text.rfind('#');
    if (mark == std::string::npos || lexeme.text == "#") {
        name.word = lexeme.text;
        return name;
    }
    std::size_t number = 0;
    if (!readCount(std::string_view(lexeme.text).substr(mark + 1), number))
        return unreadable(
            "“" + lexeme.text + "” is no token",
            "#3 is the third token, the#2 the second “the”; a word with # in it stands in quotation marks");
    name.kind = mark == 0 ? TokenName::Kind::Place : TokenName::Kind::Word;
    name.word = lexeme.text.substr(0, mark);
    name.number = number - 1;
    return name;
}

/// `chat or #2`.
Result<TokenPick> takeTokens(LexemeReader& reader) {
    TokenPick choice;
    do {
        HEADLIGHT_ASSIGN(TokenName name, tokenName(reader.take()));
        choice.push_back(std::move(name));
    } while (reader.takeIf("or"));
    return choice;
}

Result<StackKind> takeStack(LexemeReader& reader) {
    const Lexeme word = reader.take();
    if (word.is("encoder"))
        return StackKind::Encoder;
    if (word.is("decoder"))
        return StackKind::Decoder;
    return unreadable(word.text.empty() ? "a stack is missing" : "“" + word.text + "” is no stack",
                      "Write encoder or decoder");
}

Result<std::string> takeWord(LexemeReader& reader) {
    const Lexeme word = reader.take();
    if (word.text.empty())
        return unreadable("a word is missing");
    return word.text;
}

Result<void> takeMeasure(LexemeReader& reader, Expression& expression) {
    HEADLIGHT_ASSIGN(expression.word, takeWord(reader));
    if (measureOfKey(expression.word))
        return {};
    std::vector<std::string> keys;
    for (const MeasureInfo& info : allMeasures())
        keys.emplace_back(info.key);
    const std::string near = nearestName(expression.word, keys);
    return unreadable("there is no measure “" + expression.word + "”" +
                          (near.empty() ? "" : ", did you mean “" + near + "”?"),
                      "`headlight heads --help` lists them");
}

/// The head, or `here`, where one is written.
Result<void> takeHeadIfThere(LexemeReader& reader, Expression& expression) {
    if (reader.takeIf("here")) {
        expression.here = true;
        return {};
    }
    if (!kindOf(reader.peek()))
        return {};
    HEADLIGHT_ASSIGN(expression.head, takeHead(reader));
    return {};
}

Result<void> takeCell(LexemeReader& reader, Expression& expression) {
    HEADLIGHT_CHECK(takeHeadIfThere(reader, expression));
    if (expression.here || reader.atEnd())
        return {};
    HEADLIGHT_ASSIGN(expression.first, takeTokens(reader));
    if (!reader.takeIf("->") && !reader.takeIf("→"))
        return unreadable("“->” is missing after the query",
                          "A cell is written as QUERY -> KEY: chat -> cat");
    HEADLIGHT_ASSIGN(expression.second, takeTokens(reader));
    return {};
}

Result<void> takeStreamPlace(LexemeReader& reader, Expression& expression) {
    HEADLIGHT_ASSIGN(expression.stack, takeStack(reader));
    const Lexeme layer = reader.take();
    if (!layer.is("0") && !readCount(layer.text, expression.layer))
        return unreadable("“" + layer.text + "” is no layer",
                          "0 is the embedding, 1 what the first layer leaves");
    HEADLIGHT_ASSIGN(expression.first, takeTokens(reader));
    return {};
}

Result<void> takeArguments(LexemeReader& reader, ArgumentPattern pattern, Expression& expression) {
    switch (pattern) {
    case ArgumentPattern::Cell:
        return takeCell(reader, expression);
    case ArgumentPattern::Row:
        HEADLIGHT_CHECK(takeHeadIfThere(reader, expression));
        if (!expression.here && !reader.atEnd()) {
            HEADLIGHT_ASSIGN(expression.first, takeTokens(reader));
        }
        return {};
    case ArgumentPattern::HeadMeasure:
        HEADLIGHT_CHECK(takeHeadIfThere(reader, expression));
        return takeMeasure(reader, expression);
    case ArgumentPattern::WriterWord: {
        HEADLIGHT_ASSIGN(expression.first, takeTokens(reader));
        HEADLIGHT_ASSIGN(expression.word, takeWord(reader));
        return {};
    }
    case ArgumentPattern::Writer: {
        HEADLIGHT_ASSIGN(expression.first, takeTokens(reader));
        return {};
    }
    case ArgumentPattern::Stack: {
        HEADLIGHT_ASSIGN(expression.stack, takeStack(reader));
        return {};
    }
    case ArgumentPattern::StackToken: {
        HEADLIGHT_ASSIGN(expression.stack, takeStack(reader));
        HEADLIGHT_ASSIGN(expression.first, takeTokens(reader));
        return {};
    }
    case ArgumentPattern::StackLayerToken:
        return takeStreamPlace(reader, expression);
    case ArgumentPattern::None:
    case ArgumentPattern::Literal:
        break;
    }
    return {};
}

const QuantityInfo* quantityNamed(const Lexeme& lexeme) {
    const auto found = std::ranges::find_if(lessonQuantities(),
                                            [&](const QuantityInfo& info) { return lexeme.is(info.name); });
    return found == lessonQuantities().end() ? nullptr : &*found;
}

Error unknownQuantity(const std::string& word) {
    std::vector<std::string> names;
    for (const QuantityInfo& info : lessonQuantities())
        names.emplace_back(info.name);
    const std::string near = nearestName(word, names);
    return unreadable(
        "there is nothing called “" + word + "”" + (near.empty() ? "" : ", did you mean “" + near + "”?"),
        near.empty()
            ? "`headlight lessons --help` lists what can be read from a run; a word stands in quotation marks"
            : "");
}

/// The rest of `reader`; a bare word is a word where `bare_words`.
Result<Expression> takeExpression(LexemeReader& reader, bool bare_words) {
    Expression expression;
    expression.changed = reader.takeIf("changed");
    const Lexeme name = reader.take();
    if (name.text.empty() && !name.quoted)
        return unreadable("there is nothing to read from the run");
    if (const QuantityInfo* info = quantityNamed(name)) {
        expression.quantity = info->quantity;
        if (const auto taken = takeArguments(reader, info->pattern, expression); !taken.ok()) {
            Error error = taken.error();
            if (error.next_step.empty())
                error.next_step = std::string(info->name) + " is written as: " + std::string(info->name) +
                                  " " + std::string(patternText(info->pattern));
            return error;
        }
        const bool from_weights = info->quantity == LessonQuantity::Contribution ||
                                  info->quantity == LessonQuantity::Share ||
                                  info->quantity == LessonQuantity::StrongestContribution;
        if (expression.changed && from_weights)
            return unreadable("“changed " + std::string(info->name) + "” cannot be read",
                              "Of a changed run there are weights, scores and predictions");
    } else if (!name.quoted && readNumber(name.text, expression.number)) {
        expression.quantity = LessonQuantity::Number;
    } else if (name.quoted || bare_words) {
        expression.quantity = LessonQuantity::Word;
        expression.word = name.text;
    } else {
        return unknownQuantity(name.text);
    }
    if (expression.changed && quantityInfo(expression.quantity).pattern == ArgumentPattern::Literal)
        return unreadable("“changed” stands before what is read from the run");
    HEADLIGHT_CHECK(reader.expectEnd());
    return expression;
}

std::string trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return std::string(text);
}

std::optional<Condition::Relation> relationOf(const Lexeme& lexeme) {
    using R = Condition::Relation;
    static constexpr std::pair<std::string_view, R> kRelations[] = {
        {"<", R::Less},     {"<=", R::LessOrEqual},    {"=", R::Equal},
        {"!=", R::Unequal}, {">=", R::GreaterOrEqual}, {">", R::Greater}};
    for (const auto& [sign, relation] : kRelations)
        if (lexeme.is(sign))
            return relation;
    return std::nullopt;
}

std::string joined(const std::vector<Lexeme>& lexemes) {
    std::string text;
    for (const Lexeme& lexeme : lexemes)
        text += (text.empty() ? "" : " ") + lexeme.text;
    return text;
}

} // namespace

bool isWord(const Expression& expression) {
    return quantityInfo(expression.quantity).is_word;
}

Result<Expression> parseExpression(std::string_view text) {
    HEADLIGHT_ASSIGN(std::vector<Lexeme> lexemes, lexemesOf(text));
    LexemeReader reader(std::move(lexemes));
    HEADLIGHT_ASSIGN(Expression expression, takeExpression(reader, false));
    expression.source = trimmed(text);
    return expression;
}

Result<Condition> parseCondition(std::string_view text) {
    HEADLIGHT_ASSIGN(const std::vector<Lexeme> lexemes, lexemesOf(text));
    const auto sign =
        std::ranges::find_if(lexemes, [](const Lexeme& lexeme) { return relationOf(lexeme).has_value(); });
    if (sign == lexemes.end())
        return unreadable("this is no condition",
                          "A condition compares: weight here > 0.5, or strongest-key here = cat");
    Condition condition;
    condition.relation = *relationOf(*sign);
    std::vector<Lexeme> left(lexemes.begin(), sign), right(sign + 1, lexemes.end());
    LexemeReader left_reader(left), right_reader(right);
    HEADLIGHT_ASSIGN(condition.left, takeExpression(left_reader, false));
    condition.left.source = joined(left);
    HEADLIGHT_ASSIGN(condition.right, takeExpression(right_reader, isWord(condition.left)));
    condition.right.source = joined(right);
    if (isWord(condition.left) != isWord(condition.right))
        return unreadable("a word is compared with a number");
    using R = Condition::Relation;
    if (isWord(condition.left) && condition.relation != R::Equal && condition.relation != R::Unequal)
        return unreadable("words are compared with = or !=");
    return condition;
}

Result<TokenPick> parseTokenChoice(std::string_view text) {
    HEADLIGHT_ASSIGN(std::vector<Lexeme> lexemes, lexemesOf(text));
    LexemeReader reader(std::move(lexemes));
    HEADLIGHT_ASSIGN(TokenPick choice, takeTokens(reader));
    HEADLIGHT_CHECK(reader.expectEnd());
    return choice;
}

Result<HeadAddress> parseHeadAddress(std::string_view text) {
    HEADLIGHT_ASSIGN(std::vector<Lexeme> lexemes, lexemesOf(text));
    LexemeReader reader(std::move(lexemes));
    HEADLIGHT_ASSIGN(const HeadAddress head, takeHead(reader));
    HEADLIGHT_CHECK(reader.expectEnd());
    return head;
}

std::string headAddressText(const HeadAddress& head) {
    return std::string(attentionKindName(head.kind)) + " " + std::to_string(head.layer.value + 1) + "." +
           std::to_string(head.head.value + 1);
}

} // namespace headlight
