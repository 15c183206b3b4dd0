// What the model made of every position of a text: how sure it was, and how it ranked what is really there.
#pragma once

#include "core/generate/predictions.h"
#include "ui/document/run_snapshot.h"
#include "ui/jobs/job_runner.h"

#include <QObject>

namespace headlight::ui {

/// One row of the output stack: what it predicts, against the token that comes next (masked language models:
/// that stands there).
struct PositionStatistics {
    TokenId actual = -1;  ///< -1: nothing is known to come (the end of a text), or the place is masked
    double entropy = 0.0; ///< of the prediction, nats
    double log_probability = 0.0; ///< of `actual`
    std::size_t rank = 0;         ///< of `actual`, from 0
    std::vector<Candidate> top;   ///< most probable first
};

struct TextStatistics {
    static constexpr std::size_t kTop = 10;
    SnapshotPtr snapshot;
    std::vector<PositionStatistics>
        rows;                  ///< one a row of the output stack; none where the model predicts no tokens
    std::size_t n_counted = 0; ///< rows with an actual token
    double mean_entropy = 0.0; ///< over all rows, nats
    /// exp of the mean of -log_probability over the counted rows; 0 where there is none, and for masked
    /// language models, which see what they rank.
    double perplexity = 0.0;
};
using TextStatisticsPtr = std::shared_ptr<const TextStatistics>;

/// The token a row of the output stack is compared with: what comes next, or for masked language models what
/// stands there. -1: there is none, the place is masked, or the token is none of the text's ([CLS], [SEP]).
[[nodiscard]] TokenId actualAt(const RunSnapshot& snapshot, std::size_t row);

/// Looks at all rows, sixteen at a time. Rows of `before` whose text up to there is the same are taken over.
/// For the worker thread.
[[nodiscard]] Result<TextStatisticsPtr>
textStatistics(const SnapshotPtr& snapshot, const TextStatisticsPtr& before, const RunControl& control = {});

/// Computes them in a worker for whoever asks; all views share one.
class StatisticsSource : public QObject {
    Q_OBJECT
public:
    explicit StatisticsSource(QObject* parent = nullptr);
    void request(const SnapshotPtr& snapshot);
    /// Ends what is being computed; the next request begins anew.
    void stop();
    /// Of the snapshot asked for last, or of one before it while that is computed; null: none yet.
    [[nodiscard]] const TextStatisticsPtr& statistics() const { return statistics_; }
    [[nodiscard]] JobRunner* runner() { return &runner_; }

signals:
    void changed();

private:
    JobRunner runner_;
    SnapshotPtr asked_;
    TextStatisticsPtr statistics_;
};

} // namespace headlight::ui
