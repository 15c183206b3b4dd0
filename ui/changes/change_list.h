// The changes of the list, and what else could be changed.
#pragma once

#include "ui/changes/change_offers.h"

#include <QScrollArea>

#include <functional>
#include <vector>

class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace headlight::ui {

class ChangeRow;

class ChangeList : public QScrollArea {
    Q_OBJECT
public:
    /// Both must outlive the list.
    ChangeList(ChangeSet* set, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] const std::vector<ChangeRow*>& rows() const { return rows_; }
    /// A button by its text: "Score…", or one with a menu: "This head".
    [[nodiscard]] QToolButton* button(const QString& name) const;
    [[nodiscard]] QPushButton* clearButton() const { return clear_; }
    /// Scrolls to the change and puts the keyboard there.
    void focusChange(std::size_t index);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void addButtons();
    void followSelection();
    void followItems();
    void addMenuButton(const QString& name, const QString& tool_tip,
                       std::function<std::vector<ChangeOffer>()> offers);
    void showCellOffers(std::vector<ChangeOffer> offers);
    [[nodiscard]] ChangeRow* makeRow(std::size_t index);

    ChangeSet* set_;
    Selection* selection_;
    QLabel* place_ = nullptr; ///< what the buttons are about
    QWidget* buttons_ = nullptr;
    std::vector<ChangeOffer> cell_offers_;
    SnapshotPtr shown_; ///< what the offers are about
    HeadAddress shown_head_;
    TokenPair shown_pair_;
    std::vector<QToolButton*> cell_buttons_;
    QVBoxLayout* list_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* empty_ = nullptr;
    QPushButton* clear_ = nullptr;
    std::vector<ChangeRow*> rows_;
};

} // namespace headlight::ui
