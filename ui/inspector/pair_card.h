// The selected pair: who looks at whom, at a glance, or one of its numbers opened.
#pragma once

#include "ui/inspector/provenance_source.h"
#include "ui/inspector/step_texts.h"

#include <QWidget>

class QLabel;

namespace headlight::ui {

class PairOverview;
class StepView;

class PairCard : public QWidget {
    Q_OBJECT
public:
    explicit PairCard(QWidget* parent = nullptr);

    /// The address and both tokens are inside the snapshot's trace.
    void showPair(const SnapshotPtr& snapshot, const HeadAddress& head, std::size_t query, std::size_t key);
    void clear();
    /// "chat → cat", or empty while nothing is selected.
    [[nodiscard]] QString title() const { return title_text_; }
    /// Whether a number is open: the card then takes the room it gets.
    [[nodiscard]] bool isStepOpen() const;
    [[nodiscard]] PairOverview* overview() const { return overview_; }
    [[nodiscard]] StepView* steps() const { return steps_; }

public slots:
    void openStep(const headlight::NodeId& id);

signals:
    void stepOpened(bool open);

private:
    [[nodiscard]] StepContext context() const;

    SnapshotPtr snapshot_;
    HeadAddress head_;
    std::size_t query_ = 0;
    std::size_t key_ = 0;
    ProvenanceSource source_;
    QString title_text_;
    QLabel* title_ = nullptr;
    QLabel* note_ = nullptr;
    PairOverview* overview_ = nullptr;
    StepView* steps_ = nullptr;
};

} // namespace headlight::ui
