#include "ui/session/undo_controller.h"

#include <QAction>
#include <QTimer>

#include <utility>

namespace headlight::ui {

UndoController::UndoController(Workbench* workbench, QObject* parent)
    : QObject(parent)
    , workbench_(workbench)
    , undo_action_(new QAction(this))
    , redo_action_(new QAction(this)) {
    undo_action_->setObjectName(QStringLiteral("undo"));
    redo_action_->setObjectName(QStringLiteral("redo"));
    undo_action_->setShortcuts(QKeySequence::Undo);
    redo_action_->setShortcuts({QKeySequence(QStringLiteral("Ctrl+Shift+Z")), QKeySequence(QStringLiteral("Ctrl+Y"))});
    connect(undo_action_, &QAction::triggered, this, &UndoController::undo);
    connect(redo_action_, &QAction::triggered, this, &UndoController::redo);
    connect(workbench_, &Workbench::changed, this, &UndoController::note);
    history_.reset(workbench_->state());
    nameActions();
}

void UndoController::note(bool by_person, bool at_once) {
    by_person_ |= by_person;
    const bool waiting = std::exchange(pending_, true);
    if (at_once)
        flush(); // two keys in one go of the event loop would look like something pasted
    else if (!waiting)
        QTimer::singleShot(0, this, &UndoController::flush);
}

void UndoController::flush() {
    if (!std::exchange(pending_, false))
        return;
    session::WorkbenchState state = workbench_->state();
    if (std::exchange(by_person_, false))
        history_.push(std::move(state));
    else
        history_.absorb(std::move(state));
    nameActions();
    emit changed();
}

const session::History& UndoController::history() {
    flush();
    return history_;
}

void UndoController::reset() {
    pending_ = false;
    by_person_ = false;
    history_.reset(workbench_->state());
    nameActions();
    emit changed();
}

void UndoController::setSaved(std::uint64_t number) {
    history_.setSaved(number);
    emit changed();
}

void UndoController::forgetSaved() {
    history_.forgetSaved();
    emit changed();
}

void UndoController::undo() {
    flush();
    if (history_.canUndo())
        workbench_->restore(history_.undo(), IfModelIsMissing::KeepPresent);
    nameActions();
    emit changed();
}

void UndoController::redo() {
    flush();
    if (history_.canRedo())
        workbench_->restore(history_.redo(), IfModelIsMissing::KeepPresent);
    nameActions();
    emit changed();
}

void UndoController::nameActions() {
    const auto name = [this](QAction* action, const QString& plain, const QString& named, bool enabled, const session::History::Change& change) {
        const QString what = changeName(change);
        action->setText(what.isEmpty() ? plain : named.arg(what));
        action->setEnabled(enabled);
    };
    name(undo_action_, tr("Undo"), tr("Undo %1"), history_.canUndo(), history_.undoChange());
    name(redo_action_, tr("Redo"), tr("Redo %1"), history_.canRedo(), history_.redoChange());
}

QString UndoController::changeName(const session::History::Change& change) const {
    using Kind = session::TextEdit::Kind;
    if (change.edit.kind == Kind::Typing)
        return tr("typing");
    if (change.edit.kind == Kind::Erasing)
        return tr("deleting");
    static const std::pair<const char*, const char*> kNames[] = {
        {"text", QT_TR_NOOP("text")},   {"second", QT_TR_NOOP("second sentence")}, {"own target", QT_TR_NOOP("own target text")},
        {"head", QT_TR_NOOP("head")},   {"heads", QT_TR_NOOP("choice of heads")},  {"chosen word", QT_TR_NOOP("chosen word")},
        {"continuation", QT_TR_NOOP("written words")}, {"model", QT_TR_NOOP("model")}, {"pair", QT_TR_NOOP("pair of tokens")},
    };
    for (const auto& [what, words] : kNames)
        if (change.what == what)
            return tr(words);
    return change.what.empty() ? QString() : workbench_->settingName(QString::fromStdString(change.what));
}

} // namespace headlight::ui
