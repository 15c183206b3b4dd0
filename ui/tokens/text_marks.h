// Which pieces of the texts the selected tokens are: what the fields they were typed into show in colour.
#pragma once

#include "ui/document/run_snapshot.h"
#include "ui/selection/selection.h"

#include <QColor>

#include <vector>

namespace headlight::ui {

struct Theme;

/// Characters [begin, end) of a field.
struct TextMark {
    qsizetype begin = 0;
    qsizetype end = 0;
    QColor colour;
    bool operator==(const TextMark&) const = default;
};

/// Marks in each field; of tokens that no text contains there are none.
struct TextMarks {
    std::vector<TextMark> source; ///< the text, or a pair's first
    std::vector<TextMark> pair;
    std::vector<TextMark> target; ///< the user's own target
};

/// Query and key of `pair` in the attention `kind`, in their colours.
[[nodiscard]] TextMarks marksOf(const RunSnapshot& snapshot, AttentionKind kind, const TokenPair& pair,
                                const Theme& theme);

} // namespace headlight::ui
