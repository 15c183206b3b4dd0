#include "core/model/parameter_list.h"

#include <set>
#include <utility>

namespace headlight {

namespace {

class Lister {
public:
    std::vector<ParameterTensor> found;

    void stack(const StackSlots& slots, StackKind kind) {
        stack_ = kind;
        layer_ = 0;
        add(ModelPart::TokenEmbedding, slots.token_embedding);
        add(ModelPart::PositionEmbedding, slots.position_embedding);
        add(ModelPart::TypeEmbedding, slots.type_embedding);
        add(ModelPart::EmbeddingProjection, slots.embedding_projection);
        add(ModelPart::RelativeBias, slots.relative_bias);
        add(ModelPart::EmbeddingNorm, slots.embedding_norm);
        for (layer_ = 0; layer_ < slots.blocks.size(); ++layer_) {
            const BlockSlots& block = slots.blocks[layer_];
            attention(block.self, ModelPart::SelfAttention, ModelPart::SelfAttentionNorm);
            attention(block.cross, ModelPart::CrossAttention, ModelPart::CrossAttentionNorm);
            for (const LinearSlot* const linear :
                 {&block.feed_forward.gate, &block.feed_forward.up, &block.feed_forward.down})
                add(ModelPart::FeedForward, *linear);
            add(ModelPart::FeedForwardNorm, block.feed_forward.norm);
            add(ModelPart::FeedForwardNorm, block.feed_forward.output_norm);
        }
        layer_ = 0;
        add(ModelPart::FinalNorm, slots.final_norm);
    }

    void head(const HeadSlots& slots) {
        add(ModelPart::Head, slots.transform);
        add(ModelPart::Head, slots.norm);
        add(ModelPart::Head, slots.output);
    }

private:
    void attention(const AttentionSlots& slots, ModelPart part, ModelPart norm) {
        for (const LinearSlot* const linear :
             {&slots.query_key_value, &slots.query, &slots.key_value, &slots.output})
            add(part, *linear);
        add(part, slots.query_norm);
        add(part, slots.key_norm);
        add(norm, slots.norm);
        add(norm, slots.output_norm);
    }
    void add(ModelPart part, const NormSlot& slot) {
        add(part, slot.gain);
        add(part, slot.bias);
    }
    void add(ModelPart part, const LinearSlot& slot) {
        for (const auto* const tensors : {&slot.weights, &slot.biases})
            for (const TensorSlot& tensor : *tensors)
                add(part, tensor);
    }
    void add(ModelPart part, const TensorSlot& slot) {
        if (!slot.empty() && seen_.insert(slot.name).second)
            found.push_back({part, stack_, layer_, slot.name, slot.shape});
    }

    StackKind stack_ = StackKind::Encoder;
    std::size_t layer_ = 0;
    std::set<std::string> seen_;
};

} // namespace

std::vector<ParameterTensor> listParameters(const ModelSlots& slots) {
    Lister lister;
    if (slots.encoder)
        lister.stack(*slots.encoder, StackKind::Encoder);
    if (slots.decoder)
        lister.stack(*slots.decoder, StackKind::Decoder);
    lister.head(slots.head);
    return std::move(lister.found);
}

} // namespace headlight
