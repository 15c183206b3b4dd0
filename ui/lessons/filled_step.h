// A lesson's step with the numbers of the run on the screen filled in: all a panel or a page needs to show
// it.
#pragma once

#include "core/lessons/evaluate.h"
#include "ui/document/run_snapshot.h"

#include <QString>
#include <QStringList>

#include <vector>

class QFont;
class QTextDocument;

namespace headlight::ui {

struct Theme;

/// Markdown with a sign (U+E000 + i) where value i stands, so that no value is taken for Markdown.
struct FilledText {
    enum class Ink { Plain, Query, Key };
    struct Value {
        QString text;
        Ink ink = Ink::Plain;
        QString problem; ///< why there is none, else empty
    };
    QString markdown;
    std::vector<Value> values;
    [[nodiscard]] QString plain() const; ///< without marks, values in their places
};

struct FilledChoice {
    FilledText text;
    bool right = false;
};

struct FilledQuestion {
    FilledText text;
    FilledText explanation;
    std::vector<FilledChoice> choices; ///< those of the lesson, or words of the run one of which is right;
                                       ///< empty: something is typed
    std::optional<LessonValue> answer; ///< nothing where `choices` or `done` decide
    QString problem;                   ///< why this run has no answer, else empty
    bool is_task = false;
    bool done = false;
};

struct FilledStep {
    LessonPlace place;
    QString place_problem; ///< what of head and tokens this run does not have, else empty
    FilledText text;
    std::optional<FilledQuestion> question;
};

/// What a lesson reads of a snapshot.
[[nodiscard]] LessonRun lessonRunOf(const RunSnapshot& snapshot);
/// What the window adds to a step.
struct LessonWindow {
    LessonPlace here;            ///< the selection
    std::vector<Change> changes; ///< made inside the model; empty: those of the step
};
/// Reads all values; for a worker thread. Errors: cancelled.
[[nodiscard]] Result<FilledStep> fillStep(const Lesson& lesson, std::size_t index, LessonRun run,
                                          const LessonWindow& window, const RunControl& control = {});

/// Replaces what `document` shows by the text, values in bold and words in the colour of their role.
void setFilledText(QTextDocument& document, const FilledText& text, const Theme& theme, const QFont& font);
/// The same as rich text for a label.
[[nodiscard]] QString filledHtml(const FilledText& text, const Theme& theme, const QFont& font);

} // namespace headlight::ui
