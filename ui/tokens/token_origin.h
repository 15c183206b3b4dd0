// Where a token comes from: which piece of the text, which word, or who added it.
#pragma once

#include "core/model/model.h"
#include "ui/heatmap/head_map.h"

#include <QString>

#include <utility>
#include <vector>

namespace headlight::ui {

/// The characters [begin, end) of `text` that these bytes of its UTF-8 are.
[[nodiscard]] std::pair<qsizetype, qsizetype> charactersOf(const QString& text, ByteRange bytes);

/// One token of a stack's input.
struct TokenPlace {
    const Model& model;
    const TokenSequence& sequence;
    const AxisTokens& axis;          ///< the same tokens as a map shows them, their words included
    StackKind stack = StackKind::Decoder;
    std::size_t n_given = 0;         ///< decoder tokens that were given; those behind them were generated
    bool chosen = false;             ///< a person took this one from the candidates
    std::size_t index = 0;
};

/// Lines for people: id and vocabulary string, bytes and offsets, the word it is a piece of; for a token that
/// no text contains, what added it.
[[nodiscard]] QString tokenOriginText(const TokenPlace& place);

} // namespace headlight::ui
