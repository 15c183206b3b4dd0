// The table of a ranked vocabulary, with columns that fit the type and the room.
#pragma once

#include "ui/predictions/outcome_model.h"

#include <QTableView>

namespace headlight::ui {

/// In a narrow table the words give way, in a wide one the bars of the probabilities grow. Columns that say
/// nothing of the outcomes are hidden.
class OutcomeView : public QTableView {
    Q_OBJECT
public:
    explicit OutcomeView(QWidget* parent = nullptr);

    [[nodiscard]] OutcomeModel* outcomeModel() const { return model_; }
    /// From the top again.
    void setOutcomes(const RankedOutcomesPtr& outcomes);
    /// Only these ranks, in this order; nothing: all.
    void setShown(std::optional<std::vector<std::size_t>> ranks);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void sizeColumns();

    OutcomeModel* model_;
};

} // namespace headlight::ui
