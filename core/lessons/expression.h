// A number or a word that is read from the run on the screen: what a lesson's texts, answers and tasks are
// made of.
//
//   weight cross 2.1 chat -> cat       strongest-key cross 2.1 chat       probability Le "chat"       tokens
//   encoder
//
// Layers and heads count from 1, as the window shows them. A token is named by its word ("chat"), by its
// place ("#3": the third), or as first, last, query and key (those of the step); "the#2" is the second "the",
// `chat or #2` the second token where there is no "chat". What is left out (head, tokens) is the step's;
// `here` instead of them is what is selected in the window.
#pragma once

#include "core/base/result.h"
#include "core/trace/trace.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// One way to say which token.
struct TokenName {
    enum class Kind { Word, Place, First, Last, Query, Key };
    Kind kind = Kind::Word;
    std::string word;
    std::size_t number = 0; ///< Word: which of several, Place: which token; from 0
    bool operator==(const TokenName&) const = default;
};

/// The first of them that the text has. Empty: not given.
using TokenPick = std::vector<TokenName>;

enum class LessonQuantity {
    // one cell of a head's map
    Weight,
    Score,
    Product,
    Contribution,
    Share,
    // one row of it
    Entropy,
    StrongestKey,
    StrongestWeight,
    StrongestContribution,
    VisibleKeys,
    // a head
    Measure,
    // what the model predicts at a token
    Probability,
    TopWord,
    TopProbability,
    // the text
    TokenCount,
    PieceCount,
    TokenWord,
    TokenNumber,
    Written,
    // the residual stream
    Length,
    Likeness,
    // the model
    LayerCount,
    HeadCount,
    HeadSize,
    StreamSize,
    InnerSize,
    VocabularySize,
    ParameterCount,
    // the step's own tokens
    QueryWord,
    KeyWord,
    // literals
    Number,
    Word,
};

/// What stands behind a quantity's name.
enum class ArgumentPattern {
    None,
    Cell,
    Row,
    HeadMeasure,
    WriterWord,
    Writer,
    Stack,
    StackToken,
    StackLayerToken,
    Literal
};

struct QuantityInfo {
    LessonQuantity quantity;
    std::string_view name;
    ArgumentPattern pattern;
    bool is_word;           ///< else a number
    int decimals;           ///< shown of a number; -1: four digits that count
    std::string_view about; ///< one sentence
};

/// All that have a name, in reading order.
[[nodiscard]] std::span<const QuantityInfo> lessonQuantities();
[[nodiscard]] const QuantityInfo& quantityInfo(LessonQuantity quantity);
/// "[HEAD] [QUERY -> KEY]": how the pattern is written.
[[nodiscard]] std::string_view patternText(ArgumentPattern pattern);

struct Expression {
    LessonQuantity quantity = LessonQuantity::Number;
    bool changed = false;            ///< of the run with the step's changes
    bool here = false;               ///< head and tokens are those selected in the window
    std::optional<HeadAddress> head; ///< nothing: the step's
    TokenPick first;               ///< query, row or token
    TokenPick second;              ///< key
    StackKind stack = StackKind::Encoder;
    std::size_t layer = 0; ///< of the stream: 0 is the embedding
    double number = 0.0;
    std::string word;     ///< a literal, a predicted word, a measure's key
    std::string source;   ///< as written
    std::size_t line = 0; ///< of the lesson's file, from 1; 0: none
};

struct Condition {
    enum class Relation { Less, LessOrEqual, Equal, Unequal, GreaterOrEqual, Greater };
    Expression left;
    Relation relation = Relation::Equal;
    Expression right;
};

/// Whether the value is a word.
[[nodiscard]] bool isWord(const Expression& expression);

/// Errors (Format), without file and line: an unknown name (with the nearest known one), something missing or
/// left over, a head or token that cannot be read.
[[nodiscard]] Result<Expression> parseExpression(std::string_view text);
/// `weight here > 0.5`, `strongest-key here = cat`. Besides errors of its sides: no relation, a word compared
/// with a number, words compared other than by = and !=.
[[nodiscard]] Result<Condition> parseCondition(std::string_view text);
/// `chat or #2`, as in `query: chat or #2`.
[[nodiscard]] Result<TokenPick> parseTokenChoice(std::string_view text);
/// `cross 2.1`.
[[nodiscard]] Result<HeadAddress> parseHeadAddress(std::string_view text);
/// "cross 2.1".
[[nodiscard]] std::string headAddressText(const HeadAddress& head);

} // namespace headlight
