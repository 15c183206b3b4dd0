#include "ui/tokens/token_rows.h"

#include "ui/document/word_pieces.h"
#include "ui/tokens/token_origin.h"
#include "ui/tokens/token_row.h"

#include <algorithm>

namespace headlight::ui {

TokenRows::TokenRows(Document* document, Selection* selection, QObject* parent)
    : QObject(parent)
    , document_(document)
    , selection_(selection)
    , source_(new TokenRow(selection))
    , target_(new TokenRow(selection)) {
    source_->setObjectName(QStringLiteral("sourceRow"));
    target_->setObjectName(QStringLiteral("targetRow"));
    connect(document_, &Document::snapshotChanged, this, &TokenRows::followSnapshot);
    connect(document_, &Document::draftChanged, this, &TokenRows::followDraft);
    connect(selection_, &Selection::headChanged, this, &TokenRows::followHead);
    followSnapshot();
}

TokenRow* TokenRows::decoder() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    return snapshot && snapshot->model().spec().kind == ModelKind::DecoderOnly ? source_ : target_;
}

void TokenRows::followSnapshot() {
    if (const SnapshotPtr& snapshot = document_->snapshot()) {
        fillSource(*snapshot);
        if (snapshot->isTranslation())
            fillTarget(*snapshot);
    } else {
        for (TokenRow* row : {source_, target_}) {
            row->setTokens({});
            row->setOutput({}, {});
        }
    }
    followHead();
}

void TokenRows::fillSource(const RunSnapshot& snapshot) {
    const bool in_encoder = snapshot.model().spec().hasEncoder();
    const StackKind stack = in_encoder ? StackKind::Encoder : StackKind::Decoder;
    const TokenSequence& text = in_encoder ? snapshot.run.input.source : snapshot.run.input.target;
    source_->setTokens(in_encoder ? snapshot.source_axis : snapshot.target_axis,
                       in_encoder ? snapshot.source_joined : snapshot.target_joined);
    source_->setGenerated(snapshot.hasContinuation() ? std::optional(snapshot.n_given) : std::nullopt);
    source_->setOutput(snapshot.hasContinuation() ? snapshot.written_words.back() : QString(),
                       tr("The token written last; the model reads it when it goes on."));
    const auto second = std::find(text.sequence.begin(), text.sequence.end(), std::int8_t{1});
    if (snapshot.request.text_pair && second != text.sequence.end()) {
        source_->setTag(0, tr("A"));
        source_->setTag(static_cast<std::size_t>(second - text.sequence.begin()), tr("B"));
    }
    source_->setDetails([this, stack](std::size_t i) { return details(stack, i); });
}

void TokenRows::fillTarget(const RunSnapshot& snapshot) {
    target_->setTokens(snapshot.target_axis, snapshot.target_joined);
    target_->setGenerated(snapshot.steps.empty() ? std::nullopt : std::optional<std::size_t>(1));
    target_->setDetails([this](std::size_t i) { return details(StackKind::Decoder, i); });
    const bool has_last = !snapshot.written_words.isEmpty();
    target_->setOutput(has_last ? snapshot.written_words.back() : QString(),
                       snapshot.reached_end
                           ? tr("The last token written; nothing reads it.")
                           : tr("Stopped here: at the length limit, or because you asked to."));
}

/// Words appear as they are made: behind the tokens that are given, in place of what was written before.
void TokenRows::followDraft() {
    const auto& draft = document_->draft();
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!draft || !snapshot || snapshot->request.model != document_->model()) {
        followSnapshot();
        return;
    }
    TokenRow* const row = decoder();
    AxisTokens given = snapshot->target_axis;
    const auto n_given = std::min<qsizetype>(static_cast<qsizetype>(draft->n_given), given.words.size());
    given.words = given.words.first(n_given);
    given.special.resize(static_cast<std::size_t>(n_given));
    row->setTokens(given,
                   joinedTokens(firstTokens(snapshot->run.input.target, draft->n_given), draft->n_given));
    row->setGenerated(draft->n_given);
    row->setOutputs(draft->words, tr("Being written. Ctrl+. stops here."));
    row->scrollToEnd();
}

/// Which of the two rows looks and which is looked at, in the attention chosen.
void TokenRows::followHead() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const AttentionKind kind = selection_->head().kind;
    if (snapshot && snapshot->isTranslation()) {
        source_->setRole(kind == AttentionKind::Cross         ? RowRole::Key
                         : kind == AttentionKind::EncoderSelf ? RowRole::Both
                                                              : RowRole::None);
        target_->setRole(kind == AttentionKind::Cross         ? RowRole::Query
                         : kind == AttentionKind::DecoderSelf ? RowRole::Both
                                                              : RowRole::None);
    } else {
        source_->setRole(snapshot ? RowRole::Both : RowRole::None);
        target_->setRole(RowRole::None);
    }
    emit changed();
}

QString TokenRows::details(StackKind stack, std::size_t index) const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot)
        return {};
    const bool in_decoder = stack == StackKind::Decoder;
    const TokenSequence& sequence = in_decoder ? snapshot->run.input.target : snapshot->run.input.source;
    const AxisTokens& axis = in_decoder ? snapshot->target_axis : snapshot->source_axis;
    if (index >= sequence.size())
        return {};
    const WrittenStep* const step = in_decoder && index > 0 ? snapshot->stepOfRow(index - 1) : nullptr;
    QString text = tr("“%1”").arg(axis.words[static_cast<qsizetype>(index)]) + QLatin1Char('\n') +
                   tokenOriginText({snapshot->model(), sequence, axis, stack, snapshot->n_given,
                                    step && step->by_user, index});
    if (static_cast<qsizetype>(index) < axis.notes.size())
        text += QLatin1Char('\n') + axis.notes[static_cast<qsizetype>(index)];
    const TokenRow* const row = in_decoder && snapshot->isTranslation() ? target_ : source_;
    if (row->role() == RowRole::Both)
        text += tr("\nclick: look from here · Shift+click: look at this");
    else if (row->role() == RowRole::None)
        text += tr("\ntakes no part in this attention");
    return text;
}

} // namespace headlight::ui
