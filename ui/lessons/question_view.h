// A step's question: choices, a field, or a task; says at once whether an answer is right.
#pragma once

#include "ui/lessons/filled_step.h"

#include <QFrame>

#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace headlight::ui {

class ChoiceButton;

class QuestionView : public QFrame {
    Q_OBJECT
public:
    explicit QuestionView(QWidget* parent = nullptr);

    /// Another question, not answered yet (`answered`: at another time, and its explanation stands below).
    void setQuestion(const LessonQuestion& question, const FilledQuestion& filled, bool answered);
    /// The same question with the numbers of a new run; what was answered stays unless the right answer is
    /// another one now.
    void updateQuestion(const FilledQuestion& filled);

    [[nodiscard]] bool answered() const { return answered_; }
    [[nodiscard]] const std::vector<ChoiceButton*>& choices() const { return choices_; }
    [[nodiscard]] QLineEdit* field() const { return field_; }
    [[nodiscard]] QPushButton* checkButton() const { return check_; }
    [[nodiscard]] QPushButton* solutionButton() const { return solution_; }
    [[nodiscard]] QString verdict() const;
    [[nodiscard]] QString explanation() const;

public slots:
    void checkField();
    void showSolution();

signals:
    /// The right answer was given (or shown), the task done.
    void answeredRight();

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuildAnswers();
    void showTexts();
    void choose(std::size_t index);
    void finish(const QString& verdict);
    void say(const QString& verdict);

    LessonQuestion question_;
    FilledQuestion filled_;
    bool answered_ = false;
    int n_wrong_ = 0;
    QLabel* kind_ = nullptr;
    QLabel* text_ = nullptr;
    QWidget* answers_ = nullptr;
    std::vector<ChoiceButton*> choices_;
    QLineEdit* field_ = nullptr;
    QPushButton* check_ = nullptr;
    QPushButton* solution_ = nullptr;
    QLabel* verdict_ = nullptr;
    QLabel* explanation_ = nullptr;
    QVBoxLayout* answer_layout_ = nullptr;
};

} // namespace headlight::ui
