// What can be changed at a place: buttons and context menus offer the same.
#pragma once

#include "ui/changes/change_set.h"
#include "ui/selection/selection.h"

#include <QString>

#include <optional>
#include <vector>

class QMenu;

namespace headlight::ui {

/// One thing to change. Numbers begin with what they are, so that taking an offer changes nothing yet.
struct ChangeOffer {
    QString name;                 ///< on a button: "score"
    QString menu;                 ///< in a menu: "Change this score…"
    QString tool_tip;             ///< what it is, and where it cannot be had, why
    std::optional<Change> change; ///< nothing: it cannot be had here
    bool is_switch = false;       ///< on or off: taking it again takes it back
};

/// A cell's score, weight and mask. Without a pair, or outside the map: offers that say so.
[[nodiscard]] std::vector<ChangeOffer> cellOffers(const SnapshotPtr& snapshot, const HeadAddress& head,
                                                  const TokenPair& pair);
/// A head's scale, temperature and output; and the scale of its whole layer.
[[nodiscard]] std::vector<ChangeOffer> headOffers(const SnapshotPtr& snapshot, const HeadAddress& head);
/// A word's place: swapped with the next, moved.
[[nodiscard]] std::vector<ChangeOffer> wordOffers(const SnapshotPtr& snapshot, StackKind stack,
                                                  std::optional<std::size_t> token);
/// All positions off.
[[nodiscard]] ChangeOffer positionsOffer(const SnapshotPtr& snapshot);

/// Takes an offer: a new change, or the one that is there already is shown; switches go on and off.
void takeOffer(ChangeSet& set, const ChangeOffer& offer);

/// Actions for offers, those that are switched on checked. The set must outlive the menu.
void addOffers(QMenu* menu, ChangeSet* set, const std::vector<ChangeOffer>& offers);

} // namespace headlight::ui
