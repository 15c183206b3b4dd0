#include "ui/session/session_controller.h"

#include "ui/session/kept_run.h"
#include "ui/session/recent_files.h"
#include "ui/session/session_format.h"
#include "ui/session/state_conversion.h"

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QMessageBox>
#include <QTimer>

#include <chrono>
#include <utility>

namespace headlight::ui {

namespace {

constexpr std::chrono::seconds kPatienceWithDisk{5};

SessionController::Answer askInABox(const QString& name) {
    QMessageBox box(QMessageBox::NoIcon, SessionController::tr("Save changes?"),
                    SessionController::tr("%1 has changes that are not saved.").arg(name),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QApplication::activeWindow());
    box.setDefaultButton(QMessageBox::Save);
    switch (box.exec()) {
    case QMessageBox::Save: return SessionController::Answer::Save;
    case QMessageBox::Discard: return SessionController::Answer::Discard;
    default: return SessionController::Answer::Cancel;
    }
}

std::filesystem::path toPath(const QString& path) { return path.toStdString(); }

QString shortened(const QString& text) {
    constexpr qsizetype longest = 60;
    const QString line = text.left(4 * longest).simplified();
    return line.size() <= longest ? line : line.left(longest) + QStringLiteral("…");
}

} // namespace

SessionController::SessionController(Workbench* workbench, UndoController* undo, QObject* parent)
    : QObject(parent)
    , workbench_(workbench)
    , undo_(undo)
    , autosaver_([this] { return composeUnsaved(); })
    , question_(askInABox) {
    connect(undo_, &UndoController::changed, this, &SessionController::fileChanged);
    connect(undo_, &UndoController::changed, &autosaver_, &Autosaver::touch);
    connect(workbench_->document(), &Document::snapshotChanged, &autosaver_, &Autosaver::touch);
    connect(workbench_, &Workbench::modelMissing, this, [this](const Error& error) { emit modelMissing(opened_, error); });
    connect(&autosaver_, &Autosaver::leftoverFound, this, &SessionController::offer);
    connect(&autosaver_, &Autosaver::failed, this,
            [this](const Error& error) { emit failed(tr("What is open cannot be kept automatically"), error); });
}

QString SessionController::name() const { return QFileInfo(path_).completeBaseName(); }

bool SessionController::isModified() { return !path_.isEmpty() && !undo_->history().isSaved(); }

QString SessionController::lastSession() const {
    return autosaver_.folder().empty() ? QString() : QString::fromStdString(session::lastSessionPath(autosaver_.folder()).string());
}

/// The state as it is now, and the run; the run's share is worked out where it is called.
Autosaver::Compose SessionController::compose() const {
    session::Session session;
    session.state = workbench_->state();
    const SnapshotPtr snapshot = workbench_->document()->snapshot();
    if (!snapshot && (workbench_->missingModel() || workbench_->awaitsModel()))
        session.run = opened_.run;
    const SelectionState selection = fromSession(session.state.selection);
    return [session = std::move(session), snapshot, selection] {
        session::Session whole = session;
        if (snapshot)
            whole.run = keepRun(snapshot, selection);
        return whole;
    };
}

std::optional<Autosaver::Compose> SessionController::composeUnsaved() {
    const session::History& history = undo_->history();
    const bool anything = !path_.isEmpty() || worth_keeping_ || history.stepCount() > 0;
    if (!anything || history.isSaved())
        return std::nullopt;
    return [compose = compose(), path = path_.toStdString()] {
        session::Session session = compose();
        session.file = path;
        return session;
    };
}

void SessionController::open(const QString& path, const SessionOverrides& overrides) {
    leave([this, path, overrides] { read(path, overrides, {}); });
}

/// What is open gives way: a changed file is asked about, what has no file is kept as what was open last.
void SessionController::leave(std::function<void()> then) {
    if (isModified()) {
        const Answer answer = question_(name());
        if (answer == Answer::Cancel)
            return;
        if (answer == Answer::Save)
            write(path_, [this, then = std::move(then)] { autosaver_.finish(false, then); });
        else
            autosaver_.finish(false, std::move(then));
        return;
    }
    autosaver_.finish(path_.isEmpty(), std::move(then));
}

void SessionController::read(const QString& path, const SessionOverrides& overrides, const std::filesystem::path& leftover) {
    open_runner_.start<session::Session>(
        [path](const RunControl&) { return session::loadSession(toPath(path)); },
        [this, path, overrides, leftover](Result<session::Session> result) {
            if (!result.ok()) {
                emit failed(tr("Could not open %1").arg(path), result.error());
                emit openFailed();
                return;
            }
            const QString file = leftover.empty() ? QFileInfo(path).absoluteFilePath() : QString::fromStdString(result->file);
            if (!leftover.empty())
                autosaver_.takeOver(leftover);
            worth_keeping_ = !leftover.empty() || path == lastSession();
            show(std::move(result).value(), path == lastSession() ? QString() : file, overrides);
        });
}

void SessionController::show(session::Session session, const QString& path, const SessionOverrides& overrides) {
    const bool as_saved = !worth_keeping_ && overrides.model.isEmpty() && overrides.text.isEmpty() && overrides.text_pair.isEmpty();
    session::WorkbenchState state = session.state;
    opened_ = std::move(session);
    if (!overrides.model.isEmpty()) {
        session::ModelReference model;
        model.name = model.label = overrides.model.toStdString();
        state.model = std::move(model);
    }
    if (!overrides.text.isEmpty()) {
        state.texts.text = overrides.text.toStdString();
        state.texts.is_example = false;
        state.texts.own_target.reset();
        state.texts.kept_target.clear();
        state.texts.keeps_all = false;
        state.texts.continuation.clear();
        state.texts.chosen_words.clear();
    }
    if (!overrides.text_pair.isEmpty())
        state.texts.text_pair = overrides.text_pair.toStdString();
    workbench_->restore(state, IfModelIsMissing::CloseIt);
    path_ = path;
    undo_->reset();
    if (as_saved)
        undo_->setSaved(undo_->history().number());
    else
        autosaver_.touch();
    if (!path_.isEmpty())
        RecentFiles::add(path_);
    emit fileChanged();
    emit opened();
}

void SessionController::save(const QString& path) { write(path, {}); }

void SessionController::write(const QString& path, std::function<void()> then) {
    const std::uint64_t number = undo_->history().number();
    save_runner_.start<bool>(
        [path, compose = compose()](const RunControl&) -> Result<bool> {
            HEADLIGHT_CHECK(session::saveSession(toPath(path), compose()));
            return true;
        },
        [this, path, number, then = std::move(then)](const Result<bool>& result) {
            if (!result.ok()) {
                emit failed(tr("Could not save %1").arg(path), result.error());
                emit saved(false);
                return;
            }
            path_ = QFileInfo(path).absoluteFilePath();
            worth_keeping_ = false;
            RecentFiles::add(path_);
            undo_->setSaved(number);
            emit saved(true);
            if (then)
                then();
        });
}

bool SessionController::mayClose() {
    if (may_close_)
        return true;
    if (save_runner_.running()) { // comes to its end first; if it fails, the window stays and says so
        connect(this, &SessionController::saved, this, [this](bool ok) {
            if (ok && mayClose())
                emit mayCloseNow();
        }, Qt::SingleShotConnection);
        return false;
    }
    const auto at_once = std::make_shared<bool>(true);
    const auto allow = [this, at_once] {
        const bool already = std::exchange(may_close_, true);
        if (!already && !*at_once)
            emit mayCloseNow();
    };
    leave(allow);
    *at_once = false;
    if (!may_close_ && autosaver_.busy()) // a disk that does not answer must not keep the window
        QTimer::singleShot(kPatienceWithDisk, this, allow);
    return may_close_;
}

void SessionController::offer(const Leftover& leftover) {
    const QString text = QString::fromStdString(leftover.session.state.texts.text);
    const QString model = leftover.session.state.model ? QString::fromStdString(leftover.session.state.model->label) : QString();
    QStringList about;
    if (!leftover.session.file.empty())
        about.append(tr("changes to %1").arg(QDir::toNativeSeparators(QString::fromStdString(leftover.session.file))));
    if (!model.isEmpty())
        about.append(tr("model %1").arg(model));
    if (!text.isEmpty())
        about.append(tr("“%1”").arg(shortened(text)));
    if (leftover.n_more > 0)
        about.append(tr("%n more at the next start", nullptr, static_cast<int>(leftover.n_more)));
    Notice notice{tr("Headlight ended unexpectedly; what was open then can be recovered"), about.join(QStringLiteral(" · ")), {}};
    const QString path = QString::fromStdString(leftover.path.string());
    notice.answers.emplace_back(tr("Recover what was open"),
                                [this, path] { leave([this, path] { read(path, {}, toPath(path)); }); });
    notice.answers.emplace_back(tr("Throw it away"), [path = leftover.path] {
        std::error_code gone;
        std::filesystem::remove(path, gone);
    });
    emit noticed(notice);
}

} // namespace headlight::ui
