// Everything a position could give, the most probable first: the whole vocabulary, or a classifier's classes.
#pragma once

#include "ui/document/run_snapshot.h"
#include "ui/jobs/job_runner.h"

#include <QObject>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// Readable words by id; of classes their names. Made once a model.
struct OutcomeWords {
    const Model* model = nullptr; ///< only compared
    std::vector<QString> words;
};

struct RankedOutcomes {
    SnapshotPtr snapshot;
    std::size_t row = 0;               ///< of the output stack; 0 for classes of a whole text
    std::vector<TokenId> order;        ///< id by rank
    std::vector<float> logits;         ///< by id
    std::vector<double> probabilities; ///< by rank; empty where the logits are values (regression)
    std::vector<double> cumulative;    ///< by rank; empty where the probabilities do not add up to 1
    double entropy = 0.0;              ///< nats; of what adds up to 1
    std::optional<std::size_t>
        actual;         ///< rank of the token that is there next (masked language models: there)
    bool tokens = true; ///< false: classes
    std::shared_ptr<const OutcomeWords> words;

    [[nodiscard]] std::size_t size() const { return order.size(); }
    [[nodiscard]] const QString& word(std::size_t rank) const {
        return words->words[static_cast<std::size_t>(order[rank])];
    }
    /// Ranks whose word contains `text`, in any case; at most `most`, the most probable first.
    [[nodiscard]] std::vector<std::size_t> find(const QString& text, std::size_t most) const;
    /// The most probable outcome that is this word, case first; nothing: none is.
    [[nodiscard]] std::optional<std::size_t> rankOfWord(const QString& word) const;
};
using RankedOutcomesPtr = std::shared_ptr<const RankedOutcomes>;

/// A softmax in double precision over all logits of a row, and a sort. `words` of the same model are taken
/// over. For the worker thread.
[[nodiscard]] Result<RankedOutcomesPtr> rankOutcomes(const SnapshotPtr& snapshot, std::size_t row,
                                                     std::shared_ptr<const OutcomeWords> words,
                                                     const RunControl& control = {});

/// The newest question wins.
class OutcomeSource : public QObject {
    Q_OBJECT
public:
    explicit OutcomeSource(QObject* parent = nullptr);
    void request(const SnapshotPtr& snapshot, std::size_t row);
    void clear();
    [[nodiscard]] const RankedOutcomesPtr& outcomes() const { return outcomes_; }
    [[nodiscard]] JobRunner* runner() { return &runner_; }

signals:
    void changed();

private:
    JobRunner runner_;
    SnapshotPtr asked_;
    std::size_t asked_row_ = 0;
    RankedOutcomesPtr outcomes_;
};

} // namespace headlight::ui
