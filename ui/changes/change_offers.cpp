#include "ui/changes/change_offers.h"

#include "ui/changes/change_words.h"

#include <QCoreApplication>
#include <QMenu>

#include <algorithm>

namespace headlight::ui {

namespace {

struct Offers {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::ChangeOffer)
};

/// An offer that cannot be had says why in its tooltip.
void checkOffer(ChangeOffer& offer, const SnapshotPtr& snapshot) {
    if (!offer.change)
        return;
    if (!snapshot) {
        offer.change.reset();
        return;
    }
    if (const auto checked = checkChange(*offer.change, snapshot->model(), snapshot->run.input);
        !checked.ok()) {
        offer.tool_tip += QStringLiteral("\n") + QString::fromStdString(checked.error().message());
        offer.change.reset();
    }
}

std::vector<ChangeOffer> checkedOffers(std::vector<ChangeOffer> offers, const SnapshotPtr& snapshot) {
    for (ChangeOffer& offer : offers)
        checkOffer(offer, snapshot);
    return offers;
}

bool isCell(const SnapshotPtr& snapshot, const HeadAddress& head, const TokenPair& pair) {
    return snapshot && pair.query && pair.key && snapshot->trace().check(head).ok() &&
           *pair.query < snapshot->trace().nQueries(head.kind) &&
           *pair.key < snapshot->trace().nKeys(head.kind);
}

float valueOr(const Change& change, const RunSnapshot& snapshot, float otherwise) {
    const auto value = valueBefore(change, snapshot);
    return value ? static_cast<float>(*value) : otherwise;
}

/// Whether the change at `index` is what the offer would switch on. A head's output is one change, switched
/// off or scaled.
bool isOn(const ChangeSet& set, std::size_t index) {
    const auto* const output = std::get_if<SetHeadOutput>(&set.items()[index].change);
    return output == nullptr || output->factor == 0.0f;
}

} // namespace

std::vector<ChangeOffer> cellOffers(const SnapshotPtr& snapshot, const HeadAddress& head,
                                    const TokenPair& pair) {
    ChangeOffer score{Offers::tr("Score…"),
                      Offers::tr("Change this score…"),
                      Offers::tr("The score of the selected cell: query · key, scaled, before the softmax."),
                      {},
                      false};
    ChangeOffer weight{
        Offers::tr("Weight…"),
        Offers::tr("Change this weight…"),
        Offers::tr(
            "The weight of the selected cell, after the softmax; the others of its row share the rest of 1."),
        {},
        false};
    ChangeOffer mask{Offers::tr("Hide key"),
                     Offers::tr("Hide this key from this query"),
                     Offers::tr("The mask: this query cannot see this key, whatever its score."),
                     {},
                     true};
    if (!isCell(snapshot, head, pair)) {
        for (ChangeOffer* offer : {&score, &weight, &mask})
            offer->tool_tip += Offers::tr("\nSelect a cell first: click one in a map.");
        return {score, weight, mask};
    }
    const MapCellAddress cell{head, *pair.query, *pair.key};
    SetScore set_score{cell, 0.0f};
    set_score.value = valueOr(set_score, *snapshot, 0.0f);
    SetWeight set_weight{cell, 0.0f};
    set_weight.value = valueOr(set_weight, *snapshot, 0.0f);
    const bool seen = snapshot->trace().visible(head.kind, head.layer, TokenIndex(cell.query_token),
                                                TokenIndex(cell.key_token));
    if (!seen) {
        mask.name = Offers::tr("Uncover key");
        mask.menu = Offers::tr("Let this query see this key");
        mask.tool_tip = Offers::tr(
            "The mask hides this key from this query; uncovered, it gets the score that query and key give.");
    }
    score.change = set_score;
    weight.change = set_weight;
    mask.change = SetMask{cell, seen};
    return checkedOffers({score, weight, mask}, snapshot);
}

std::vector<ChangeOffer> headOffers(const SnapshotPtr& snapshot, const HeadAddress& head) {
    SetScale scale{head.kind, head.layer, head.head, 1.0f};
    SetScale layer_scale{head.kind, head.layer, {}, 1.0f};
    if (snapshot && snapshot->trace().check(head).ok()) {
        scale.factor = valueOr(scale, *snapshot, 1.0f);
        layer_scale.factor = scale.factor;
    }
    return checkedOffers(
        {{Offers::tr("Head off"), Offers::tr("Switch this head off"),
          Offers::tr(
              "What the selected head gives is left out: multiplied by 0 before the output projection."),
          SetHeadOutput{head, 0.0f}, true},
         {Offers::tr("Head × …"), Offers::tr("Make this head count more or less…"),
          Offers::tr("What the selected head gives is multiplied by a number before the output projection."),
          SetHeadOutput{head, 1.0f}, false},
         {Offers::tr("Scale…"), Offers::tr("Change this head's scale…"),
          Offers::tr("Products of query and key are multiplied by it: 1 / √d, with d the head's dimensions."),
          scale, false},
         {Offers::tr("Layer's scale…"), Offers::tr("Change the scale of all heads of this layer…"),
          Offers::tr("Products of query and key of every head of this layer are multiplied by it."),
          layer_scale, false},
         {Offers::tr("Temperature…"), Offers::tr("Change this head's softmax temperature…"),
          Offers::tr("Scores are divided by it before the softmax: below 1 sharper, above 1 flatter."),
          SetTemperature{head.kind, head.layer, head.head, 1.0f}, false},
         {Offers::tr("Layer's temperature…"),
          Offers::tr("Change the softmax temperature of all heads of this layer…"),
          Offers::tr("Scores of every head of this layer are divided by it before the softmax."),
          SetTemperature{head.kind, head.layer, {}, 1.0f}, false}},
        snapshot);
}

std::vector<ChangeOffer> wordOffers(const SnapshotPtr& snapshot, StackKind stack,
                                    std::optional<std::size_t> token) {
    ChangeOffer swap{Offers::tr("Swap words…"),
                     Offers::tr("Swap with the next word"),
                     Offers::tr("Two tokens change places before the model reads them."),
                     {},
                     false};
    ChangeOffer move{
        Offers::tr("Move word…"),
        Offers::tr("Give it another position…"),
        Offers::tr("A token gets the position of another place; it stays where it is in the text."),
        {},
        false};
    if (!snapshot || !token) {
        for (ChangeOffer* offer : {&swap, &move})
            offer->tool_tip += Offers::tr("\nSelect a token first.");
        return {swap, move};
    }
    const TokenSequence& tokens =
        stack == StackKind::Encoder ? snapshot->run.input.source : snapshot->run.input.target;
    const std::size_t other = *token + 1 < tokens.size() ? *token + 1 : *token == 0 ? 0 : *token - 1;
    swap.change = SwapTokens{stack, std::min(*token, other), std::max(*token, other)};
    if (*token + 1 >= tokens.size())
        swap.menu = Offers::tr("Swap with the word before");
    move.change = SetPosition{stack, *token, *token};
    return checkedOffers({swap, move}, snapshot);
}

ChangeOffer positionsOffer(const SnapshotPtr& snapshot) {
    return checkedOffers({{Offers::tr("Positions off"), Offers::tr("Switch all positions off"),
                           Offers::tr("The model is told nothing about the order of its tokens."),
                           SwitchOffPositions{}, true}},
                         snapshot)
        .front();
}

void takeOffer(ChangeSet& set, const ChangeOffer& offer) {
    if (!offer.change)
        return;
    const auto there = set.indexOf(*offer.change);
    if (there && offer.is_switch && isOn(set, *there))
        set.remove(*there);
    else if (there && !offer.is_switch)
        emit set.wanted(*there);
    else
        set.put(*offer.change);
}

void addOffers(QMenu* menu, ChangeSet* set, const std::vector<ChangeOffer>& offers) {
    menu->setToolTipsVisible(true);
    for (const ChangeOffer& offer : offers) {
        QAction* const action = menu->addAction(offer.menu);
        action->setToolTip(offer.tool_tip);
        action->setEnabled(offer.change.has_value());
        if (offer.is_switch && offer.change) {
            action->setCheckable(true);
            const auto there = set->indexOf(*offer.change);
            action->setChecked(there && isOn(*set, *there));
        }
        QObject::connect(action, &QAction::triggered, set, [set, offer] { takeOffer(*set, offer); });
    }
}

} // namespace headlight::ui
