// Plays a lesson: sets what the window shows step by step, reads the numbers, and gives the learner's own
// work back at the end.
#pragma once

#include "ui/lessons/filled_step.h"
#include "ui/session/workbench.h"

#include <QObject>

#include <memory>
#include <optional>

namespace headlight::ui {

/// What the player works with; all must outlive it.
struct LessonStage {
    Workbench* workbench = nullptr;
    SelectionKeeper* keeper = nullptr;
    Selection* selection = nullptr;
};

class LessonPlayer : public QObject {
    Q_OBJECT
public:
    /// Views go back to the settings they have now whenever a step does not say otherwise: to be made when
    /// all parts have joined the workbench and nothing was changed yet.
    explicit LessonPlayer(const LessonStage& stage, QObject* parent = nullptr);

    /// Null while none is played.
    [[nodiscard]] const std::shared_ptr<const Lesson>& lesson() const { return lesson_; }
    [[nodiscard]] std::size_t step() const { return step_; }
    [[nodiscard]] const LessonStep& currentStep() const { return lesson_->steps[step_]; }
    [[nodiscard]] bool atEnd() const { return lesson_ && step_ + 1 == lesson_->steps.size(); }
    /// The step's texts on the run on the screen; nothing until that is there.
    [[nodiscard]] const std::optional<FilledStep>& filled() const { return filled_; }
    /// The window shows what the step is about, and its numbers are read.
    [[nodiscard]] bool ready() const { return lesson_ && !awaiting_ && filled_.has_value(); }
    /// Whether the text is the learner's instead of the lesson's.
    [[nodiscard]] bool hasOwnText() const;
    /// "en-fr · “The cat sleeps.”": what the numbers are of.
    [[nodiscard]] QString runText() const;
    /// What she had typed before the lesson; empty where that was an example.
    [[nodiscard]] QString textBefore() const;

public slots:
    void start(const std::shared_ptr<const headlight::Lesson>& lesson, std::size_t step = 0);
    void goTo(std::size_t step);
    /// The same for looking only: nothing counts as read.
    void visit(std::size_t step);
    void next();
    void back();
    /// Sets the step's state again, after somebody looked around; her own text stays.
    void showAgain();
    void useLessonText();
    /// The text from before the lesson, if there is one.
    void useTextBefore();
    /// The question of the present step was answered.
    void noteAnswered();
    /// Gives back what was in the window before.
    void leave();

signals:
    void lessonChanged();
    void stepChanged();
    void filledChanged();

private:
    void apply(bool with_lesson_text);
    void follow();
    void refill();
    void place();
    /// Those the window has on show.
    [[nodiscard]] std::vector<Change> changesInWindow() const;
    [[nodiscard]] session::WorkbenchState stateToShow(bool with_lesson_text) const;

    LessonStage stage_;
    JobRunner runner_;
    std::map<std::string, session::Json> defaults_;
    std::shared_ptr<const Lesson> lesson_;
    std::size_t step_ = 0;
    session::WorkbenchState before_;     ///< the lesson
    std::optional<QString> lesson_text_; ///< that the lesson put into the window
    bool awaiting_ = false;              ///< the run the step asks for
    std::optional<FilledStep> filled_;
    SnapshotPtr filled_of_;
};

} // namespace headlight::ui
