#include "ui/selection/selection.h"

namespace headlight::ui {

namespace {
bool isEmpty(const TokenPair& pair) { return !pair.query && !pair.key; }
} // namespace

Selection::Selection(QObject* parent)
    : QObject(parent) {}

const TokenPair& Selection::current() const { return isEmpty(hovered_) ? pinned_ : hovered_; }

void Selection::setHead(const HeadAddress& head) {
    if (head == head_)
        return;
    head_ = head;
    emit headChanged(head_);
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
