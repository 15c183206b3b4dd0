// The selected pair: who looks at whom, and the arithmetic from query and key to score and weight.
#pragma once

#include "ui/document/run_snapshot.h"

#include <QWidget>

class QFrame;
class QLabel;

namespace headlight::ui {

class FormulaView;
class ProductBars;

class PairCard : public QWidget {
    Q_OBJECT
public:
    explicit PairCard(QWidget* parent = nullptr);

    /// The address and both tokens are inside the snapshot's trace.
    void showPair(const RunSnapshot& snapshot, const HeadAddress& head, std::size_t query, std::size_t key);
    void clear();
    /// "chat → cat", or empty while nothing is selected.
    [[nodiscard]] QString title() const { return title_text_; }

private:
    QString title_text_;
    QLabel* title_ = nullptr;
    QLabel* note_ = nullptr;
    FormulaView* formulas_ = nullptr;
    ProductBars* products_ = nullptr;
    QLabel* products_caption_ = nullptr;
};

} // namespace headlight::ui
