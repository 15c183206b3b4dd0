// The numbers of what is selected: the pair's arithmetic, the softmax of its row, what the position predicts.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"

#include <QFrame>
#include <QTimer>

class QLabel;
class QVBoxLayout;

namespace headlight::ui {

class BarList;
class PairCard;
class PredictionCard;
class SoftmaxCard;

/// A column of cards, one file each. Every number comes from the trace of the document's snapshot. Hovering a
/// row of the softmax hovers that token everywhere.
class InspectorPanel : public QFrame {
    Q_OBJECT
public:
    /// Both must outlive the panel.
    InspectorPanel(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] BarList* softmaxList() const;
    [[nodiscard]] BarList* predictionList() const;
    /// "chat → cat", or empty while nothing is selected.
    [[nodiscard]] QString pairTitle() const;
    [[nodiscard]] PairCard* pairCard() const { return pair_; }

public slots:
    /// A line above the numbers that says what they are of; empty: none.
    void setNote(const QString& note);

signals:
    /// All predictions, not the few there is room for here.
    void vocabularyRequested();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    void refresh();
    [[nodiscard]] std::size_t softmaxRoom() const;

    Document* document_;
    Selection* selection_;
    QTimer refresh_timer_;
    QVBoxLayout* stretch_ = nullptr; ///< of the cards; an open number gets what is left
    QLabel* note_ = nullptr;
    QLabel* empty_label_ = nullptr;
    PairCard* pair_ = nullptr;
    SoftmaxCard* softmax_ = nullptr;
    PredictionCard* prediction_ = nullptr;
};

} // namespace headlight::ui
