#include "ui/tokens/fold_button.h"

#include "ui/tokens/token_row.h"

#include <algorithm>
#include <utility>

namespace headlight::ui {

FoldButton::FoldButton(std::vector<TokenRow*> rows, QWidget* parent)
    : QPushButton(parent)
    , rows_(std::move(rows)) {
    setObjectName(QStringLiteral("foldTokens"));
    setProperty("role", "link");
    connect(this, &QPushButton::clicked, this, &FoldButton::toggleRows);
    for (const TokenRow* row : rows_)
        connect(row, &TokenRow::foldableChanged, this, &FoldButton::follow);
    follow();
}

void FoldButton::toggleRows() {
    unfolded_ = !unfolded_;
    for (TokenRow* row : rows_)
        row->setUnfolded(unfolded_);
    follow();
    emit unfoldedChanged(unfolded_);
}

void FoldButton::follow() {
    int n_lines = 0;
    bool foldable = false;
    for (const TokenRow* row : rows_) {
        n_lines = std::max(n_lines, row->lineCount());
        foldable = foldable || row->foldable();
    }
    setVisible(foldable);
    setText(unfolded_ ? tr("Fewer lines") : tr("More lines"));
    setToolTip(unfolded_ ? tr("Show fewer lines of tokens")
                         : tr("The tokens take %1 lines; show up to %2 of them")
                               .arg(n_lines)
                               .arg(TokenRow::kUnfoldedLines));
}

} // namespace headlight::ui
