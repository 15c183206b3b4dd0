#include "ui/lessons/lesson_panel.h"

#include "ui/lessons/lesson_browser.h"
#include "ui/lessons/lesson_progress.h"
#include "ui/lessons/question_view.h"
#include "ui/lessons/step_dots.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

QPushButton* linkButton(const QString& text, const QString& tool_tip) {
    auto* button = new QPushButton(text);
    button->setProperty("role", "link");
    button->setToolTip(tool_tip);
    return button;
}

QLabel* wrappedLabel(const char* role) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    if (role != nullptr)
        label->setProperty("role", role);
    return label;
}

} // namespace

QString stepKindText(LessonStepKind kind) {
    switch (kind) {
    case LessonStepKind::Look:
        return LessonPanel::tr("Look");
    case LessonStepKind::Predict:
        return LessonPanel::tr("Predict");
    case LessonStepKind::Try:
        return LessonPanel::tr("Try");
    case LessonStepKind::Reveal:
        break;
    }
    return LessonPanel::tr("Reveal");
}

LessonPanel::LessonPanel(LessonPlayer* player, QWidget* parent)
    : QFrame(parent)
    , player_(player) {
    setProperty("role", "right");
    setAccessibleName(tr("Lessons"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 12, 12);
    stack_ = new QStackedWidget;
    stack_->addWidget(buildBrowser());
    stack_->addWidget(buildStep());
    layout->addWidget(stack_);
    connect(player_, &LessonPlayer::lessonChanged, this, &LessonPanel::followLesson);
    connect(player_, &LessonPlayer::stepChanged, this, &LessonPanel::followStep);
    connect(player_, &LessonPlayer::filledChanged, this, &LessonPanel::followFilled);
    connect(browser_, &LessonBrowser::lessonChosen, this,
            [this](const std::shared_ptr<const Lesson>& lesson) {
                player_->start(lesson, LessonProgress::nextStep(*lesson));
            });
}

QWidget* LessonPanel::buildBrowser() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto* line = new QHBoxLayout;
    auto* title = new QLabel(tr("Lessons"));
    title->setProperty("role", "title");
    auto* close = linkButton(tr("Close"), tr("Back to the numbers of the selection"));
    connect(close, &QPushButton::clicked, this, &LessonPanel::closeRequested);
    line->addWidget(title, 1);
    line->addWidget(close);
    browser_ = new LessonBrowser;
    layout->addLayout(line);
    layout->addWidget(browser_, 1);
    return page;
}

QWidget* LessonPanel::buildStep() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    title_ = wrappedLabel("section");
    auto* leave = linkButton(tr("Leave"), tr("Gives back what was in the window before the lesson"));
    leave->setObjectName(QStringLiteral("leaveLesson"));
    connect(leave, &QPushButton::clicked, player_, &LessonPlayer::leave);
    print_ = linkButton(tr("PDF…"),
                        tr("The whole lesson with the figures of the sentence on the screen, to print"));
    connect(print_, &QPushButton::clicked, this, &LessonPanel::printRequested);
    auto* line = new QHBoxLayout;
    line->addWidget(title_, 1);
    line->addWidget(print_);
    line->addWidget(leave);
    dots_ = new StepDots;
    connect(dots_, &StepDots::stepChosen, this,
            [this](int step) { player_->goTo(static_cast<std::size_t>(step)); });
    scroll_ = new QScrollArea;
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget;
    auto* inside = new QVBoxLayout(content);
    inside->setContentsMargins(0, 0, 6, 0);
    inside->setSpacing(10);
    heading_ = wrappedLabel("title");
    text_ = wrappedLabel(nullptr);
    text_->setTextFormat(Qt::RichText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    question_ = new QuestionView;
    connect(question_, &QuestionView::answeredRight, this, [this] {
        player_->noteAnswered();
        followText();
    });
    note_ = wrappedLabel("caption");
    lesson_text_ = linkButton(
        tr("Use the lesson's sentence"),
        tr("The text tells of this sentence; numbers and answers follow whatever stands in the window"));
    connect(lesson_text_, &QPushButton::clicked, player_, &LessonPlayer::useLessonText);
    own_text_ = linkButton(tr("Use my own sentence"), tr("What was in the window before the lesson"));
    connect(own_text_, &QPushButton::clicked, player_, &LessonPlayer::useTextBefore);
    for (QWidget* part : {static_cast<QWidget*>(heading_), static_cast<QWidget*>(text_),
                          static_cast<QWidget*>(question_), static_cast<QWidget*>(note_)})
        inside->addWidget(part);
    inside->addWidget(lesson_text_, 0, Qt::AlignLeft);
    inside->addWidget(own_text_, 0, Qt::AlignLeft);
    inside->addStretch(1);
    scroll_->setWidget(content);
    layout->addLayout(line);
    layout->addWidget(dots_);
    layout->addWidget(scroll_, 1);
    layout->addLayout(buildNavigation());
    return page;
}

QLayout* LessonPanel::buildNavigation() {
    auto* line = new QHBoxLayout;
    back_ = new QPushButton(tr("Back"));
    back_->setToolTip(tr("The step before (Page Up)"));
    next_ = new QPushButton(tr("Next"));
    next_->setToolTip(tr("The next step (Page Down)"));
    again_ = linkButton(tr("Show me"),
                        tr("Sets page, head and words of this step again, after you looked around"));
    connect(back_, &QPushButton::clicked, player_, &LessonPlayer::back);
    connect(next_, &QPushButton::clicked, this, &LessonPanel::goNext);
    connect(again_, &QPushButton::clicked, player_, &LessonPlayer::showAgain);
    line->addWidget(back_);
    line->addWidget(again_);
    line->addStretch(1);
    line->addWidget(next_);
    return line;
}

void LessonPanel::goNext() {
    if (player_->atEnd())
        player_->leave();
    else
        player_->next();
}

void LessonPanel::followLesson() {
    stack_->setCurrentIndex(player_->lesson() ? 1 : 0);
    if (player_->lesson())
        next_->setFocus();
    if (!player_->lesson())
        browser_->refresh(); // progress has changed
}

void LessonPanel::followStep() {
    const Lesson& lesson = *player_->lesson();
    const LessonStep& step = player_->currentStep();
    new_step_ = true;
    heading_->setText(QString::fromStdString(step.title));
    title_->setText(tr("%1 · %2").arg(QString::fromStdString(lesson.title), stepKindText(step.kind)));
    text_->setText(tr("…"));
    question_->hide();
    scroll_->verticalScrollBar()->setValue(0);
    back_->setEnabled(player_->step() > 0);
    next_->setText(player_->atEnd() ? tr("Finish") : tr("Next"));
    followText();
}

void LessonPanel::followFilled() {
    const FilledStep& filled = *player_->filled();
    text_->setText(filledHtml(filled.text, themeOf(palette()), themeFont(TextRole::Body)));
    if (filled.question) {
        if (new_step_)
            question_->setQuestion(*player_->currentStep().question, *filled.question,
                                   LessonProgress::isDone(*player_->lesson(), player_->step()));
        else
            question_->updateQuestion(*filled.question);
        question_->show();
    }
    new_step_ = false;
    followText();
}

/// What depends on whose sentence it is, and on what is done.
void LessonPanel::followText() {
    const std::shared_ptr<const Lesson>& lesson = player_->lesson();
    if (!lesson)
        return;
    const bool own = player_->hasOwnText();
    QStringList notes;
    if (own)
        notes << tr("Numbers and answers are those of your own sentence.");
    if (player_->filled() && !player_->filled()->place_problem.isEmpty())
        notes << tr("Not all of this step is in it: %1.").arg(player_->filled()->place_problem);
    note_->setText(notes.join(QLatin1Char(' ')));
    note_->setVisible(!notes.isEmpty());
    lesson_text_->setVisible(own);
    own_text_->setVisible(!own && !player_->textBefore().isEmpty());
    QStringList titles;
    std::vector<bool> done;
    for (std::size_t i = 0; i < lesson->steps.size(); ++i) {
        titles << QString::fromStdString(lesson->steps[i].title);
        done.push_back(LessonProgress::isDone(*lesson, i));
    }
    dots_->setSteps(titles, done, static_cast<int>(player_->step()));
}

void LessonPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) &&
        player_->lesson() && player_->filled())
        text_->setText(filledHtml(player_->filled()->text, themeOf(palette()), themeFont(TextRole::Body)));
}

} // namespace headlight::ui
