// The lesson beside the views: the list of lessons, or the step that is played.
#pragma once

#include "ui/lessons/lesson_player.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QVBoxLayout;

namespace headlight::ui {

class LessonBrowser;
class QuestionView;
class StepDots;

class LessonPanel : public QFrame {
    Q_OBJECT
public:
    /// `player` must outlive the panel.
    explicit LessonPanel(LessonPlayer* player, QWidget* parent = nullptr);

    [[nodiscard]] LessonBrowser* browser() const { return browser_; }
    [[nodiscard]] QuestionView* question() const { return question_; }
    [[nodiscard]] QLabel* text() const { return text_; }
    [[nodiscard]] QLabel* heading() const { return heading_; }
    [[nodiscard]] StepDots* dots() const { return dots_; }
    [[nodiscard]] QPushButton* nextButton() const { return next_; }
    [[nodiscard]] QPushButton* backButton() const { return back_; }
    [[nodiscard]] QPushButton* printButton() const { return print_; }

signals:
    void closeRequested();
    void printRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QWidget* buildBrowser();
    [[nodiscard]] QWidget* buildStep();
    [[nodiscard]] QLayout* buildNavigation();
    void followLesson();
    void followStep();
    void followFilled();
    void goNext();
    void followText();

    LessonPlayer* player_;
    bool new_step_ = true; ///< the question on show is not this step's yet
    QStackedWidget* stack_ = nullptr;
    LessonBrowser* browser_ = nullptr;
    QLabel* title_ = nullptr;
    StepDots* dots_ = nullptr;
    QScrollArea* scroll_ = nullptr;
    QLabel* heading_ = nullptr;
    QLabel* text_ = nullptr;
    QLabel* note_ = nullptr;
    QPushButton* lesson_text_ = nullptr;
    QPushButton* own_text_ = nullptr;
    QuestionView* question_ = nullptr;
    QPushButton* back_ = nullptr;
    QPushButton* next_ = nullptr;
    QPushButton* again_ = nullptr;
    QPushButton* print_ = nullptr;
};

/// "Predict · 2 of 6": what kind of step this is, in words.
[[nodiscard]] QString stepKindText(LessonStepKind kind);

} // namespace headlight::ui
