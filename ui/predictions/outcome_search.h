// Finds a word among ranked outcomes: a field, and what was found.
#pragma once

#include "ui/jobs/job_runner.h"
#include "ui/predictions/ranked_outcomes.h"

#include <QWidget>

#include <optional>
#include <vector>

class QLabel;
class QLineEdit;

namespace headlight::ui {

/// Looks in a job while one types; the newest word wins.
class OutcomeSearch : public QWidget {
    Q_OBJECT
public:
    explicit OutcomeSearch(QWidget* parent = nullptr);

    [[nodiscard]] QLineEdit* edit() const { return edit_; }
    [[nodiscard]] QLabel* foundLabel() const { return found_; }
    /// Where to look; the word in the field is looked for there. Null: nowhere for now.
    void setOutcomes(const RankedOutcomesPtr& outcomes);

signals:
    /// Ranks of the outcomes that contain the word, the word itself first; nothing: nothing is looked for.
    void found(const std::optional<std::vector<std::size_t>>& ranks);

private:
    void search();
    void showFound(const QString& word, const std::vector<std::size_t>& ranks);

    RankedOutcomesPtr outcomes_;
    JobRunner runner_;
    QLineEdit* edit_;
    QLabel* found_;
};

} // namespace headlight::ui
