#include "ui/window/other_side.h"

#include <algorithm>

namespace headlight::ui {

void OtherSide::chooseModel(const QString& reference, const QString& own_text) {
    model_ = reference == mine_->modelReference() ? QString() : reference;
    if (model_.isEmpty())
        return;
    read(own_text);
    document_.openModel(model_);
}

void OtherSide::shareModel(const QString& own_text) {
    if (hasOwnModel() || !mine_->model())
        return;
    read(own_text); // first, or the model would run its own example
    document_.shareModel(*mine_);
}

void OtherSide::read(const QString& own_text) {
    const bool own = isWritten(own_text);
    const QString text = own ? own_text : mine_->text();
    if (document_.text() != text)
        document_.setText(text);
    const QString pair = own ? QString() : mine_->textPair();
    if (document_.textPair() != pair)
        document_.setTextPair(pair);
    const std::optional<QString> target = own ? std::nullopt : mine_->ownTarget();
    if (document_.ownTarget() != target)
        document_.setOwnTarget(target);
}

std::optional<HeadAddress> OtherSide::headBeside(HeadAddress head, LayerIndex layer, HeadIndex index) const {
    const SnapshotPtr& snapshot = document_.snapshot();
    if (!snapshot || snapshot->trace().kinds().empty())
        return std::nullopt;
    const Trace& trace = snapshot->trace();
    if (!trace.has(head.kind))
        head.kind = trace.kinds().front();
    if (hasOwnModel()) {
        head.layer = layer;
        head.head = index;
    }
    head.layer = LayerIndex(std::min(head.layer.value, trace.nLayers(head.kind) - 1));
    head.head = HeadIndex(std::min(head.head.value, trace.nHeads(head.kind) - 1));
    return head;
}

} // namespace headlight::ui
