#include "core/analysis/steps/step_notes.h"

#include "core/analysis/interventions/change_place.h"

#include <algorithm>
#include <initializer_list>

namespace headlight {
namespace {

StackKind stackOf(AttentionKind kind) {
    return kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
}

/// Whether a change of scores, weights or output, made at (kind, layer), comes before the attention of `head`
/// in the pass.
bool comesBefore(AttentionKind kind, LayerIndex layer, const HeadAddress& head) {
    if (kind == head.kind)
        return layer < head.layer;
    if (stackOf(kind) != stackOf(head.kind))
        return kind == AttentionKind::EncoderSelf; // decoders read what the encoder left
    return layer < head.layer || (layer == head.layer && kind == AttentionKind::DecoderSelf);
}

class Noter {
public:
    Noter(std::vector<Step>& steps, const ModelSpec& spec, const HeadAddress& head, double models_scale)
        : steps_(steps)
        , spec_(spec)
        , head_(head)
        , models_scale_(models_scale) {}

    void operator()(const SetScore& c) { atHead(c, c.cell.head, StepKind::SetScores); }
    void operator()(const SetMask& c) { atHead(c, c.cell.head, StepKind::Mask); }
    void operator()(const SetWeight& c) { atHead(c, c.cell.head, StepKind::SetWeights); }
    void operator()(const SetScale& c) { atHeads(c, StepKind::Scale); }
    void operator()(const SetTemperature& c) { atHeads(c, StepKind::Temperature); }
    void operator()(const SetHeadOutput& c) { atHead(c, c.head, StepKind::ScaleHead); }

    void operator()(const SetPosition& c) {
        if (ofStream(c.stack) && rotary(c.stack))
            note(c, {StepKind::Place, StepKind::Project}, true); // in every layer
        else
            atTokens(c, c.stack, {StepKind::AddPosition, StepKind::Embed});
    }
    void operator()(const SwapTokens& c) { atTokens(c, c.stack, {StepKind::Embed}); }

    void operator()(const SwitchOffPositions& c) {
        const StackKind stack = stackOf(head_.kind);
        const PositionKind kind = positionsOf(stack).kind;
        if (ofStream(stack) && (kind == PositionKind::RelativeBias || kind == PositionKind::Alibi))
            note(c, {StepKind::Scale, StepKind::Product}, true); // the bias would follow
        else if (ofStream(stack) && rotary(stack))
            note(c, {StepKind::Place, StepKind::Project}, true);
        else
            atTokens(c, stack, {StepKind::NormEmbedding, StepKind::MapEmbedding, StepKind::Embed});
    }

private:
    /// Self attention: its queries and keys are both of the stack.
    [[nodiscard]] bool ofStream(StackKind stack) const {
        return head_.kind != AttentionKind::Cross && stackOf(head_.kind) == stack;
    }
    [[nodiscard]] const PositionSpec& positionsOf(StackKind stack) const {
        return (stack == StackKind::Encoder ? spec_.encoder : spec_.decoder)->positions;
    }
    [[nodiscard]] bool rotary(StackKind stack) const {
        return positionsOf(stack).kind == PositionKind::Rotary;
    }

    /// What the change sets, as these steps would have had it.
    [[nodiscard]] std::optional<double> before(const Change& change, const Step& step) const {
        if (std::holds_alternative<SetScale>(change) && step.kind == StepKind::Scale)
            return models_scale_;
        if (step.kind == StepKind::Temperature || step.kind == StepKind::ScaleHead)
            return 1.0;
        if (step.kind != StepKind::SetScores && step.kind != StepKind::SetWeights)
            return std::nullopt;
        const auto cell = cellOf(change);
        const float value = step.operands.front().values->row(cell->query_token)[cell->key_token];
        return value == kMaskedScore ? std::nullopt : std::optional(static_cast<double>(value));
    }

    void note(const Change& change, std::initializer_list<StepKind> kinds, bool here) {
        for (const StepKind kind : kinds)
            if (const auto step = std::ranges::find(steps_, kind, &Step::kind); step != steps_.end()) {
                step->notes.push_back({change, here, here ? before(change, *step) : std::nullopt});
                return;
            }
    }
    /// What comes in with the stream, or from the encoder with keys and values.
    void noteBefore(const Change& change, StackKind stack) {
        if (stack == stackOf(head_.kind))
            steps_.front().notes.push_back({change, false, {}});
        else if (head_.kind == AttentionKind::Cross)
            note(change, {StepKind::Project}, false);
        else
            steps_.front().notes.push_back({change, false, {}}); // the decoder read it in an earlier layer
    }

    void atHead(const Change& change, const HeadAddress& address, StepKind kind) {
        if (address == head_)
            note(change, {kind, StepKind::Softmax}, true);
        else if (address.kind == head_.kind && address.layer == head_.layer)
            note(change, {StepKind::Concatenate}, true); // another head of this layer
        else if (readBy(address.kind, address.layer))
            noteBefore(change, stackOf(address.kind));
    }
    template <class C>
    void atHeads(const C& change, StepKind kind) {
        const HeadIndex head = change.head.value_or(change.kind == head_.kind ? head_.head : HeadIndex(0));
        atHead(change, {change.kind, change.layer, head}, kind);
    }
    /// What changes the tokens, or the positions added to them.
    void atTokens(const Change& change, StackKind stack, std::initializer_list<StepKind> kinds) {
        if (ofStream(stack) && head_.layer.value == 0)
            note(change, kinds, true);
        else if (stack == stackOf(head_.kind) || readsEncoder())
            noteBefore(change, stack);
    }

    /// Whether the numbers of these steps come out of that attention.
    [[nodiscard]] bool readBy(AttentionKind kind, LayerIndex layer) const {
        if (!comesBefore(kind, layer, head_))
            return false;
        return stackOf(kind) == stackOf(head_.kind) || readsEncoder();
    }
    /// Cross attention reads the encoder, and so does everything behind the first of it.
    [[nodiscard]] bool readsEncoder() const {
        return stackOf(head_.kind) == StackKind::Decoder && spec_.encoder &&
               (head_.kind == AttentionKind::Cross || head_.layer.value > 0);
    }

    std::vector<Step>& steps_;
    const ModelSpec& spec_;
    HeadAddress head_;
    double models_scale_;
};

} // namespace

void noteChanges(std::vector<Step>& steps, const std::vector<Change>& changes, const ModelSpec& spec,
                 const HeadAddress& head, double models_scale) {
    Noter noter(steps, spec, head, models_scale);
    for (const Change& change : changes)
        std::visit(noter, change);
}

} // namespace headlight
