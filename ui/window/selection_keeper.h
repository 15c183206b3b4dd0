// Keeps the shared selection inside what there is: a new run or another group never leaves it pointing at nothing.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"

#include <QObject>

namespace headlight::ui {

/// On a new run the query stays where it was (or at the end, if it was there), and its strongest key is chosen.
class SelectionKeeper : public QObject {
    Q_OBJECT
public:
    /// Both must outlive the keeper.
    SelectionKeeper(Document* document, Selection* selection, QObject* parent = nullptr);

private:
    void followSnapshot();
    void followHead();
    void keepHeadInside(const RunSnapshot& snapshot);
    void choosePair(const RunSnapshot& snapshot, std::optional<std::size_t> query);

    Document* document_;
    Selection* selection_;
    const Model* model_ = nullptr;       ///< of the last run; only compared, never used
    AttentionKind kind_ = AttentionKind::Cross;
    std::size_t n_queries_ = 0;          ///< of the last run
};

/// The head shown first: the cross head with the clearest alignment, in a decoder's text that repeats itself a clear
/// induction head, else the last layer's first head.
[[nodiscard]] HeadAddress firstHead(const RunSnapshot& snapshot);
/// The row shown first: the second step of a translation, the end of a text to continue, a mask to fill.
[[nodiscard]] std::size_t firstQuery(const RunSnapshot& snapshot, AttentionKind kind);

} // namespace headlight::ui
