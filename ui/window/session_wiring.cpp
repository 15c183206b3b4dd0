#include "ui/window/session_wiring.h"

#include "ui/session/kept_view.h"
#include "ui/session/session_menu.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/chip_button.h"
#include "ui/window/message_card.h"
#include "ui/window/top_bar.h"

#include <QFileDialog>
#include <QSplitter>

namespace headlight::ui {

namespace {

Error differs(const session::ModelReference& meant, const session::ModelReference& found) {
    return makeError(ErrorKind::Weights, "this is not the model the session was made with")
        .atItem(found.label)
        .butFound("hash " + meant.hash.substr(0, 12), "hash " + found.hash.substr(0, 12))
        .because("Its files were changed, or another model has its name")
        .nextStep("What you see comes from the model that is there now; for the old numbers open the old files");
}

} // namespace

SessionWiring::SessionWiring(Document* document, Selection* selection, SelectionKeeper* keeper, const SessionWidgets& widgets)
    : QObject(widgets.window)
    , widgets_(widgets)
    , document_(document)
    , workbench_(document, selection, keeper)
    , generation_(document)
    , undo_(&workbench_)
    , sessions_(&workbench_, &undo_)
    , menu_(new SessionMenu(&sessions_, &undo_, widgets.window))
    , kept_view_(new KeptView) {
    workbench_.addPart(&generation_);
    widgets_.top_bar->sessionButton()->setMenu(menu_);
    for (const TextEdit* edit : {widgets_.text_panel->sourceEdit(), widgets_.text_panel->pairEdit(), widgets_.text_panel->targetEdit()}) {
        connect(edit, &TextEdit::undoRequested, &undo_, &UndoController::undo);
        connect(edit, &TextEdit::redoRequested, &undo_, &UndoController::redo);
    }
    connectMessages();
    connectKeptView();
    connectTitle();
}

void SessionWiring::connectMessages() {
    MessageCard* const card = widgets_.message_card;
    connect(&workbench_, &Workbench::modelFailed, card, [this, card](const Error& error) {
        card->showError(tr("Could not open %1").arg(document_->modelBeingOpened()), error);
    });
    connect(&workbench_, &Workbench::modelDiffers, card,
            [card](const session::ModelReference& meant, const session::ModelReference& found) { card->showError({}, differs(meant, found)); });
    connect(&sessions_, &SessionController::failed, card, &MessageCard::showError);
    connect(&sessions_, &SessionController::noticed, card, &MessageCard::showNotice);
    connect(&sessions_, &SessionController::opened, card, &MessageCard::hide);
    connect(&sessions_, &SessionController::mayCloseNow, widgets_.window, &QWidget::close);
}

void SessionWiring::connectKeptView() {
    connect(&sessions_, &SessionController::modelMissing, this, [this](const session::Session& session, const Error& error) {
        kept_view_->showSession(session, error);
        widgets_.views->hide();
    });
    connect(document_, &Document::modelChanged, this, [this] {
        if (!document_->model())
            return;
        kept_view_->hide();
        widgets_.views->show();
    });
    connect(kept_view_, &KeptView::findModelRequested, this, &SessionWiring::findModel);
}

void SessionWiring::findModel() {
    const QString folder = QFileDialog::getExistingDirectory(widgets_.window, tr("Where is the session's model now?"));
    if (!folder.isEmpty())
        workbench_.findMissingModel(folder);
}

void SessionWiring::connectTitle() {
    const auto retitle = [this] {
        const QString session = sessions_.name();
        const bool modified = sessions_.isModified();
        const auto& missing = workbench_.missingModel();
        const QString model = document_->model() ? QString::fromStdString(document_->model()->name())
                              : missing          ? tr("%1 (missing)").arg(QString::fromStdString(missing->label))
                                                 : QString();
        QStringList parts;
        if (!session.isEmpty())
            parts.append(session + QStringLiteral("[*]"));
        if (!model.isEmpty())
            parts.append(model);
        parts.append(QStringLiteral("Headlight"));
        widgets_.window->setWindowTitle(parts.join(QStringLiteral(" — ")));
        widgets_.window->setWindowModified(modified);
        ChipButton* const button = widgets_.top_bar->sessionButton();
        button->setTexts(session.isEmpty() ? tr("Session") : session, modified ? tr("· changed") : QString());
        button->setAccessibleName(session.isEmpty() ? tr("Session: not saved yet") : modified ? tr("Session %1, changed").arg(session) : tr("Session %1").arg(session));
        button->setToolTip(session.isEmpty() ? tr("Save what is in the window and open it again: model, texts, heads, settings (Ctrl+S, Ctrl+O)")
                                             : sessions_.path());
    };
    connect(&sessions_, &SessionController::fileChanged, this, retitle);
    connect(document_, &Document::modelChanged, this, retitle);
    retitle();
}

} // namespace headlight::ui
