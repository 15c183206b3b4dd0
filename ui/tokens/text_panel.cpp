#include "ui/tokens/text_panel.h"

#include "ui/theme/theme.h"
#include "ui/tokens/decoder_step_bar.h"
#include "ui/tokens/example_button.h"
#include "ui/tokens/example_note.h"
#include "ui/tokens/own_target_button.h"
#include "ui/tokens/problem_label.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_marks.h"
#include "ui/tokens/token_row.h"
#include "ui/tokens/writing_bar.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>

namespace headlight::ui {

namespace {

constexpr int kLabelWidth = 56;

QLabel* sideLabel(const QString& name) {
    auto* label = new QLabel;
    label->setProperty("role", "caption");
    label->setMinimumWidth(kLabelWidth);
    label->setObjectName(name);
    return label;
}

TextEdit* textField(const QString& name, const QString& accessible_name, const QString& placeholder) {
    auto* field = new TextEdit;
    field->setObjectName(name);
    field->setAccessibleName(accessible_name);
    field->setPlaceholderText(placeholder);
    return field;
}

} // namespace

TextPanel::TextPanel(Document* document, Selection* selection, QWidget* parent)
    : QFrame(parent)
    , document_(document)
    , selection_(selection)
    , rows_(new TokenRows(document, selection, this)) {
    setProperty("role", "bar");
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(16, 8, 16, 8);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    buildFields();
    layOutSource(grid);
    layOutTarget(grid);
    connect(source_edit_, &TextEdit::wholeTextChanged, document_,
            [this](const QString& text) { document_->setText(text); });
    connect(pair_edit_, &TextEdit::wholeTextChanged, document_,
            [this](const QString& text) { document_->setTextPair(text); });
    connect(document_, &Document::modelChanged, this, &TextPanel::followModel);
    connect(document_, &Document::textReplaced, this, [this] {
        source_edit_->setWholeText(document_->text());
        pair_edit_->setWholeText(document_->textPair());
    });
    connect(rows_, &TokenRows::changed, this, &TextPanel::updateMarks);
    connect(selection_, &Selection::tokensChanged, this, &TextPanel::updateMarks);
    followModel();
    updateMarks();
}

/// What is typed.
void TextPanel::buildFields() {
    source_label_ = sideLabel(QStringLiteral("sourceLabel"));
    source_edit_ =
        textField(QStringLiteral("sourceEdit"), tr("Text the model reads"), tr("Type or paste a sentence…"));
    source_edit_->setText(document_->text());
    source_label_->setBuddy(source_edit_);
    pair_label_ = sideLabel(QStringLiteral("pairLabel"));
    pair_label_->setText(tr("Text B"));
    pair_edit_ = textField(QStringLiteral("pairEdit"), tr("Second sentence, optional"),
                           tr("A second sentence, if you like: read together with the first…"));
    const QString pair_tip =
        tr("Models like BERT read two sentences at once, text A and text B, marked as two segments: "
           "[CLS] A [SEP] B [SEP]. Leave it empty for one sentence.");
    pair_edit_->setToolTip(pair_tip);
    pair_label_->setToolTip(pair_tip);
    pair_label_->setBuddy(pair_edit_);
    target_label_ = sideLabel(QStringLiteral("targetLabel"));
    target_edit_ = textField(QStringLiteral("targetEdit"), tr("Your own target text"),
                             tr("Type the text the decoder shall read…"));
}

/// What is typed, its tokens, and what is wrong with it.
void TextPanel::layOutSource(QGridLayout* grid) {
    grid->addWidget(source_label_, 0, 0);
    example_button_ = new ExampleButton(document_);
    auto* const note = new ExampleNote(document_);
    connect(example_button_, &ExampleButton::exampleChosen, note, &ExampleNote::setExample);
    note_label_ = note;
    auto* text_line = new QHBoxLayout;
    text_line->addWidget(source_edit_, 1);
    text_line->addWidget(example_button_);
    grid->addLayout(text_line, 0, 1);
    grid->addWidget(pair_label_, 1, 0);
    grid->addWidget(pair_edit_, 1, 1);
    setTabOrder(source_edit_, pair_edit_); // the menu of examples comes after what one types
    grid->addWidget(note_label_, 2, 1);
    problem_label_ = new ProblemLabel(document_);
    grid->addWidget(problem_label_, 3, 1);
    source_line_ = new QHBoxLayout;
    grid->addLayout(source_line_, 4, 1);
    source_line_->setSpacing(8);
    source_line_->addWidget(rows_->source());
    fold_button_ = new FoldButton({rows_->source(), rows_->target()}, this);
    source_line_->addWidget(fold_button_, 0, Qt::AlignVCenter);
    writing_bar_ = new WritingBar(document_, WritingBar::Place::Text);
    source_line_->addWidget(writing_bar_, 0, Qt::AlignVCenter);
    source_line_->addStretch(1);
}

/// What a translating model writes, or reads in its place.
void TextPanel::layOutTarget(QGridLayout* grid) {
    grid->addWidget(target_edit_, 5, 1);
    grid->addWidget(target_label_, 6, 0);
    target_area_ = new QWidget;
    target_line_ = new QHBoxLayout(target_area_);
    target_line_->setContentsMargins(0, 4, 0, 0);
    target_line_->setSpacing(8);
    target_line_->addWidget(rows_->target());
    step_bar_ = new DecoderStepBar(document_, selection_, rows_, target_area_);
    target_line_->addWidget(step_bar_);
    own_target_button_ = new OwnTargetButton(document_, target_edit_, target_area_);
    target_line_->addWidget(own_target_button_);
    connect(fold_button_, &FoldButton::unfoldedChanged, own_target_button_,
            [this](bool unfolded) { own_target_button_->setOffered(unfolded || !low_); });
    translation_bar_ = new WritingBar(document_, WritingBar::Place::Translation);
    target_line_->addWidget(translation_bar_);
    target_line_->addStretch(1);
    grid->addWidget(target_area_, 6, 1);
}

void TextPanel::focusText() {
    source_edit_->setFocus(Qt::ShortcutFocusReason);
    source_edit_->selectAll();
}

void TextPanel::moveStep(int by) {
    step_bar_->moveStep(by);
}

void TextPanel::setLow(bool low) {
    if (low == low_)
        return;
    low_ = low;
    for (TokenRow* const row : {rows_->source(), rows_->target()})
        row->setFoldedLines(low ? 1 : TokenRow::kFoldedLines);
    own_target_button_->setOffered(!low || fold_button_->unfolded());
}

void TextPanel::followModel() {
    const auto& model = document_->model();
    const bool translates = model && model->spec().kind == ModelKind::EncoderDecoder;
    const auto [source, target] = model ? sideNames(*model) : std::pair(tr("Text"), QString());
    source_label_->setText(document_->takesPair() ? tr("Text A") : source);
    pair_label_->setVisible(document_->takesPair());
    pair_edit_->setVisible(document_->takesPair());
    target_label_->setText(target);
    rows_->source()->setAccessibleName(tr("Tokens: %1").arg(source));
    rows_->target()->setAccessibleName(tr("Tokens: %1").arg(target));
    target_label_->setVisible(translates);
    target_area_->setVisible(translates);
    if (QHBoxLayout* const line = translates ? target_line_ : source_line_; line->indexOf(step_bar_) < 0)
        line->insertWidget(1, step_bar_); // behind the chips that are written
    source_edit_->setWholeText(document_->text());
    pair_edit_->setWholeText(document_->textPair());
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

} // namespace headlight::ui
