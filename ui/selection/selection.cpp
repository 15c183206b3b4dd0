#include "ui/selection/selection.h"

#include <algorithm>

namespace headlight::ui {

namespace {
bool isEmpty(const TokenPair& pair) { return !pair.query && !pair.key; }
} // namespace

Selection::Selection(QObject* parent)
    : QObject(parent) {}

const TokenPair& Selection::current() const { return isEmpty(hovered_) ? pinned_ : hovered_; }

std::vector<HeadAddress> Selection::heads() const {
    std::vector<HeadAddress> all{head_};
    all.insert(all.end(), companions_.begin(), companions_.end());
    return all;
}

void Selection::setHead(const HeadAddress& head) {
    const bool had_companions = !companions_.empty();
    companions_.clear();
    if (head != head_) {
        head_ = head;
        emit headChanged(head_);
    }
    if (had_companions)
        emit companionsChanged();
}

void Selection::toggleCompanion(const HeadAddress& head) {
    if (head.kind != head_.kind) {
        setHead(head);
        return;
    }
    const auto there = std::find(companions_.begin(), companions_.end(), head);
    if (head == head_) {
        if (companions_.empty())
            return; // one head is always chosen
        head_ = companions_.front();
        companions_.erase(companions_.begin());
        emit headChanged(head_);
    } else if (there != companions_.end()) {
        companions_.erase(there);
    } else {
        companions_.push_back(head);
    }
    emit companionsChanged();
}

void Selection::replaceHeads(const HeadAddress& head, std::vector<HeadAddress> companions) {
    std::erase_if(companions, [&](const HeadAddress& other) { return other.kind != head.kind || other == head; });
    const bool head_changes = head != head_;
    const bool companions_change = companions != companions_;
    head_ = head;
    companions_ = std::move(companions);
    if (head_changes)
        emit headChanged(head_);
    if (companions_change)
        emit companionsChanged();
}

void Selection::setState(const SelectionState& state) {
    replaceHeads(state.head, state.companions);
    setPinned(state.pinned);
}

void Selection::setHeads(const std::vector<HeadAddress>& heads) {
    if (!heads.empty())
        replaceHeads(heads.front(), {heads.begin() + 1, heads.end()});
}

void Selection::setHovered(const TokenPair& pair) {
    if (pair == hovered_)
        return;
    hovered_ = pair;
    emit tokensChanged();
}

void Selection::setPinned(const TokenPair& pair) {
    if (pair == pinned_)
        return;
    pinned_ = pair;
    emit tokensChanged();
}

} // namespace headlight::ui
