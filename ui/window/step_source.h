// The steps of the selected head, of the run as it is or of the changed one, computed while somebody looks.
#pragma once

#include "core/analysis/steps/steps.h"
#include "ui/changes/change_set.h"
#include "ui/selection/selection.h"

#include <QObject>

#include <memory>
#include <vector>

namespace headlight::ui {

/// What steps are of: a head of a run.
struct HeadSteps {
    std::shared_ptr<const std::vector<Step>> steps; ///< null: none
    SnapshotPtr snapshot;                           ///< the changed run where there is one and it is wanted
    HeadAddress head;
    ChangedRunPtr changed; ///< null: the run as it is

    [[nodiscard]] bool empty() const { return !steps || steps->empty(); }
};

class StepSource : public QObject {
    Q_OBJECT
public:
    /// All must outlive the source.
    StepSource(Document* document, ChangeSet* changes, Selection* selection, QObject* parent = nullptr);

    [[nodiscard]] const HeadSteps& shown() const { return shown_; }
    /// Steps are being computed.
    [[nodiscard]] bool pending() const { return runner_.running(); }
    /// Whether there is a changed run of the present text.
    [[nodiscard]] bool hasChangedRun() const;
    /// Whether one may still come.
    [[nodiscard]] bool awaitsChangedRun() const { return changes_->pending(); }
    /// What there is to say while there is nothing to show.
    [[nodiscard]] const QString& emptyText() const { return empty_text_; }

    /// Without the changes, though there are some.
    void setAsComputed(bool as_computed);
    [[nodiscard]] bool asComputed() const { return as_computed_; }
    /// Nothing is computed for nobody.
    void setWatched(bool watched);

signals:
    /// Other steps, or none.
    void stepsChanged();
    /// What is shown is what is wanted, whatever happened.
    void headKept();
    void changedRunChanged();

private:
    void follow();

    Document* document_;
    ChangeSet* changes_;
    Selection* selection_;
    JobRunner runner_;
    HeadSteps shown_;
    HeadSteps wanted_; ///< without steps: what they are, or will be, of
    QString empty_text_;
    bool as_computed_ = false;
    bool watched_ = false;
};

/// What a change does at a step, or did before: "changed here: score “chat” → “cat” = 5 (Cross · layer 2 ·
/// head 1), was 1.23".
[[nodiscard]] QString stepNoteText(const StepNote& note, const ChangedRun& run);

} // namespace headlight::ui
