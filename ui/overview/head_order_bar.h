// Sort, direction, filter and how many heads that leaves: above the panel of heads and above the page of heads.
#pragma once

#include "ui/heads/head_overview.h"

#include <QWidget>

class QLabel;
class QMenu;
class QPushButton;
class QToolButton;

namespace headlight::ui {

class HeadFilterPanel;

class HeadOrderBar : public QWidget {
    Q_OBJECT
public:
    /// `overview` must outlive the bar. In one line where there is room, else in two.
    HeadOrderBar(HeadOverview* overview, bool one_line, QWidget* parent = nullptr);

    [[nodiscard]] QToolButton* sortButton() const { return sort_; }
    [[nodiscard]] QToolButton* directionButton() const { return direction_; }
    [[nodiscard]] QToolButton* filterButton() const { return filter_; }
    [[nodiscard]] QPushButton* resetButton() const { return reset_; }
    [[nodiscard]] HeadFilterPanel* filterPanel() const { return panel_; }
    [[nodiscard]] QString countText() const;
    /// What the count says while there are no heads.
    void setEmptyText(const QString& text);

private:
    void build(bool one_line);
    void fillSortMenu();
    void openFilter();
    void follow();
    void sortBy(HeadSort sort, HeadMeasure measure);

    HeadOverview* overview_;
    HeadFilterPanel* panel_;
    QString empty_text_;
    QLabel* count_ = nullptr;
    QToolButton* sort_ = nullptr;
    QMenu* sort_menu_ = nullptr;
    QToolButton* direction_ = nullptr;
    QToolButton* filter_ = nullptr;
    QPushButton* reset_ = nullptr;
};

} // namespace headlight::ui
