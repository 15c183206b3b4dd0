// A text as it was made: one step a decoder row, with what could have been written there.
#pragma once

#include "ui/document/text_statistics.h"

#include <optional>
#include <vector>

namespace headlight::ui {

/// A word that could have come.
struct TimelineOption {
    TokenId id = 0;
    double probability = 0.0; ///< as the model gives it
    std::optional<double>
        choice; ///< among what penalties, temperature and cuts left; none: given words have no such
    bool chosen = false;
};

/// What one decoder row writes (or, of a text that is given, is followed by).
struct TimelineStep {
    std::optional<TokenId> word; ///< none: nothing has been written there yet
    std::size_t number = 0;      ///< generated words count from 1; 0: the word was given
    bool by_user = false;        ///< a person took it
    std::vector<TimelineOption>
        options; ///< most probable first, a chosen one below the others at the end; empty: not computed yet
    std::optional<double> surprise; ///< -ln p of the word, nats
    std::optional<double> entropy;  ///< of the prediction, nats
    std::size_t rank = 0;           ///< of the word, from 0; with `surprise`
};

/// steps[r] belongs to decoder row r.
struct Timeline {
    SnapshotPtr snapshot;
    std::vector<TimelineStep> steps;
    bool writing = false; ///< further steps are being made; rows behind the snapshot's have no trace yet
    [[nodiscard]] bool empty() const { return steps.empty(); }
};

/// All there is to know: steps of the snapshot, statistics where they are of this snapshot, and of a draft
/// its words in place of the snapshot's. At most `n_options` candidates a step, and the chosen one.
[[nodiscard]] Timeline makeTimeline(const SnapshotPtr& snapshot, const TextStatisticsPtr& statistics,
                                    const Draft* draft, std::size_t n_options);

/// What the bars say: how the words of this text were chosen, in a sentence or two.
[[nodiscard]] QString timelineNote(const RunSnapshot& snapshot);

} // namespace headlight::ui
