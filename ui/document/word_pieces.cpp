#include "ui/document/word_pieces.h"

#include <QString>

#include <algorithm>

namespace headlight::ui {

std::vector<bool> joinedTokens(const TokenSequence& sequence, std::size_t n_placed) {
    std::vector<bool> joined(sequence.size(), false);
    for (std::size_t i = 1; i < sequence.size(); ++i) {
        if (sequence.special[i] || sequence.special[i - 1] || sequence.display[i].empty())
            continue;
        const std::string& display = sequence.display[i];
        const bool adjacent = sequence.text.empty() || i >= n_placed
                                  ? display.front() != ' '
                                  : sequence.sequence[i] == sequence.sequence[i - 1] &&
                                        sequence.offsets[i].begin == sequence.offsets[i - 1].end &&
                                        display.front() != ' ';
        if (!adjacent)
            continue;
        // WordPiece marks a continuation with "##"; what follows decides whether it is a letter.
        const std::size_t begin = std::min(display.find_first_not_of('#'), display.size());
        const QString word = QString::fromStdString(display.substr(begin));
        joined[i] = !word.isEmpty() && word.front().isLetterOrNumber();
    }
    return joined;
}

} // namespace headlight::ui
