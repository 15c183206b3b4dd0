// Paints one thumbnail of the grid of heads, and the quiet numbers along its sides.
#pragma once

#include "core/trace/trace.h"

#include <QHeaderView>
#include <QStyledItemDelegate>

#include <vector>

namespace headlight::ui {

struct Theme;

class HeadGridDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit HeadGridDelegate(QObject* parent = nullptr);
    void setTheme(const Theme& theme) { theme_ = &theme; }
    /// Heads shown together, each ringed in its colour; empty while one alone is chosen.
    void setTogether(std::vector<HeadAddress> heads) { together_ = std::move(heads); }
    /// Lines of text under a thumbnail where heads are sorted or filtered.
    void setTextLines(int lines) { text_lines_ = lines; }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    const Theme* theme_;
    std::vector<HeadAddress> together_;
    int text_lines_ = 0;
};

/// Layer numbers on the left, head numbers above: text only, every number that has room.
class HeadGridHeader : public QHeaderView {
    Q_OBJECT
public:
    explicit HeadGridHeader(Qt::Orientation orientation, QWidget* parent = nullptr);
    void setTheme(const Theme& theme);
    /// Behind the numbers; the theme's window colour unless told.
    void setGround(const QColor& ground);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;

private:
    const Theme* theme_;
    QColor ground_;
};

} // namespace headlight::ui
