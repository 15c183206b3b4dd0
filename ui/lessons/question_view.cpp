#include "ui/lessons/question_view.h"

#include "ui/lessons/choice_button.h"
#include "ui/plots/flow_layout.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kTriesBeforeHelp = 2;
constexpr qsizetype kShortChoice = 14; ///< letters; only such ones stand beside one another

QLabel* richLabel() {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextFormat(Qt::RichText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

bool sameAnswer(const FilledQuestion& a, const FilledQuestion& b) {
    if (a.choices.size() != b.choices.size() || a.answer.has_value() != b.answer.has_value() ||
        a.problem != b.problem)
        return false;
    for (std::size_t i = 0; i < a.choices.size(); ++i)
        if (a.choices[i].right != b.choices[i].right ||
            a.choices[i].text.plain() != b.choices[i].text.plain())
            return false;
    return !a.answer || (a.answer->word == b.answer->word && a.answer->number == b.answer->number);
}

} // namespace

QuestionView::QuestionView(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "card");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 12, 14, 14);
    layout->setSpacing(8);
    kind_ = new QLabel;
    kind_->setProperty("role", "section");
    text_ = richLabel();
    answers_ = new QWidget;
    answer_layout_ = new QVBoxLayout(answers_);
    answer_layout_->setContentsMargins(0, 0, 0, 0);
    answer_layout_->setSpacing(6);
    verdict_ = new QLabel;
    verdict_->setWordWrap(true);
    explanation_ = richLabel();
    solution_ = new QPushButton(tr("Show the answer"));
    solution_->setProperty("role", "link");
    connect(solution_, &QPushButton::clicked, this, &QuestionView::showSolution);
    for (QWidget* part : {static_cast<QWidget*>(kind_), static_cast<QWidget*>(text_), answers_,
                          static_cast<QWidget*>(verdict_), static_cast<QWidget*>(explanation_)})
        layout->addWidget(part);
    layout->addWidget(solution_, 0, Qt::AlignLeft);
}

void QuestionView::setQuestion(const LessonQuestion& question, const FilledQuestion& filled, bool answered) {
    question_ = question;
    filled_ = filled;
    answered_ = answered;
    n_wrong_ = 0;
    verdict_->clear();
    rebuildAnswers();
    if (answered)
        finish(filled.is_task ? tr("✓ Done before.") : tr("✓ Answered before."));
    showTexts();
}

void QuestionView::updateQuestion(const FilledQuestion& filled) {
    const bool same = sameAnswer(filled_, filled);
    filled_ = filled;
    if (!same && !filled.is_task) { // another text: another answer
        answered_ = false;
        n_wrong_ = 0;
        verdict_->clear();
        rebuildAnswers();
    }
    if (filled.is_task && filled.done && !answered_) {
        finish(tr("✓ Done."));
        emit answeredRight();
    }
    showTexts();
}

void QuestionView::rebuildAnswers() {
    qDeleteAll(answers_->findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
    while (QLayoutItem* item = answer_layout_->takeAt(0))
        delete item;
    choices_.clear();
    field_ = nullptr;
    check_ = nullptr;
    const bool words =
        filled_.choices.size() > 4 && std::ranges::all_of(filled_.choices, [](const FilledChoice& choice) {
            return choice.text.plain().size() <= kShortChoice;
        });
    QLayout* place = answer_layout_;
    if (words) {
        auto* beside = new QWidget;
        place = new FlowLayout(beside);
        place->setContentsMargins(0, 0, 0, 0);
        answer_layout_->addWidget(beside);
    }
    for (std::size_t i = 0; i < filled_.choices.size(); ++i) {
        auto* choice = new ChoiceButton(filled_.choices[i].text.plain());
        connect(choice, &QAbstractButton::clicked, this, [this, i] { choose(i); });
        choices_.push_back(choice);
        place->addWidget(choice);
    }
    if (!choices_.empty() || filled_.is_task || !filled_.answer)
        return;
    field_ = new QLineEdit;
    field_->setAccessibleName(tr("Your answer"));
    field_->setPlaceholderText(filled_.answer->is_word ? tr("a word") : tr("a number"));
    check_ = new QPushButton(tr("Check"));
    auto* line = new QHBoxLayout;
    line->addWidget(field_, 1);
    line->addWidget(check_);
    answer_layout_->addLayout(line);
    connect(field_, &QLineEdit::returnPressed, this, &QuestionView::checkField);
    connect(check_, &QPushButton::clicked, this, &QuestionView::checkField);
}

void QuestionView::showTexts() {
    const Theme& theme = themeOf(palette());
    const QFont font = themeFont(TextRole::Body);
    kind_->setText(filled_.is_task ? tr("Your turn") : tr("Question"));
    text_->setText(filledHtml(filled_.text, theme, font));
    if (!filled_.problem.isEmpty())
        verdict_->setText(tr("This text has no answer to it: %1.").arg(filled_.problem));
    verdict_->setVisible(!verdict_->text().isEmpty());
    explanation_->setText(filledHtml(filled_.explanation, theme, font));
    explanation_->setVisible(answered_ && !filled_.explanation.markdown.isEmpty());
    solution_->setVisible(!answered_ && n_wrong_ >= kTriesBeforeHelp && !filled_.is_task);
    answers_->setVisible(!filled_.is_task && filled_.problem.isEmpty());
}

void QuestionView::choose(std::size_t index) {
    if (answered_)
        return;
    if (filled_.choices[index].right) {
        finish(tr("✓ Right."));
        emit answeredRight();
    } else {
        choices_[index]->setMark(ChoiceButton::Mark::Wrong);
        ++n_wrong_;
        say(tr("✗ Not this one. Look again."));
    }
    showTexts();
}

void QuestionView::checkField() {
    if (answered_ || field_ == nullptr || field_->text().trimmed().isEmpty() || !filled_.answer)
        return;
    if (isRight(question_, *filled_.answer, field_->text().toStdString())) {
        finish(tr("✓ Right: %1").arg(QString::fromStdString(valueText(*filled_.answer))));
        emit answeredRight();
    } else {
        ++n_wrong_;
        say(tr("✗ Not quite. Look again."));
    }
    showTexts();
}

void QuestionView::showSolution() {
    if (answered_)
        return;
    const QString right =
        filled_.answer && choices_.empty() ? QString::fromStdString(valueText(*filled_.answer)) : QString();
    finish(right.isEmpty() ? tr("The answer is marked.") : tr("It is %1.").arg(right));
    emit answeredRight();
    showTexts();
}

/// Marks what is right and lets nothing more be chosen.
void QuestionView::finish(const QString& verdict) {
    answered_ = true;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        if (filled_.choices[i].right)
            choices_[i]->setMark(ChoiceButton::Mark::Right);
        choices_[i]->setCursor(Qt::ArrowCursor);
    }
    if (field_ != nullptr) {
        field_->setReadOnly(true);
        check_->setEnabled(false);
        if (filled_.answer && field_->text().isEmpty())
            field_->setText(QString::fromStdString(valueText(*filled_.answer)));
    }
    say(verdict);
}

void QuestionView::say(const QString& verdict) {
    verdict_->setText(verdict);
    verdict_->setAccessibleName(verdict);
}

QString QuestionView::verdict() const {
    return verdict_->text();
}

QString QuestionView::explanation() const {
    return answered_ ? filled_.explanation.plain() : QString();
}

void QuestionView::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        showTexts();
}

} // namespace headlight::ui
