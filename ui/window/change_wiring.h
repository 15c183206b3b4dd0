// Joins changes inside the model with the window: their page, the chip that says they are there, menus on
// cells and words.
#pragma once

#include "ui/changes/change_set.h"
#include "ui/selection/selection.h"

#include <QObject>

class QMenu;

namespace headlight::ui {

class CellMenu;
class ChangePane;
class ChipButton;
class InspectorPanel;
class TextPanel;
class TokenRow;
class TopBar;
class ViewPane;
class WindowViews;

/// The widgets of the window that changes touch.
struct ChangeWidgets {
    ViewPane* pane = nullptr;
    WindowViews* views = nullptr;
    TopBar* top_bar = nullptr;
    TextPanel* text_panel = nullptr;
    InspectorPanel* inspector = nullptr;
};

class ChangeWiring : public QObject {
    Q_OBJECT
public:
    /// All must outlive it.
    ChangeWiring(Selection* selection, const ChangeWidgets& widgets, QObject* parent);

    /// "3 changes · take back"; hidden while there are none.
    [[nodiscard]] ChipButton* chip() const { return chip_; }

signals:
    /// The picture in sight is to become a file.
    void exportWanted();

private:
    void addChip();
    void fillChipMenu();
    void followItems();
    void followPage();
    void addCellMenus();
    void addStepButton();
    void addWordMenu(TokenRow* row);
    void openPage();

    [[nodiscard]] const SnapshotPtr& snapshot() const { return set_->document()->snapshot(); }

    Selection* selection_;
    ChangeWidgets widgets_;
    ChangeSet* set_;
    ChangePane* pane_;
    CellMenu* menu_ = nullptr;
    ChipButton* chip_ = nullptr;
    QMenu* chip_menu_ = nullptr;
};

} // namespace headlight::ui
