#include "core/model/slots.h"

#include <algorithm>
#include <cassert>

namespace headlight {

namespace {

using Visitor = std::function<void(const TensorSlot&)>;

void visit(const TensorSlot& slot, const Visitor& use) {
    if (!slot.empty())
        use(slot);
}
void visit(const LinearSlot& slot, const Visitor& use) {
    for (const TensorSlot& weight : slot.weights)
        visit(weight, use);
    for (const TensorSlot& bias : slot.biases)
        visit(bias, use);
}
void visit(const NormSlot& slot, const Visitor& use) {
    visit(slot.gain, use);
    visit(slot.bias, use);
}
void visit(const AttentionSlots& slots, const Visitor& use) {
    visit(slots.query_key_value, use);
    visit(slots.query, use);
    visit(slots.key_value, use);
    visit(slots.output, use);
    for (const NormSlot* const norm : {&slots.norm, &slots.output_norm, &slots.query_norm, &slots.key_norm})
        visit(*norm, use);
}
void visit(const StackSlots& slots, const Visitor& use) {
    visit(slots.token_embedding, use);
    visit(slots.position_embedding, use);
    visit(slots.type_embedding, use);
    visit(slots.embedding_norm, use);
    visit(slots.embedding_projection, use);
    visit(slots.relative_bias, use);
    for (const BlockSlots& block : slots.blocks) {
        visit(block.self, use);
        visit(block.cross, use);
        visit(block.feed_forward.gate, use);
        visit(block.feed_forward.up, use);
        visit(block.feed_forward.down, use);
        visit(block.feed_forward.norm, use);
        visit(block.feed_forward.output_norm, use);
    }
    visit(slots.final_norm, use);
}

} // namespace

TensorNames::TensorNames(std::vector<std::string> names) : names_(std::move(names)) {
    std::sort(names_.begin(), names_.end());
}

bool TensorNames::contains(std::string_view name) const {
    return std::binary_search(names_.begin(), names_.end(), name, std::less<>{});
}

std::string TensorNames::firstOf(std::initializer_list<std::string> spellings) const {
    for (const std::string& spelling : spellings)
        if (contains(spelling))
            return spelling;
    return *spellings.begin();
}

void forEachTensor(const ModelSlots& slots, const Visitor& use) {
    if (slots.encoder)
        visit(*slots.encoder, use);
    if (slots.decoder)
        visit(*slots.decoder, use);
    visit(slots.head.transform, use);
    visit(slots.head.norm, use);
    visit(slots.head.output, use);
}

OutputPlace placeOfOutput(const LinearSlot& slot, std::size_t output) {
    for (const RowRange& range : slot.rows) {
        if (output < range.count) {
            output += range.first;
            break;
        }
        output -= range.count;
    }
    for (std::size_t part = 0; part < slot.weights.size(); ++part) {
        const Shape& shape = slot.weights[part].shape;
        const std::size_t n_out = slot.layout == WeightLayout::OutIn ? shape.front() : shape.back();
        if (output < n_out)
            return {slot.weights[part].name, part < slot.biases.size() ? slot.biases[part].name : std::string(), output};
        output -= n_out;
    }
    assert(false);
    return {};
}

LinearSlot linearSlot(const std::string& name, std::size_t n_in, std::size_t n_out, WeightLayout layout, bool with_bias) {
    LinearSlot slot;
    slot.layout = layout;
    slot.weights.push_back({name + ".weight", layout == WeightLayout::OutIn ? Shape{n_out, n_in} : Shape{n_in, n_out}});
    if (with_bias)
        slot.biases.push_back({name + ".bias", {n_out}});
    return slot;
}

LinearSlot stackedSlot(const std::vector<LinearSlot>& parts) {
    LinearSlot stacked;
    for (const LinearSlot& part : parts) {
        assert(part.layout == WeightLayout::OutIn);
        stacked.weights.insert(stacked.weights.end(), part.weights.begin(), part.weights.end());
        stacked.biases.insert(stacked.biases.end(), part.biases.begin(), part.biases.end());
    }
    return stacked;
}

NormSlot rmsNormSlot(const std::string& name, std::size_t size) { return {{name + ".weight", {size}}, {}}; }

NormSlot normSlot(const TensorNames& names, const std::string& name, std::size_t size) {
    return {{names.firstOf({name + ".weight", name + ".gamma"}), {size}},
            {names.firstOf({name + ".bias", name + ".beta"}), {size}}};
}

} // namespace headlight
