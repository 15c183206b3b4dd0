#include "ui/tokens/text_panel.h"

#include "ui/document/word_pieces.h"
#include "ui/theme/theme.h"
#include "ui/tokens/example_button.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_marks.h"
#include "ui/tokens/token_origin.h"
#include "ui/tokens/token_row.h"
#include "ui/tokens/writing_bar.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kLabelWidth = 56;

/// A problem as sentences: what is wrong, why, what to do. Expected and found are for the command line's one line.
QString problemText(const Error& problem) {
    QStringList sentences;
    for (const std::string& part : {problem.summary, problem.cause, problem.next_step}) {
        QString sentence = QString::fromStdString(part).simplified();
        if (sentence.isEmpty())
            continue;
        sentence.front() = sentence.front().toUpper();
        sentences.append(sentence.endsWith(QLatin1Char('.')) ? sentence : sentence + QLatin1Char('.'));
    }
    return sentences.join(QLatin1Char(' '));
}

QLabel* sideLabel(const QString& name) {
    auto* label = new QLabel;
    label->setProperty("role", "caption");
    label->setMinimumWidth(kLabelWidth);
    label->setObjectName(name);
    return label;
}

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

TextPanel::TextPanel(Document* document, Selection* selection, QWidget* parent)
    : QFrame(parent)
    , document_(document)
    , selection_(selection) {
    setProperty("role", "bar");
    build();
    connect(source_edit_, &TextEdit::wholeTextChanged, document_, [this](const QString& text) { document_->setText(text); });
    connect(pair_edit_, &TextEdit::wholeTextChanged, document_, [this](const QString& text) { document_->setTextPair(text); });
    connect(target_edit_, &TextEdit::wholeTextChanged, document_,
            [this](const QString& text) { document_->setOwnTarget(text); });
    connect(document_, &Document::modelChanged, this, &TextPanel::followModel);
    connect(document_, &Document::snapshotChanged, this, &TextPanel::followSnapshot);
    connect(document_, &Document::draftChanged, this, &TextPanel::followDraft);
    connect(document_, &Document::problemChanged, this, &TextPanel::followProblem);
    connect(document_, &Document::textReplaced, this, [this] {
        source_edit_->setWholeText(document_->text());
        pair_edit_->setWholeText(document_->textPair());
    });
    connect(problem_label_, &QLabel::linkActivated, document_, &Document::cutText);
    connect(document_, &Document::ownTargetChanged, this, &TextPanel::followOwnTarget);
    connect(selection_, &Selection::tokensChanged, this, &TextPanel::followSelection);
    connect(selection_, &Selection::headChanged, this, &TextPanel::updateRoles);
    connect(document_, &Document::textStateChanged, this, [this] {
        note_label_->setVisible(!noted_text_.isEmpty() && document_->text() == noted_text_);
    });
    connect(example_button_, &ExampleButton::exampleChosen, this, &TextPanel::showNote);
    connect(fold_button_, &QPushButton::clicked, this, &TextPanel::toggleFold);
    for (const TokenRow* row : {source_row_, target_row_})
        connect(row, &TokenRow::foldableChanged, this, &TextPanel::followFold);
    followModel();
    followSnapshot();
}

void TextPanel::build() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(16, 8, 16, 8);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);

    buildSource();
    grid->addWidget(source_label_, 0, 0);
    auto* text_line = new QHBoxLayout;
    text_line->addWidget(source_edit_, 1);
    text_line->addWidget(example_button_);
    grid->addLayout(text_line, 0, 1);
    grid->addWidget(pair_label_, 1, 0);
    grid->addWidget(pair_edit_, 1, 1);
    setTabOrder(source_edit_, pair_edit_); // the menu of examples comes after what one types
    grid->addWidget(note_label_, 2, 1);
    grid->addWidget(problem_label_, 3, 1);
    auto* source_line = source_line_ = new QHBoxLayout;
    source_line->setSpacing(8);
    source_line->addWidget(source_row_);
    source_line->addWidget(fold_button_, 0, Qt::AlignVCenter);
    writing_bar_ = new WritingBar(document_, WritingBar::Place::Text);
    source_line->addWidget(writing_bar_, 0, Qt::AlignVCenter);
    source_line->addStretch(1);
    grid->addLayout(source_line, 4, 1);

    target_area_ = new QWidget;
    target_area_->setLayout(buildTargetRow());
    target_label_ = sideLabel(QStringLiteral("targetLabel"));
    target_edit_ = new TextEdit;
    target_edit_->setObjectName(QStringLiteral("targetEdit"));
    target_edit_->setAccessibleName(tr("Your own target text"));
    target_edit_->setPlaceholderText(tr("Type the text the decoder shall read…"));
    target_edit_->hide();
    grid->addWidget(target_edit_, 5, 1);
    grid->addWidget(target_label_, 6, 0);
    grid->addWidget(target_area_, 6, 1);
}

/// What is typed, its tokens, and what is wrong with it.
void TextPanel::buildSource() {
    source_label_ = sideLabel(QStringLiteral("sourceLabel"));
    source_edit_ = new TextEdit;
    source_edit_->setObjectName(QStringLiteral("sourceEdit"));
    source_edit_->setPlaceholderText(tr("Type or paste a sentence…"));
    source_edit_->setAccessibleName(tr("Text the model reads"));
    source_edit_->setText(document_->text());
    source_label_->setBuddy(source_edit_);
    pair_label_ = sideLabel(QStringLiteral("pairLabel"));
    pair_label_->setText(tr("Text B"));
    pair_edit_ = new TextEdit;
    pair_edit_->setObjectName(QStringLiteral("pairEdit"));
    pair_edit_->setPlaceholderText(tr("A second sentence, if you like: read together with the first…"));
    pair_edit_->setAccessibleName(tr("Second sentence, optional"));
    const QString pair_tip = tr("Models like BERT read two sentences at once, text A and text B, marked as two segments: "
                                "[CLS] A [SEP] B [SEP]. Leave it empty for one sentence.");
    pair_edit_->setToolTip(pair_tip);
    pair_label_->setToolTip(pair_tip);
    pair_label_->setBuddy(pair_edit_);
    source_row_ = new TokenRow(selection_);
    source_row_->setObjectName(QStringLiteral("sourceRow"));
    problem_label_ = new QLabel;
    problem_label_->setObjectName(QStringLiteral("problem"));
    problem_label_->setProperty("role", "problem");
    problem_label_->setWordWrap(true);
    problem_label_->setTextFormat(Qt::RichText);
    problem_label_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    problem_label_->hide();
    example_button_ = new ExampleButton(document_);
    note_label_ = new QLabel;
    note_label_->setObjectName(QStringLiteral("exampleNote"));
    note_label_->setProperty("role", "caption");
    note_label_->setWordWrap(true);
    note_label_->hide();
    fold_button_ = new QPushButton;
    fold_button_->setObjectName(QStringLiteral("foldTokens"));
    fold_button_->setProperty("role", "link");
    fold_button_->hide();
}

QHBoxLayout* TextPanel::buildTargetRow() {
    auto* line = target_line_ = new QHBoxLayout;
    line->setContentsMargins(0, 4, 0, 0);
    line->setSpacing(8);
    target_row_ = new TokenRow(selection_);
    target_row_->setObjectName(QStringLiteral("targetRow"));
    step_area_ = new QWidget;
    auto* step_line = new QHBoxLayout(step_area_);
    step_line->setContentsMargins(0, 0, 0, 0);
    step_line->setSpacing(2);
    step_back_ = stepButton(QStringLiteral("◀"), tr("Previous step"), QStringLiteral("Alt+Left"));
    step_forth_ = stepButton(QStringLiteral("▶"), tr("Next step"), QStringLiteral("Alt+Right"));
    step_label_ = new QLabel;
    step_label_->setObjectName(QStringLiteral("stepLabel"));
    step_label_->setProperty("role", "caption");
    step_label_->setToolTip(tr("A decoder writes one token a step: it reads all tokens up to here and predicts the next."));
    step_line->addWidget(step_back_);
    step_line->addWidget(step_label_);
    step_line->addWidget(step_forth_);
    own_target_button_ = new QPushButton(tr("Type your own"));
    own_target_button_->setObjectName(QStringLiteral("ownTarget"));
    own_target_button_->setProperty("role", "link");
    own_target_button_->setToolTip(tr("Let the decoder read a text of yours instead of the one it generates, "
                                      "and see how probable each of its tokens is."));
    line->addWidget(target_row_);
    line->addWidget(step_area_);
    line->addWidget(own_target_button_);
    translation_bar_ = new WritingBar(document_, WritingBar::Place::Translation);
    line->addWidget(translation_bar_);
    line->addStretch(1);
    connect(step_back_, &QToolButton::clicked, this, [this] { moveStep(-1); });
    connect(step_forth_, &QToolButton::clicked, this, [this] { moveStep(1); });
    connect(own_target_button_, &QPushButton::clicked, this, &TextPanel::toggleOwnTarget);
    return line;
}

void TextPanel::focusText() {
    source_edit_->setFocus(Qt::ShortcutFocusReason);
    source_edit_->selectAll();
}

void TextPanel::followModel() {
    const auto& model = document_->model();
    const bool translates = model && model->spec().kind == ModelKind::EncoderDecoder;
    const auto [source, target] = model ? sideNames(*model) : std::pair(tr("Text"), QString());
    source_label_->setText(document_->takesPair() ? tr("Text A") : source);
    pair_label_->setVisible(document_->takesPair());
    pair_edit_->setVisible(document_->takesPair());
    target_label_->setText(target);
    source_row_->setAccessibleName(tr("Tokens: %1").arg(source));
    target_row_->setAccessibleName(tr("Tokens: %1").arg(target));
    target_label_->setVisible(translates);
    target_area_->setVisible(translates);
    if (QHBoxLayout* const line = translates ? target_line_ : source_line_; line->indexOf(step_area_) < 0)
        line->insertWidget(1, step_area_); // behind the chips that are written
    followOwnTarget();
    source_edit_->setWholeText(document_->text());
    pair_edit_->setWholeText(document_->textPair());
}

void TextPanel::followSnapshot() {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot) {
        source_row_->setTokens({});
        source_row_->setOutput({}, {});
        target_row_->setTokens({});
        target_row_->setOutput({}, {});
        updateRoles();
        return;
    }
    const bool reads_in_encoder = snapshot->model().spec().hasEncoder();
    const StackKind text_stack = reads_in_encoder ? StackKind::Encoder : StackKind::Decoder;
    const TokenSequence& text = reads_in_encoder ? snapshot->run.input.source : snapshot->run.input.target;
    source_row_->setTokens(reads_in_encoder ? snapshot->source_axis : snapshot->target_axis,
                           reads_in_encoder ? snapshot->source_joined : snapshot->target_joined);
    source_row_->setGenerated(snapshot->hasContinuation() ? std::optional(snapshot->n_given) : std::nullopt);
    source_row_->setOutput(snapshot->hasContinuation() ? snapshot->written_words.back() : QString(),
                           tr("The token written last; the model reads it when it goes on."));
    const auto second = std::find(text.sequence.begin(), text.sequence.end(), std::int8_t{1});
    if (snapshot->request.text_pair && second != text.sequence.end()) {
        source_row_->setTag(0, tr("A"));
        source_row_->setTag(static_cast<std::size_t>(second - text.sequence.begin()), tr("B"));
    }
    source_row_->setDetails([this, text_stack](std::size_t i) { return tokenDetails(text_stack, i); });
    if (snapshot->isTranslation()) {
        target_row_->setTokens(snapshot->target_axis, snapshot->target_joined);
        target_row_->setGenerated(snapshot->steps.empty() ? std::nullopt : std::optional<std::size_t>(1));
        target_row_->setDetails([this](std::size_t i) { return tokenDetails(StackKind::Decoder, i); });
        const bool has_last = !snapshot->written_words.isEmpty();
        target_row_->setOutput(has_last ? snapshot->written_words.back() : QString(),
                               snapshot->reached_end ? tr("The last token written; nothing reads it.")
                                                     : tr("Stopped here: at the length limit, or because you asked to."));
    }
    updateRoles();
}

TokenRow* TextPanel::decoderRow() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    return snapshot && snapshot->model().spec().kind == ModelKind::DecoderOnly ? source_row_ : target_row_;
}

/// Words appear as they are made: behind the tokens that are given, in place of what was written before.
void TextPanel::followDraft() {
    const auto& draft = document_->draft();
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!draft || !snapshot || snapshot->request.model != document_->model()) {
        followSnapshot();
        return;
    }
    TokenRow* const row = decoderRow();
    AxisTokens given = snapshot->target_axis;
    const auto n_given = std::min<qsizetype>(static_cast<qsizetype>(draft->n_given), given.words.size());
    given.words = given.words.first(n_given);
    given.special.resize(static_cast<std::size_t>(n_given));
    row->setTokens(given, joinedTokens(firstTokens(snapshot->run.input.target, draft->n_given), draft->n_given));
    row->setGenerated(draft->n_given);
    row->setOutputs(draft->words, tr("Being written. Ctrl+. stops here."));
    row->scrollToEnd();
}

void TextPanel::followProblem() {
    const auto& problem = document_->problem();
    problem_label_->setVisible(problem.has_value());
    if (!problem)
        return;
    QString message = problemText(*problem).toHtmlEscaped();
    const bool too_long = problem->kind == ErrorKind::TextTooLong || problem->kind == ErrorKind::Memory;
    if (too_long && !document_->ownTarget())
        message += QStringLiteral(" &nbsp;<a href=\"cut\">%1</a>").arg(tr("Keep the beginning that fits"));
    problem_label_->setToolTip(QString::fromStdString(problem->message()));
    problem_label_->setText(message);
}

void TextPanel::followOwnTarget() {
    const bool translates = document_->model() && document_->model()->spec().kind == ModelKind::EncoderDecoder;
    const bool own = document_->ownTarget().has_value() && translates;
    target_edit_->setVisible(own);
    if (own)
        target_edit_->setWholeText(*document_->ownTarget());
    own_target_button_->setText(own                            ? tr("Back to generated")
                                : document_->hasChosenWord() ? tr("Back to its own words")
                                                             : tr("Type your own"));
}

void TextPanel::toggleOwnTarget() {
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
    target_edit_->setFocus();
    target_edit_->selectAll();
}

/// Which of the two rows looks and which is looked at, in the attention chosen.
void TextPanel::updateRoles() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const AttentionKind kind = selection_->head().kind;
    if (snapshot && snapshot->isTranslation()) {
        source_row_->setRole(kind == AttentionKind::Cross         ? RowRole::Key
                             : kind == AttentionKind::EncoderSelf ? RowRole::Both
                                                                  : RowRole::None);
        target_row_->setRole(kind == AttentionKind::Cross         ? RowRole::Query
                             : kind == AttentionKind::DecoderSelf ? RowRole::Both
                                                                  : RowRole::None);
    } else {
        source_row_->setRole(snapshot ? RowRole::Both : RowRole::None);
        target_row_->setRole(RowRole::None);
    }
    followSelection();
}

void TextPanel::showNote(const Example& example) {
    noted_text_ = example.text;
    note_label_->setText(tr("%1: %2").arg(example.title, example.note));
    note_label_->setVisible(!example.note.isEmpty() && document_->text() == noted_text_);
}

void TextPanel::toggleFold() {
    unfolded_ = !unfolded_;
    source_row_->setUnfolded(unfolded_);
    target_row_->setUnfolded(unfolded_);
    followFold();
    followSelection();
}

void TextPanel::setLow(bool low) {
    if (low == low_)
        return;
    low_ = low;
    for (TokenRow* const row : {source_row_, target_row_})
        row->setFoldedLines(low ? 1 : TokenRow::kFoldedLines);
    followFold();
    followSelection();
}

void TextPanel::followFold() {
    const int n_lines = std::max(source_row_->lineCount(), target_row_->lineCount());
    fold_button_->setVisible(source_row_->foldable() || target_row_->foldable());
    fold_button_->setText(unfolded_ ? tr("Fewer lines") : tr("More lines"));
    fold_button_->setToolTip(unfolded_ ? tr("Show fewer lines of tokens")
                                       : tr("The tokens take %1 lines; show up to %2 of them").arg(n_lines).arg(TokenRow::kUnfoldedLines));
}

/// The pieces of text that the tokens in question are, in the fields they were typed into.
void TextPanel::updateMarks() {
    const SnapshotPtr& snapshot = document_->snapshot();
    TextMarks marks;
    if (snapshot)
        marks = marksOf(*snapshot, selection_->head().kind, selection_->current(), themeOf(palette()));
    const auto show = [](TextEdit* edit, const std::vector<TextMark>& of_text, const QString& text) {
        edit->setMarks(edit->wholeText() == text ? of_text : std::vector<TextMark>{});
    };
    show(source_edit_, marks.source, snapshot ? snapshot->request.text : QString());
    show(pair_edit_, marks.pair, snapshot ? snapshot->request.text_pair.value_or(QString()) : QString());
    show(target_edit_, marks.target, snapshot ? snapshot->request.own_target.value_or(QString()) : QString());
}

void TextPanel::followSelection() {
    updateMarks();
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool translation = snapshot && snapshot->isTranslation();
    own_target_button_->setVisible(translation && (!low_ || unfolded_));
    step_area_->setVisible(translation || (snapshot && snapshot->hasContinuation()));
    if (!step_area_->isVisibleTo(this))
        return;
    const bool in_decoder = selection_->head().kind != AttentionKind::EncoderSelf;
    const std::size_t n_rows = decoderRow()->count();
    const std::size_t first = translation ? 0 : snapshot->n_given - 1; // the row that writes the first word
    const std::size_t n_steps = n_rows - first;
    const auto row = selection_->current().query;
    if (in_decoder && row && *row >= first && *row < n_rows)
        step_label_->setText(tr("step %1 of %2").arg(*row - first + 1).arg(n_steps));
    else
        step_label_->setText(tr("%1 steps").arg(n_steps));
    step_back_->setEnabled(in_decoder && selection_->pinned().query.value_or(1) > 0);
    step_forth_->setEnabled(in_decoder && selection_->pinned().query.value_or(0) + 1 < n_rows);
}

void TextPanel::moveStep(int by) {
    const std::size_t n_steps = decoderRow()->count();
    if (n_steps == 0 || selection_->head().kind == AttentionKind::EncoderSelf)
        return;
    TokenPair pair = selection_->pinned();
    const auto now = static_cast<std::ptrdiff_t>(pair.query.value_or(0));
    const auto last = static_cast<std::ptrdiff_t>(n_steps) - 1;
    pair.query = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(now + by, 0, last));
    selection_->setPinned(pair);
}

QString TextPanel::tokenDetails(StackKind stack, std::size_t index) const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot)
        return {};
    const bool decoder = stack == StackKind::Decoder;
    const TokenSequence& sequence = decoder ? snapshot->run.input.target : snapshot->run.input.source;
    const AxisTokens& axis = decoder ? snapshot->target_axis : snapshot->source_axis;
    if (index >= sequence.size())
        return {};
    const WrittenStep* const step = decoder && index > 0 ? snapshot->stepOfRow(index - 1) : nullptr;
    QString text = tr("“%1”").arg(axis.words[static_cast<qsizetype>(index)]) + QLatin1Char('\n') +
                   tokenOriginText({snapshot->model(), sequence, axis,
                                    decoder ? StackKind::Decoder : StackKind::Encoder, snapshot->n_given, step && step->by_user, index});
    if (static_cast<qsizetype>(index) < axis.notes.size())
        text += QLatin1Char('\n') + axis.notes[static_cast<qsizetype>(index)];
    const TokenRow* const row = decoder && snapshot->isTranslation() ? target_row_ : source_row_;
    if (row->role() == RowRole::Both)
        text += tr("\nclick: look from here · Shift+click: look at this");
    else if (row->role() == RowRole::None)
        text += tr("\ntakes no part in this attention");
    return text;
}

} // namespace headlight::ui
