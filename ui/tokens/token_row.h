// The tokens of one text as chips: hover and click choose who looks (blue) and who is looked at (orange).
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/selection/selection.h"

#include <QAbstractScrollArea>
#include <QHash>

#include <functional>
#include <optional>
#include <vector>

namespace headlight::ui {

/// What this text is in the attention shown: its tokens look, are looked at, both, or do not take part.
enum class RowRole { None, Query, Key, Both };

/// Chips flow over at most two lines, eight when unfolded, and scroll beyond that; only those in sight are painted, so 16,000 are no more work
/// than 16. A click chooses the token's role; where a text has both roles, a click chooses the query, Shift+click the key.
class TokenRow : public QAbstractScrollArea {
    Q_OBJECT
public:
    /// `selection` must outlive the row.
    explicit TokenRow(Selection* selection, QWidget* parent = nullptr);

    /// `joined[i]`: token i continues the word of token i - 1 and stands close to it; may be empty.
    void setTokens(const AxisTokens& tokens, const std::vector<bool>& joined = {});
    /// Puts `tag` in small type before token i: where the second sentence begins. After setTokens.
    void setTag(std::size_t index, const QString& tag);
    /// A last chip that is no input: the token written at the end. Empty: none.
    void setOutput(const QString& word, const QString& tool_tip) { setOutputs(word.isEmpty() ? QStringList() : QStringList{word}, tool_tip); }
    /// Several such chips: words being written.
    void setOutputs(const QStringList& words, const QString& tool_tip);
    /// Token `first` and all behind it were generated, in steps 1, 2, ...: small figures say so. Nothing: none were.
    void setGenerated(std::optional<std::size_t> first);
    void setRole(RowRole role);
    void setUnfolded(bool unfolded);
    /// Lines shown while it is folded: kFoldedLines, or fewer in a low window.
    void setFoldedLines(int lines);
    /// Whether there is more than the folded row shows.
    [[nodiscard]] bool foldable() const { return n_lines_ > folded_lines_; }
    [[nodiscard]] int lineCount() const { return n_lines_; }

    static constexpr int kFoldedLines = 2;
    static constexpr int kUnfoldedLines = 8;
    /// More about token i for its tooltip.
    void setDetails(std::function<QString(std::size_t)> details) { details_ = std::move(details); }

    /// The last line of chips comes into sight.
    void scrollToEnd();

    [[nodiscard]] const AxisTokens& tokens() const { return tokens_; }
    [[nodiscard]] const QStringList& outputs() const { return outputs_; }
    [[nodiscard]] RowRole role() const { return role_; }
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(tokens_.words.size()); }
    /// Where a chip is, in viewport coordinates.
    [[nodiscard]] QRect chipRect(std::size_t index) const;
    [[nodiscard]] std::optional<std::size_t> chipAt(const QPoint& position) const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void foldableChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Chip {
        QRect place; ///< in content coordinates, left to right even for right-to-left text (mirrored when used)
        bool joined = false;
        QString tag;
        int tag_width = 0; ///< room before the chip, its gap included
    };
    void measure();
    void flow();
    [[nodiscard]] int gapBefore(std::size_t index, bool begins_line) const;
    [[nodiscard]] int chipWidth(const QString& word);
    [[nodiscard]] const QString& wordOf(std::size_t chip) const;
    /// The generation step a chip comes from; 0: none.
    [[nodiscard]] std::size_t stepOf(std::size_t chip) const;
    [[nodiscard]] static int stepMarkWidth(std::size_t step);
    [[nodiscard]] QRect onScreen(const QRect& place) const;
    [[nodiscard]] std::pair<std::size_t, std::size_t> visibleChips() const;
    void paintChip(QPainter& painter, std::size_t index, const TokenPair& current) const;
    void followSelection();
    [[nodiscard]] TokenPair withToken(std::size_t index, bool as_key) const;
    [[nodiscard]] std::optional<std::size_t> chosen() const;
    void scrollTo(std::size_t index);
    [[nodiscard]] int lineHeight() const;

    Selection* selection_;
    AxisTokens tokens_;
    QStringList outputs_;
    std::optional<std::size_t> first_generated_;
    QString output_tool_tip_;
    std::vector<Chip> chips_;      ///< one a token, then the outputs'
    QHash<QString, int> widths_;
    RowRole role_ = RowRole::None;
    std::function<QString(std::size_t)> details_;
    int one_line_width_ = 0;
    int n_lines_ = 1;
    int wanted_height_ = 0;
    bool resizing_ = false;        ///< the viewport follows the row's new size; the row's height waits until it has
    int folded_lines_ = kFoldedLines;
    bool unfolded_ = false;
    bool right_to_left_ = false;
    bool hovering_ = false;        ///< the change of selection comes from the mouse in this row
};

} // namespace headlight::ui
