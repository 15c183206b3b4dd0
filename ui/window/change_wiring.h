// Joins changes inside the model with the window: their page, the chip that says they are there, menus on
// cells and words.
#pragma once

#include "ui/changes/change_set.h"
#include "ui/selection/selection.h"

#include <QObject>

class QMenu;

namespace headlight::ui {

class ChangePane;
class ChipButton;
class HeatmapPane;
class StatusLine;
class StepsPane;
class TextPanel;
class TokenRow;
class TopBar;
class ViewPane;
class Workbench;
struct Theme;

/// The widgets of the window that changes touch.
struct ChangeWidgets {
    ViewPane* views = nullptr;
    TopBar* top_bar = nullptr;
    TextPanel* text_panel = nullptr;
    HeatmapPane* heatmap = nullptr;
    StepsPane* steps = nullptr;
};

class ChangeWiring : public QObject {
    Q_OBJECT
public:
    /// Adds the page. All must outlive it.
    ChangeWiring(Document* document, Selection* selection, const ChangeWidgets& widgets, QObject* parent);

    [[nodiscard]] ChangeSet* set() { return &set_; }
    [[nodiscard]] ChangePane* pane() const { return pane_; }
    /// "3 changes · take all back"; hidden while there are none.
    [[nodiscard]] ChipButton* chip() const { return chip_; }
    /// Sessions, undo, progress and stopping.
    void join(Workbench* workbench, StatusLine* status_line);
    void setTheme(const Theme& theme);

private:
    void addPage();
    void addChip();
    void fillChipMenu();
    void followItems();
    void addMapMenu();
    void addStepMenu();
    void addWordMenu(TokenRow* row);
    void openPage();

    Document* document_;
    Selection* selection_;
    ChangeWidgets widgets_;
    ChangeSet set_;
    ChangePane* pane_ = nullptr;
    ChipButton* chip_ = nullptr;
    QMenu* chip_menu_ = nullptr;
};

} // namespace headlight::ui
