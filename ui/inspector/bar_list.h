// Rows of word, bar and number: a softmax row, predictions, measures.
#pragma once

#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace headlight::ui {

struct BarRow {
    QString label;
    QString number;         ///< as shown, right-aligned in equal figures
    double fraction = 0.0;  ///< length of the bar, 0..1
    bool strong = false;    ///< the one that is selected or was written
    bool muted = false;     ///< label in the muted colour (special tokens, "12 more")
    bool no_bar = false;
    QString tool_tip;
};

/// Which colour the bars have: what they are about.
enum class BarInk { Neutral, Key };

class BarList : public QWidget {
    Q_OBJECT
public:
    explicit BarList(BarInk ink, QWidget* parent = nullptr);

    void setRows(std::vector<BarRow> rows);
    /// Rows can be clicked and show it under the mouse.
    void setClickable(bool clickable) { clickable_ = clickable; }
    [[nodiscard]] const std::vector<BarRow>& rows() const { return rows_; }
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    /// -1: the mouse left.
    void rowHovered(int row);
    void rowClicked(int row);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int rowAt(double y) const;
    [[nodiscard]] int labelWidth() const;

    BarInk ink_;
    std::vector<BarRow> rows_;
    int hovered_ = -1;
    bool clickable_ = false;
};

} // namespace headlight::ui
