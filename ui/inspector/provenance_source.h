// Asks for numbers and where they come from, away from the GUI thread; the newest question wins.
#pragma once

#include "core/analysis/provenance/provenance.h"
#include "ui/document/run_snapshot.h"
#include "ui/jobs/job_runner.h"

#include <QObject>
#include <QTimer>

namespace headlight::ui {

/// What the overview of a pair says beyond the trace's own numbers.
struct PairCheck {
    std::size_t query = 0;
    std::size_t key = 0;
    TracedNumber weight;
    std::optional<double> contribution; ///< |weight * value * W_O|; nothing where weights cannot be read
    double share = 0.0;                 ///< of the row's contributions
};

class ProvenanceSource : public QObject {
    Q_OBJECT
public:
    explicit ProvenanceSource(QObject* parent = nullptr);

    /// The head all questions are about; null: none. Answers to earlier ones are dropped when it changes.
    void setHead(const SnapshotPtr& snapshot, const HeadAddress& head);
    void requestNode(const NodeId& id);
    /// A moment later, so that a mouse on its way over a map starts nothing.
    void requestCheck(std::size_t query, std::size_t key);
    [[nodiscard]] JobRunner* nodeRunner() { return &node_runner_; }

signals:
    void nodeReady(const headlight::ProvenanceNode& node);
    void nodeFailed(const headlight::Error& error);
    void checkReady(const headlight::ui::PairCheck& check);

private:
    /// Made in the first job that needs it and kept for the next; shared by both kinds of jobs.
    struct Holder;
    void startCheck();

    std::shared_ptr<Holder> holder_;
    JobRunner node_runner_;
    JobRunner check_runner_;
    QTimer check_timer_;
    NodeId wanted_check_;
};

} // namespace headlight::ui
