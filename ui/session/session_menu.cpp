#include "ui/session/session_menu.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

namespace headlight::ui {

namespace {
const QString kFolderKey = QStringLiteral("sessions/folder"); // where the last one was saved
} // namespace

SessionMenu::SessionMenu(SessionController* sessions, UndoController* undo, QWidget* window)
    : QMenu(window)
    , sessions_(sessions)
    , window_(window) {
    setObjectName(QStringLiteral("sessionMenu"));
    setToolTipsVisible(true);
    add(tr("Open…"), "Ctrl+O", "open", &SessionMenu::chooseFile)
        ->setToolTip(tr("A session (.headlight), or a model by one of its files: config.json, model.safetensors"));
    add(tr("Open model folder…"), "Ctrl+Shift+O", "openFolder", &SessionMenu::chooseFolder)
        ->setToolTip(tr("A folder in Hugging Face layout: config.json, model.safetensors, tokenizer.json"));
    recent_menu_ = addMenu(tr("Open recent"));
    recent_menu_->setObjectName(QStringLiteral("recentMenu"));
    recent_menu_->setToolTipsVisible(true);
    last_action_ = addAction(tr("Open what was open last"));
    last_action_->setToolTip(tr("What was in the window when it was closed without ever being saved"));
    connect(last_action_, &QAction::triggered, this, [this] { sessions_->open(sessions_->lastSession()); });
    addSeparator();
    add(tr("Save"), "Ctrl+S", "save", &SessionMenu::save);
    add(tr("Save as…"), "Ctrl+Shift+S", "saveAs", &SessionMenu::saveAs);
    addSeparator();
    for (QAction* const action : {undo->undoAction(), undo->redoAction()}) {
        addAction(action);
        window_->addAction(action);
    }
    connect(this, &QMenu::aboutToShow, this, &SessionMenu::lookForRecent);
    connect(sessions_, &SessionController::opened, this, &SessionMenu::lookForRecent);
    connect(sessions_, &SessionController::saved, this, &SessionMenu::lookForRecent);
    lookForRecent();
}

QAction* SessionMenu::add(const QString& text, const char* keys, const char* name, void (SessionMenu::*action)()) {
    QAction* const added = addAction(text);
    added->setObjectName(QLatin1String(name));
    added->setShortcut(QKeySequence(QLatin1String(keys)));
    window_->addAction(added);
    connect(added, &QAction::triggered, this, action);
    return added;
}

/// The files may lie on a disk that no longer answers; until it does the menu shows what it knew.
void SessionMenu::lookForRecent() {
    runner_.start<std::vector<RecentFile>>(
        [paths = RecentFiles::paths(), last = sessions_->lastSession()](const RunControl&) -> Result<std::vector<RecentFile>> {
            std::vector<RecentFile> found = RecentFiles::look(paths);
            if (!last.isEmpty() && QFileInfo::exists(last))
                found.push_back({last, true, {}});
            return found;
        },
        [this](Result<std::vector<RecentFile>> found) {
            if (!found.ok())
                return;
            recent_ = std::move(found).value();
            fillRecent();
        });
    fillRecent();
}

void SessionMenu::fillRecent() {
    recent_menu_->clear();
    const QString last = sessions_->lastSession();
    bool has_last = false;
    for (const RecentFile& file : recent_) {
        if (!last.isEmpty() && file.path == last) {
            has_last = true;
            continue;
        }
        const QFileInfo info(file.path);
        const QString name = file.is_session ? info.completeBaseName() : info.isAbsolute() ? info.fileName() : file.path;
        const QString kind = file.is_session ? tr("session") : tr("model");
        const QString text = file.obstacle.isEmpty() ? QStringLiteral("%1   %2").arg(name, kind)
                                                     : QStringLiteral("%1   %2 · %3").arg(name, kind, file.obstacle);
        QAction* const action = recent_menu_->addAction(QString(text).replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setToolTip(info.isAbsolute() ? QDir::toNativeSeparators(file.path) : tr("found by its name"));
        action->setEnabled(file.obstacle.isEmpty());
        connect(action, &QAction::triggered, this, [this, path = file.path] { openPath(path); });
    }
    recent_menu_->setEnabled(!recent_menu_->isEmpty());
    last_action_->setEnabled(has_last);
}

void SessionMenu::openPath(const QString& path) {
    if (RecentFiles::isSession(path) && !QFileInfo(path).isDir())
        sessions_->open(path);
    else
        emit modelChosen(path);
}

void SessionMenu::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(window_, tr("Open a session or a model"), QFileInfo(suggestedPath()).path(),
                                                      tr("Sessions and models (*.headlight config.json *.safetensors *.safetensors.index.json);;"
                                                         "Sessions (*.headlight);;All files (*)"));
    if (!path.isEmpty())
        openPath(path);
}

void SessionMenu::chooseFolder() {
    const QString folder = QFileDialog::getExistingDirectory(window_, tr("Open a model folder (config.json, model.safetensors, …)"));
    if (!folder.isEmpty())
        emit modelChosen(folder);
}

QString SessionMenu::suggestedPath() const {
    if (!sessions_->path().isEmpty())
        return sessions_->path();
    for (const QString& folder : {QSettings().value(kFolderKey).toString(),
                                  QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)})
        if (!folder.isEmpty() && QDir(folder).exists())
            return QDir(folder).filePath(tr("session.headlight"));
    return QDir::home().filePath(tr("session.headlight"));
}

void SessionMenu::save() {
    if (sessions_->path().isEmpty())
        saveAs();
    else
        sessions_->save(sessions_->path());
}

void SessionMenu::saveAs() {
    QFileDialog dialog(window_, tr("Save the session"), suggestedPath(), tr("Sessions (*.headlight)"));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(QStringLiteral("headlight"));
    dialog.selectFile(suggestedPath());
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty())
        return;
    const QString path = dialog.selectedFiles().front();
    QSettings().setValue(kFolderKey, QFileInfo(path).absolutePath());
    sessions_->save(path);
}

} // namespace headlight::ui
