// What the inspector's cards are put together from: frames, section titles, words in the colours of query and
// key.
#pragma once

#include "ui/heatmap/head_map.h"

#include <QColor>
#include <QString>

#include <cstddef>

class QFrame;
class QLabel;
class QWidget;

namespace headlight::ui {

/// A rounded frame with a vertical layout and the card's paddings.
[[nodiscard]] QFrame* makeCard();
/// The same layout on a frame of another class.
void layOutCard(QFrame* card);
/// A muted title above a card, in rich text.
[[nodiscard]] QLabel* makeSectionLabel(const QString& tool_tip);
/// A vertical layout without margins on `part`, with the space the inspector keeps between a title and its
/// card.
void layOutPart(QWidget* part);

/// A word short enough for a title.
[[nodiscard]] QString shortWord(const QString& word);
/// The word at `index`, or nothing.
[[nodiscard]] QString wordAt(const AxisTokens& axis, std::size_t index);
/// The word as rich text, isolated so that a right-to-left word does not turn what stands beside it around.
[[nodiscard]] QString coloured(const QString& word, const QColor& colour);

} // namespace headlight::ui
