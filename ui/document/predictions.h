// What a position of the model predicts: the next word, the word under a mask, or the classes of a text.
#pragma once

#include "ui/document/run_snapshot.h"
#include "ui/jobs/job_runner.h"

#include <QObject>

#include <optional>
#include <vector>

namespace headlight::ui {

struct Prediction {
    QString word;
    TokenId id = -1;          ///< of the vocabulary; -1: a class
    double probability = 0.0;
    std::optional<float> value; ///< instead of a probability: what a regression gives
    bool written = false;     ///< the one that was generated or stands in the text
};

/// The most probable outcomes at one row of the output stack (a classifier has one row for the whole text).
struct Predictions {
    SnapshotPtr snapshot;
    std::size_t row = 0;
    std::vector<Prediction> top; ///< most probable first
    double rest = 0.0;           ///< probability of all others together
    std::size_t n_rest = 0;      ///< how many others there are
};

/// Computes predictions in a worker from the trace's final hidden states; the newest question wins.
class PredictionSource : public QObject {
    Q_OBJECT
public:
    explicit PredictionSource(QObject* parent = nullptr);

    /// Rows of the output stack `snapshot` can predict at; a model without a head has none.
    [[nodiscard]] static std::size_t rowCount(const RunSnapshot& snapshot);
    void request(const SnapshotPtr& snapshot, std::size_t row);
    void clear();
    [[nodiscard]] const std::optional<Predictions>& predictions() const { return predictions_; }

signals:
    void changed();

private:
    JobRunner runner_;
    std::optional<Predictions> predictions_;
};

/// The same, computed here and now.
[[nodiscard]] Result<Predictions> predict(const SnapshotPtr& snapshot, std::size_t row, std::size_t n_top = 5);

} // namespace headlight::ui
