#include "ui/tokens/decoder_step_bar.h"

#include "ui/tokens/token_row.h"
#include "ui/tokens/token_rows.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include <algorithm>

namespace headlight::ui {
namespace {

QToolButton* stepButton(const QString& sign, const QString& name, const QString& shortcut) {
    auto* button = new QToolButton;
    button->setText(sign);
    button->setProperty("flat", true);
    button->setAccessibleName(name);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(name, shortcut));
    button->setAutoRepeat(true);
    return button;
}

} // namespace

DecoderStepBar::DecoderStepBar(Document* document, Selection* selection, const TokenRows* rows,
                               QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , rows_(rows)
    , back_(stepButton(QStringLiteral("◀"), tr("Previous step"), QStringLiteral("Alt+Left")))
    , forth_(stepButton(QStringLiteral("▶"), tr("Next step"), QStringLiteral("Alt+Right")))
    , label_(new QLabel) {
    label_->setObjectName(QStringLiteral("stepLabel"));
    label_->setProperty("role", "caption");
    label_->setToolTip(
        tr("A decoder writes one token a step: it reads all tokens up to here and predicts the next."));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(2);
    line->addWidget(back_);
    line->addWidget(label_);
    line->addWidget(forth_);
    connect(back_, &QToolButton::clicked, this, [this] { moveStep(-1); });
    connect(forth_, &QToolButton::clicked, this, [this] { moveStep(1); });
    connect(rows_, &TokenRows::changed, this, &DecoderStepBar::follow);
    connect(selection_, &Selection::tokensChanged, this, &DecoderStepBar::follow);
    follow();
}

void DecoderStepBar::follow() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool translation = snapshot && snapshot->isTranslation();
    setVisible(translation || (snapshot && snapshot->hasContinuation()));
    if (isHidden())
        return;
    const bool in_decoder = selection_->head().kind != AttentionKind::EncoderSelf;
    const std::size_t n_rows = rows_->decoder()->count();
    const std::size_t first = translation ? 0 : snapshot->n_given - 1; // the row that writes the first word
    const std::size_t n_steps = n_rows - first;
    const auto row = selection_->current().query;
    if (in_decoder && row && *row >= first && *row < n_rows)
        label_->setText(tr("step %1 of %2").arg(*row - first + 1).arg(n_steps));
    else
        label_->setText(tr("%1 steps").arg(n_steps));
    back_->setEnabled(in_decoder && selection_->pinned().query.value_or(1) > 0);
    forth_->setEnabled(in_decoder && selection_->pinned().query.value_or(0) + 1 < n_rows);
}

void DecoderStepBar::moveStep(int by) {
    const std::size_t n_steps = rows_->decoder()->count();
    if (n_steps == 0 || selection_->head().kind == AttentionKind::EncoderSelf)
        return;
    TokenPair pair = selection_->pinned();
    const auto now = static_cast<std::ptrdiff_t>(pair.query.value_or(0));
    const auto last = static_cast<std::ptrdiff_t>(n_steps) - 1;
    pair.query = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(now + by, 0, last));
    selection_->setPinned(pair);
}

} // namespace headlight::ui
