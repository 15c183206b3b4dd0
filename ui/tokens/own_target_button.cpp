#include "ui/tokens/own_target_button.h"

#include "ui/tokens/text_edit.h"

namespace headlight::ui {

OwnTargetButton::OwnTargetButton(Document* document, TextEdit* field, QWidget* parent)
    : QPushButton(parent)
    , document_(document)
    , field_(field) {
    setObjectName(QStringLiteral("ownTarget"));
    setProperty("role", "link");
    setToolTip(tr("Let the decoder read a text of yours instead of the one it generates, "
                  "and see how probable each of its tokens is."));
    connect(this, &QPushButton::clicked, this, &OwnTargetButton::toggleTarget);
    connect(field_, &TextEdit::wholeTextChanged, document_,
            [this](const QString& text) { document_->setOwnTarget(text); });
    connect(document_, &Document::modelChanged, this, &OwnTargetButton::followTarget);
    connect(document_, &Document::ownTargetChanged, this, &OwnTargetButton::followTarget);
    connect(document_, &Document::snapshotChanged, this, &OwnTargetButton::followSnapshot);
    followTarget();
    followSnapshot();
}

void OwnTargetButton::toggleTarget() {
    if (document_->hasChosenWord()) {
        document_->forgetChosenWord();
        return;
    }
    if (document_->ownTarget()) {
        document_->setOwnTarget({});
        return;
    }
    const SnapshotPtr& snapshot = document_->snapshot();
    document_->setOwnTarget(snapshot ? snapshot->target_text : QString());
    field_->setFocus();
    field_->selectAll();
}

void OwnTargetButton::followTarget() {
    const bool translates =
        document_->model() && document_->model()->spec().kind == ModelKind::EncoderDecoder;
    const bool own = document_->ownTarget().has_value() && translates;
    field_->setVisible(own);
    if (own)
        field_->setWholeText(*document_->ownTarget());
    setText(own                          ? tr("Back to generated")
            : document_->hasChosenWord() ? tr("Back to its own words")
                                         : tr("Type your own"));
    followSnapshot();
}

void OwnTargetButton::setOffered(bool offered) {
    offered_ = offered;
    followSnapshot();
}

void OwnTargetButton::followSnapshot() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool leads_back = document_->ownTarget() || document_->hasChosenWord();
    setVisible(snapshot && snapshot->isTranslation() && (offered_ || leads_back));
}

} // namespace headlight::ui
