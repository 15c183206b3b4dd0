// Joins the window's parts with sessions, undo and what is shown of them.
#pragma once

#include "ui/session/generation_part.h"
#include "ui/session/session_controller.h"

#include <QMainWindow>

class QSplitter;

namespace headlight::ui {

class KeptView;
class MessageCard;
class SessionMenu;
class TextPanel;
class TopBar;

/// The widgets of the window that sessions touch.
struct SessionWidgets {
    QMainWindow* window = nullptr;
    TopBar* top_bar = nullptr;
    TextPanel* text_panel = nullptr;
    MessageCard* message_card = nullptr;
    QSplitter* views = nullptr; ///< gives way to what a session without its model kept
};

class SessionWiring : public QObject {
    Q_OBJECT
public:
    /// All must outlive it.
    SessionWiring(Document* document, Selection* selection, SelectionKeeper* keeper, const SessionWidgets& widgets);

    [[nodiscard]] Workbench* workbench() { return &workbench_; }
    [[nodiscard]] UndoController* undo() { return &undo_; }
    [[nodiscard]] SessionController* sessions() { return &sessions_; }
    [[nodiscard]] SessionMenu* menu() const { return menu_; }
    /// Stands where the views are, while a session has no model.
    [[nodiscard]] KeptView* keptView() const { return kept_view_; }

private:
    void connectMessages();
    void connectKeptView();
    void connectTitle();
    void findModel();

    SessionWidgets widgets_;
    Document* document_;
    Workbench workbench_;
    GenerationPart generation_;
    UndoController undo_;
    SessionController sessions_;
    SessionMenu* menu_ = nullptr;
    KeptView* kept_view_ = nullptr;
};

} // namespace headlight::ui
