// What one can do about a cell of a map, the same in every view: copy its numbers, open it elsewhere, change
// it.
#pragma once

#include "ui/changes/change_set.h"
#include "ui/selection/selection.h"

#include <QObject>

#include <functional>
#include <optional>

class QMenu;
class QPoint;
class QWidget;

namespace headlight::ui {

/// What a menu is about. `pair` may lack a side or both: the head alone is then offered.
struct CellPlace {
    HeadAddress head;
    TokenPair pair;
    SnapshotPtr shown; ///< the run whose numbers are in sight; null: the document's
};

/// Where else a cell can be looked at, and how it becomes a file.
struct CellActions {
    std::function<void()> open_steps;  ///< of the selected head and pair
    std::function<void()> open_change; ///< the same
    std::function<void()> export_view; ///< the picture in sight
};

class CellMenu : public QObject {
    Q_OBJECT
public:
    /// Both must outlive it.
    CellMenu(ChangeSet* changes, Selection* selection, CellActions actions, QObject* parent = nullptr);

    /// Everything.
    void fill(QMenu* menu, const CellPlace& place) const;
    /// What can be changed there alone.
    void fillChanges(QMenu* menu, const CellPlace& place) const;
    /// The place becomes the window's own, and its menu opens.
    void open(QWidget* view, const QPoint& global, const CellPlace& place) const;
    /// The menu key and a right click on `view` open it for what `place_at` says is there (a point of the
    /// view); nothing: no menu.
    void attach(QWidget* view, std::function<std::optional<CellPlace>(const QPoint&)> place_at);

private:
    void addNumbers(QMenu* menu, const CellPlace& place) const;
    [[nodiscard]] SnapshotPtr runOf(const CellPlace& place) const;

    ChangeSet* changes_;
    Selection* selection_;
    CellActions actions_;
};

} // namespace headlight::ui
