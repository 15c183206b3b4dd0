// The session of the window: which file it is, opening and saving it, and keeping it safe while nobody saves.
#pragma once

#include "ui/session/autosaver.h"
#include "ui/session/notice.h"
#include "ui/session/undo_controller.h"
#include "ui/session/workbench.h"

#include <functional>

namespace headlight::ui {

/// What the command line asks for besides a session; empty: as in the session.
struct SessionOverrides {
    QString model;
    QString text;
    QString text_pair;
};

class SessionController : public QObject {
    Q_OBJECT
public:
    enum class Answer { Save, Discard, Cancel };

    /// Both must outlive the controller.
    SessionController(Workbench* workbench, UndoController* undo, QObject* parent = nullptr);

    /// The file it was opened from or saved to; empty: none yet.
    [[nodiscard]] const QString& path() const { return path_; }
    /// "cat" for /home/me/cat.headlight; empty without a file.
    [[nodiscard]] QString name() const;
    /// Whether the file holds something else than the window.
    [[nodiscard]] bool isModified();
    [[nodiscard]] bool saving() const { return save_runner_.running(); }
    [[nodiscard]] Autosaver* autosaver() { return &autosaver_; }

    /// Asked before changes to a file of the person's are given up; a message box where none is set.
    void setQuestion(std::function<Answer(const QString& name)> question) { question_ = std::move(question); }
    /// Reads `path` in the background and shows it; what is open is left first, as the person wants it.
    void open(const QString& path, const SessionOverrides& overrides = {});
    /// Writes in the background; the file appears whole or the old one stays.
    void save(const QString& path);
    /// Whether the window may close. If something is to be asked or written first, it is, and mayCloseNow() tells.
    [[nodiscard]] bool mayClose();
    /// What was open last and never saved; may not exist.
    [[nodiscard]] QString lastSession() const;

signals:
    /// name() or isModified().
    void fileChanged();
    void opened();
    void saved(bool ok);
    void failed(const QString& title, const headlight::Error& error);
    /// Reading a session failed; what was open is still there.
    void openFailed();
    void noticed(const headlight::ui::Notice& notice);
    /// The session's model is not there: show what it kept.
    void modelMissing(const headlight::session::Session& session, const headlight::Error& error);
    void mayCloseNow();

private:
    void leave(std::function<void()> then);
    void read(const QString& path, const SessionOverrides& overrides, const std::filesystem::path& leftover);
    void show(session::Session session, const QString& path, const SessionOverrides& overrides);
    void write(const QString& path, std::function<void()> then);
    [[nodiscard]] Autosaver::Compose compose() const;
    [[nodiscard]] std::optional<Autosaver::Compose> composeUnsaved();
    void offer(const Leftover& leftover);

    Workbench* workbench_;
    UndoController* undo_;
    Autosaver autosaver_;
    std::function<Answer(const QString& name)> question_;
    QString path_;
    session::Session opened_;   ///< as read; its run is kept on while its model is missing
    bool worth_keeping_ = false; ///< recovered: also without a further step
    bool may_close_ = false;
    JobRunner open_runner_;
    JobRunner save_runner_;
};

} // namespace headlight::ui
