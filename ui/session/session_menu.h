// The menu behind the session's name: open, recent, save, undo and redo.
#pragma once

#include "ui/jobs/job_runner.h"
#include "ui/session/recent_files.h"
#include "ui/session/session_controller.h"

#include <QMenu>

#include <vector>

namespace headlight::ui {

class SessionMenu : public QMenu {
    Q_OBJECT
public:
    /// Both must outlive the menu. Adds its actions to `window`, where their keys count.
    SessionMenu(SessionController* sessions, UndoController* undo, QWidget* window);

    [[nodiscard]] QMenu* recentMenu() const { return recent_menu_; }
    /// A session, or anything that is a model's.
    void openPath(const QString& path);

public slots:
    void chooseFile();
    void chooseFolder();
    void save();
    void saveAs();

signals:
    void modelChosen(const QString& name_or_path);

private:
    QAction* add(const QString& text, const char* keys, const char* name, void (SessionMenu::*action)());
    void lookForRecent();
    void fillRecent();
    [[nodiscard]] QString suggestedPath() const;

    SessionController* sessions_;
    QWidget* window_;
    QMenu* recent_menu_ = nullptr;
    QAction* last_action_ = nullptr;
    std::vector<RecentFile> recent_;
    JobRunner runner_;
};

} // namespace headlight::ui
