// More lines of tokens, or fewer.
#pragma once

#include <QPushButton>

#include <vector>

namespace headlight::ui {

class TokenRow;

/// Unfolds rows of tokens together; in sight where one of them has more than its folded lines.
class FoldButton : public QPushButton {
    Q_OBJECT
public:
    /// The rows must outlive the button.
    FoldButton(std::vector<TokenRow*> rows, QWidget* parent);

    [[nodiscard]] bool unfolded() const { return unfolded_; }

signals:
    void unfoldedChanged(bool unfolded);

private:
    void toggleRows();
    void follow();

    std::vector<TokenRow*> rows_;
    bool unfolded_ = false;
};

} // namespace headlight::ui
