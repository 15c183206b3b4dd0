// Predictions of a position as a list, as files of numbers and as a figure.
#pragma once

#include "ui/export/figure_subject.h"
#include "ui/predictions/ranked_outcomes.h"
#include "ui/table/list_table.h"

namespace headlight::ui {

/// A row an outcome, the most probable first; only `ranks` where given. Columns are those of OutcomeModel
/// that say something about these outcomes.
[[nodiscard]] ListTable outcomeTable(const RankedOutcomesPtr& outcomes,
                                     std::optional<std::vector<std::size_t>> ranks = {});

/// CSV: the list. NPY: the logits by id [n_outcomes]. Safetensors: `id` and `logit`, and `probability` and
/// `cumulative` where there are such, by rank [n_outcomes] each. Errors: what the file system says,
/// cancelled.
[[nodiscard]] Result<void> writeOutcomes(const RankedOutcomesPtr& outcomes, FigureFormat format,
                                         const std::filesystem::path& path, const RunControl& control = {});

/// What a figure of outcomes shows.
struct OutcomeFigure {
    RankedOutcomesPtr outcomes;
    std::optional<std::vector<std::size_t>> ranks; ///< found by a search; nothing: all
    QString title;                                 ///< "Next word after “chat”, position 3"
    QString about;                                 ///< model and text, for the caption
    QString stem;                                  ///< of the file's name
};

/// The most probable ones with bars; numbers are those of all outcomes.
[[nodiscard]] FigureSubject outcomeSubject(const OutcomeFigure& figure);

} // namespace headlight::ui
