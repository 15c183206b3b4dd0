// The vocabulary of expressions: one table that the reader, its suggestions and the README's list come from.
#include "core/lessons/expression.h"

#include <algorithm>
#include <array>

namespace headlight {

namespace {

using Q = LessonQuantity;
using P = ArgumentPattern;

constexpr std::array kQuantities{
    QuantityInfo{Q::Weight, "weight", P::Cell, false, 3, "attention weight of a query on a key, 0 to 1"},
    QuantityInfo{Q::Score, "score", P::Cell, false, 2,
                 "the score before the softmax, scaled, with mask and position bias"},
    QuantityInfo{Q::Product, "product", P::Cell, false, 2, "query · key before the scale"},
    QuantityInfo{Q::Contribution, "contribution", P::Cell, false, 3,
                 "length of weight × value × output projection: what the key hands over"},
    QuantityInfo{Q::Share, "share", P::Cell, false, 3, "that length as a share of the row's sum, 0 to 1"},
    QuantityInfo{Q::Entropy, "entropy", P::Row, false, 2, "entropy of a query's weights, in nats"},
    QuantityInfo{Q::StrongestKey, "strongest-key", P::Row, true, 0, "the word a query gives most weight to"},
    QuantityInfo{Q::StrongestWeight, "strongest-weight", P::Row, false, 3, "and how much that is"},
    QuantityInfo{Q::StrongestContribution, "strongest-contribution", P::Row, true, 0,
                 "the word that hands most over to a query"},
    QuantityInfo{Q::VisibleKeys, "visible-keys", P::Row, false, 0, "how many keys the mask lets a query see"},
    QuantityInfo{Q::Measure, "measure", P::HeadMeasure, false, 3,
                 "a measure of a whole head, as `headlight heads --help` lists them"},
    QuantityInfo{Q::Probability, "probability", P::WriterWord, false, 3,
                 "how probable a word is where the model reads TOKEN"},
    QuantityInfo{Q::TopWord, "top-word", P::Writer, true, 0,
                 "the most probable word where the model reads TOKEN"},
    QuantityInfo{Q::TopProbability, "top-probability", P::Writer, false, 3, "and how probable it is"},
    QuantityInfo{Q::TokenCount, "tokens", P::Stack, false, 0, "how many tokens a stack reads"},
    QuantityInfo{Q::PieceCount, "pieces", P::Stack, false, 0,
                 "how many of them go on with a word instead of beginning one"},
    QuantityInfo{Q::TokenWord, "token", P::StackToken, true, 0, "a token as it reads"},
    QuantityInfo{Q::TokenNumber, "id", P::StackToken, false, 0, "a token's number in the vocabulary"},
    QuantityInfo{Q::Written, "written", P::None, true, 0, "the translation or continuation"},
    QuantityInfo{Q::Length, "length", P::StackLayerToken, false, 2,
                 "length of a token's residual stream behind a layer; layer 0 is the embedding"},
    QuantityInfo{Q::Likeness, "likeness", P::StackLayerToken, false, 3,
                 "cosine of a token's residual stream before and behind a layer"},
    QuantityInfo{Q::LayerCount, "layers", P::Stack, false, 0, "layers of a stack"},
    QuantityInfo{Q::HeadCount, "heads", P::Stack, false, 0, "heads of each of its layers"},
    QuantityInfo{Q::HeadSize, "head-size", P::Stack, false, 0, "d_k: numbers in a query or key"},
    QuantityInfo{Q::StreamSize, "stream-size", P::Stack, false, 0, "d_model: numbers in the residual stream"},
    QuantityInfo{Q::InnerSize, "inner-size", P::Stack, false, 0, "numbers inside the feed-forward layer"},
    QuantityInfo{Q::VocabularySize, "vocabulary", P::None, false, 0, "tokens the model knows"},
    QuantityInfo{Q::ParameterCount, "parameters", P::None, false, 0, "trained numbers of the model"},
    QuantityInfo{Q::QueryWord, "query", P::None, true, 0, "the step's query as it reads"},
    QuantityInfo{Q::KeyWord, "key", P::None, true, 0, "the step's key as it reads"},
};

constexpr QuantityInfo kNumber{Q::Number, "a number", P::Literal, false, -1, "a number"};
constexpr QuantityInfo kWord{Q::Word, "a word", P::Literal, true, 0, "a word"};

} // namespace

std::span<const QuantityInfo> lessonQuantities() {
    return kQuantities;
}

const QuantityInfo& quantityInfo(LessonQuantity quantity) {
    if (quantity == Q::Number)
        return kNumber;
    const auto found = std::ranges::find(kQuantities, quantity, &QuantityInfo::quantity);
    return found == kQuantities.end() ? kWord : *found;
}

std::string_view patternText(ArgumentPattern pattern) {
    switch (pattern) {
    case P::Cell:
        return "[HEAD] [QUERY -> KEY]";
    case P::Row:
        return "[HEAD] [QUERY]";
    case P::HeadMeasure:
        return "[HEAD] MEASURE";
    case P::WriterWord:
        return "TOKEN WORD";
    case P::Writer:
        return "TOKEN";
    case P::Stack:
        return "encoder|decoder";
    case P::StackToken:
        return "encoder|decoder TOKEN";
    case P::StackLayerToken:
        return "encoder|decoder LAYER TOKEN";
    case P::None:
    case P::Literal:
        break;
    }
    return "";
}

} // namespace headlight
