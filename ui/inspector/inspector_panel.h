// The numbers of what is selected: the pair's arithmetic, the softmax of its row, what the position predicts.
#pragma once

#include "ui/document/document.h"
#include "ui/document/predictions.h"
#include "ui/inspector/pair_numbers.h"
#include "ui/selection/selection.h"

#include <QFrame>
#include <QTimer>

class QLabel;
class QVBoxLayout;

namespace headlight::ui {

class BarList;
class FormulaView;
class ProductBars;

/// Every number comes from the trace of the document's snapshot. Hovering a row of the softmax hovers that token everywhere.
class InspectorPanel : public QFrame {
    Q_OBJECT
public:
    /// Both must outlive the panel.
    InspectorPanel(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] BarList* softmaxList() const { return softmax_list_; }
    [[nodiscard]] BarList* predictionList() const { return prediction_list_; }
    /// "chat → cat", or empty while nothing is selected.
    [[nodiscard]] QString pairTitle() const { return pair_title_text_; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    QFrame* addCard(QVBoxLayout* layout);
    void refresh();
    void showPair(const RunSnapshot& snapshot, std::size_t query, std::size_t key);
    void showSoftmax(const RunSnapshot& snapshot, std::size_t query, std::optional<std::size_t> key);
    void chooseWord(int row);
    void askPredictions(const SnapshotPtr& snapshot, std::optional<std::size_t> query);
    void showPredictions();
    [[nodiscard]] std::size_t softmaxRoom() const;
    void chooseKey(int list_row, bool pin);

    Document* document_;
    Selection* selection_;
    PredictionSource predictions_;
    QTimer refresh_timer_;
    QString pair_title_text_;
    std::vector<std::size_t> softmax_keys_; ///< key token of each softmax row shown

    QLabel* empty_label_ = nullptr;
    QLabel* pair_title_ = nullptr;
    QLabel* pair_note_ = nullptr;
    QFrame* pair_card_ = nullptr;
    FormulaView* formulas_ = nullptr;
    ProductBars* products_ = nullptr;
    QLabel* products_caption_ = nullptr;
    QLabel* softmax_title_ = nullptr;
    QFrame* softmax_card_ = nullptr;
    BarList* softmax_list_ = nullptr;
    QLabel* prediction_title_ = nullptr;
    QFrame* prediction_card_ = nullptr;
    BarList* prediction_list_ = nullptr;
};

} // namespace headlight::ui
