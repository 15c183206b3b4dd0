// What the model predicts at the selected position: the next word, the word under a mask, or classes.
#pragma once

#include "ui/document/document.h"
#include "ui/document/predictions.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace headlight::ui {

class BarList;

/// Hidden where there is nothing to predict. A click on a word that could have been written takes it.
class PredictionCard : public QWidget {
    Q_OBJECT
public:
    /// `document` must outlive the card.
    explicit PredictionCard(Document* document, QWidget* parent = nullptr);

    /// `query` is a row of attention `kind`; `snapshot` null: nothing to predict.
    void ask(const SnapshotPtr& snapshot, AttentionKind kind, std::optional<std::size_t> query);
    [[nodiscard]] BarList* list() const { return list_; }
    /// Height with all rows, shown or not, so that the parts around do not move when predictions come.
    [[nodiscard]] int fullHeight() const;

signals:
    /// A click on "n more": show them all.
    void vocabularyRequested();

private:
    void chooseWord(int row);
    void showPredictions();

    Document* document_;
    PredictionSource predictions_;
    QLabel* title_ = nullptr;
    BarList* list_ = nullptr;
};

} // namespace headlight::ui
