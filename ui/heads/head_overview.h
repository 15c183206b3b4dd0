// What is known of all heads of one attention, and which of them are shown in which order.
#pragma once

#include "core/analysis/head_order.h"
#include "ui/jobs/job_runner.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace headlight::ui {

/// What is measured. `trace` is null while there is nothing.
struct OverviewRun {
    std::shared_ptr<const Trace> trace;
    AttentionKind kind = AttentionKind::EncoderSelf;
    MeasureInput input = {};
};

/// Shared by the panel of heads, the page of heads and the table. Heads are measured in a job that a new run cancels: at once
/// where an order or a view needs the numbers, else when nothing else has happened for a moment and the text is not long.
/// Numbers arrive as they are measured; the order follows when all are there, or now and then while that takes long.
class HeadOverview : public QObject {
    Q_OBJECT
public:
    explicit HeadOverview(QObject* parent = nullptr);

    [[nodiscard]] const OverviewRun& run() const { return run_; }
    /// All that is known; heads not measured yet have nothing. Sizes are those of the run.
    [[nodiscard]] const HeadTable& table() const { return table_; }
    [[nodiscard]] const HeadOrder& order() const { return order_; }
    /// order() without what this kind of attention or this model does not have (a measure, a role, layers).
    [[nodiscard]] HeadOrder effectiveOrder() const;
    /// In the order to be shown.
    [[nodiscard]] const std::vector<HeadAddress>& shown() const { return shown_; }
    [[nodiscard]] bool measuring() const { return runner_.running(); }
    [[nodiscard]] double progress() const { return progress_; } ///< 0..1, of what is being measured
    [[nodiscard]] JobRunner* runner() { return &runner_; }
    /// "24 heads", "12 of 144 heads", "12 of 144 heads · measuring 40 %".
    [[nodiscard]] QString countText() const;

    /// A view that shows numbers counts as one that wants them, as long as it is shown.
    void want(const QObject* who, bool wanted);
    /// Heads to measure before the others, from the next start on.
    void setInSight(std::vector<HeadAddress> heads) { in_sight_ = std::move(heads); }

public slots:
    void setRun(const headlight::ui::OverviewRun& run);
    void setOrder(const headlight::HeadOrder& order);
    void resetOrder() { setOrder({}); }
    /// Stops measuring; what is there stays, and another order or view starts again.
    void stop();

signals:
    /// Settings changed: sort, direction or a filter.
    void orderChanged();
    /// Other heads, or the same in another order.
    void shownChanged();
    /// New numbers.
    void tableChanged();
    /// Measuring began, went on or ended.
    void progressChanged();

private:
    struct Stream;
    void consider(); ///< starts measuring now, soon or not at all
    void start();
    void drain();
    void finish(Result<HeadTable> result);
    void arrange();
    [[nodiscard]] bool wanted() const;

    OverviewRun run_;
    HeadTable table_;
    std::array<HeadTable, 3> measured_; ///< complete tables of this trace, one a kind
    HeadOrder order_;
    std::vector<HeadAddress> shown_;
    std::vector<HeadAddress> in_sight_;
    std::vector<const QObject*> wanted_by_;
    std::shared_ptr<Stream> stream_;    ///< of the job that runs
    double progress_ = 0.0;
    QTimer idle_;                       ///< until what nobody waits for is measured
    QTimer rearrange_;                  ///< between two orders of numbers that are still arriving
    JobRunner runner_;                  ///< last: its job must be told to stop before the rest goes
};

/// "0.83", "12.4", "—": a measure as the pictures and the table show it.
[[nodiscard]] QString measureText(HeadMeasure measure, const std::optional<double>& value);
[[nodiscard]] QString measureName(HeadMeasure measure);
/// The sentence, what an even spread gives where that says something, and who uses the measure.
[[nodiscard]] QString measureExplained(HeadMeasure measure);
[[nodiscard]] QString roleName(HeadRole role);
[[nodiscard]] QString roleExplained(HeadRole role);

/// Role and measures of one head in words, for previews: name and value a line; empty while it is not measured.
[[nodiscard]] std::vector<std::pair<QString, QString>> headFacts(const HeadTable& table, const HeadAddress& head);

/// "3.5": layer and head counted from 1.
[[nodiscard]] QString headLabel(const HeadAddress& head);

} // namespace headlight::ui
