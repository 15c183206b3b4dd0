// Undo and redo of everything a person changes in the window.
#pragma once

#include "ui/session/history.h"
#include "ui/session/workbench.h"

#include <QObject>

class QAction;

namespace headlight::ui {

/// Every change of the workbench by a person is a step; what follows from it belongs to it. Changes told in one go of the event loop
/// (another head and the pair that suits it) are one step.
class UndoController : public QObject {
    Q_OBJECT
public:
    /// `workbench` must outlive the controller.
    explicit UndoController(Workbench* workbench, QObject* parent = nullptr);

    /// "Undo typing", "Redo head"; disabled where there is nothing. With the usual keys.
    [[nodiscard]] QAction* undoAction() const { return undo_action_; }
    [[nodiscard]] QAction* redoAction() const { return redo_action_; }
    /// The steps so far, changes of this moment included.
    [[nodiscard]] const session::History& history();
    /// Begins anew from what the window shows.
    void reset();
    /// The state of that number (History::number) is what a file holds.
    void setSaved(std::uint64_t number);
    /// No state is what a file holds.
    void forgetSaved();

public slots:
    void undo();
    void redo();

signals:
    /// Steps or the present one changed.
    void changed();

private:
    void note(bool by_person, bool at_once);
    void flush();
    void nameActions();
    [[nodiscard]] QString changeName(const session::History::Change& change) const;

    Workbench* workbench_;
    session::History history_;
    QAction* undo_action_ = nullptr;
    QAction* redo_action_ = nullptr;
    bool pending_ = false;
    bool by_person_ = false;
};

} // namespace headlight::ui
