// What comes of changes, as panels: predictions before and after, the word at every position, how far the
// residual stream moved.
#pragma once

#include "core/analysis/interventions/changed_run.h"
#include "ui/changes/change_set.h"
#include "ui/plots/panel.h"
#include "ui/predictions/ranked_outcomes.h"

#include <vector>

namespace headlight::ui {

/// One outcome at a row of the output stack, without and with the changes.
struct OutcomeShift {
    TokenId id = 0;
    QString word;
    double before = 0.0; ///< probability; for regressions the value
    double after = 0.0;
    std::size_t rank_before = 0; ///< from 0
    std::size_t rank_after = 0;
};

/// The most probable word at a row, without and with the changes.
struct PositionShift {
    std::size_t row = 0;
    QString word_before, word_after;
    double before = 0.0; ///< its probability
    double after = 0.0;
};

struct ChangeReport {
    ChangedRunPtr run;
    std::size_t row = 0;                ///< of the output stack
    std::vector<OutcomeShift> outcomes; ///< the most probable of either, by their probability after
    std::size_t first_row = 0;          ///< of `positions`
    std::vector<PositionShift>
        positions;                ///< rows around `row`; empty where nothing is predicted token by token
    Eigen::MatrixXd encoder_move; ///< residualMove(); empty without the stack
    Eigen::MatrixXd decoder_move;
    std::shared_ptr<const OutcomeWords> words; ///< for the next report of this model
};

/// For the worker. `words` of the same model are taken over; null: made.
[[nodiscard]] Result<ChangeReport> makeReport(const ChangedRunPtr& run, std::size_t row,
                                              std::shared_ptr<const OutcomeWords> words,
                                              const RunControl& control = {});

[[nodiscard]] std::vector<PlotPanel> changePanels(const ChangeReport& report);

/// A translation before and after, both written word by word.
[[nodiscard]] PlotPanel writingPanel(const QString& before, const QString& after);

/// "1 → 3 ↓": ranks from 0 are told from 1.
[[nodiscard]] QString rankText(std::size_t before, std::size_t after);

} // namespace headlight::ui
