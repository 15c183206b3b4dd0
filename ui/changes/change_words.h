// A change in plain words, with the words of the text it is about.
#pragma once

#include "core/analysis/interventions/change.h"
#include "ui/document/run_snapshot.h"

#include <QString>

#include <optional>

namespace headlight::ui {

struct Theme;

/// What a change is called in the list.
struct ChangeWords {
    QString what; ///< "score", "softmax temperature"
    QString about; ///< "“chat” → “cat”", "“black” and “cat”"; empty where it is about no token
    QString where; ///< "Cross · layer 2 · head 1", "English"
    QString value; ///< "= 5", "hidden", "off"
    /// All of it in one line: "score “chat” → “cat” = 5 (Cross · layer 2 · head 1)".
    [[nodiscard]] QString line() const;
};

/// Words are those of `snapshot`; null, or without such a token: "token 3".
[[nodiscard]] ChangeWords changeWords(const Change& change, const RunSnapshot* snapshot);

/// The same as rich text on two lines; queries and keys in their colours.
[[nodiscard]] QString changeRichText(const Change& change, const RunSnapshot* snapshot, const Theme& theme);

/// What the change sets, as it was: the score, the weight, the scale; nothing where it is no number or the
/// change does not fit.
[[nodiscard]] std::optional<double> valueBefore(const Change& change, const RunSnapshot& snapshot);

/// "Cross · layer 2 · head 1" and "Cross · layer 2 · all heads".
[[nodiscard]] QString headsName(AttentionKind kind, LayerIndex layer, const std::optional<HeadIndex>& head);

/// "“cat”" with its number where the word stands there more than once.
[[nodiscard]] QString tokenName(const AxisTokens& axis, std::size_t index);

} // namespace headlight::ui
