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

    /// Whether what the selection tells just now is the keeper's doing and nobody's choice.
    [[nodiscard]] bool adjusting() const { return adjusting_; }
    /// What a person selected: the selection's state, or what restore() was given while its run is not there yet.
    [[nodiscard]] SelectionState state() const { return wanted_.value_or(selection_->state()); }
    /// Brings a selection back, at once or with the run that is under way; what that run does not have is replaced as usual.
    void restore(const SelectionState& state);

private:
    void applyWanted(const RunSnapshot& snapshot);
    void followSnapshot();
    void followHead();
    void keepHeadInside(const RunSnapshot& snapshot);
    void choosePair(const RunSnapshot& snapshot, std::optional<std::size_t> query);

    Document* document_;
    Selection* selection_;
    const Model* model_ = nullptr;       ///< of the last run; only compared, never used
    AttentionKind kind_ = AttentionKind::Cross;
    std::size_t n_queries_ = 0;          ///< of the last run
    std::optional<SelectionState> wanted_; ///< for the run under way
    bool adjusting_ = false;
};

/// The head shown first: the cross head with the clearest alignment, in a decoder's text that repeats itself a clear
/// induction head, else the last layer's first head.
[[nodiscard]] HeadAddress firstHead(const RunSnapshot& snapshot);
/// The row shown first: the second step of a translation, the end of a text to continue, a mask to fill.
[[nodiscard]] std::size_t firstQuery(const RunSnapshot& snapshot, AttentionKind kind);

} // namespace headlight::ui
