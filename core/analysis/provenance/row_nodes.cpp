// Nodes of a row of the map: weight, softmax, scores.
#include "core/analysis/provenance/node_maker.h"

#include "core/model/positions.h"

#include <limits>

namespace headlight::provenance {

Result<void> NodeMaker::makeRow() {
    switch (id_.quantity) {
    case Quantity::Scale:
        node_.number = traced(chain_.scale(), operands_.record().problem.scale);
        return {};
    case Quantity::SoftCap:
        node_.number = stored(operands_.spec().attention_softcap);
        return {};
    case Quantity::PositionBias:
        makePositionBias();
        return {};
    default:
        break;
    }
    HEADLIGHT_ASSIGN(const auto row, chain_.row(id_.query, control_));
    const bool one_key = id_.quantity != Quantity::RowMaximum && id_.quantity != Quantity::ExponentialSum;
    if (one_key && (id_.key < row->keys.begin || id_.key >= row->keys.end)) {
        makeMasked();
        return {};
    }
    if (operands_.model().backend().attentionPrecision() != ComputePrecision::F32)
        remark(Remark::RoundedFactors);
    switch (id_.quantity) {
    case Quantity::AttentionWeight:
    case Quantity::Exponential:
    case Quantity::RowMaximum:
    case Quantity::ExponentialSum:
        makeWeight(*row);
        return {};
    default:
        makeScore(*row);
    }
    if (id_.quantity != Quantity::DotProduct)
        return {};
    if (chain_.scale().value != 1.0)
        remark(Remark::ScaledQueryFirst);
    HEADLIGHT_ASSIGN(const auto query, chain_.token(HeadSide::Query, id_.query));
    HEADLIGHT_ASSIGN(const auto key, chain_.token(HeadSide::Key, id_.key));
    column(at(Quantity::HeadElement, HeadSide::Query, 0), TermIndex::Element,
           traced(query->placed, query->run.placed));
    column(at(Quantity::HeadElement, HeadSide::Key, 0), TermIndex::Element,
           traced(key->placed, key->run.placed));
    return {};
}

/// A key the query may not see has no score and no weight; its product is never formed.
void NodeMaker::makeMasked() {
    remark(Remark::Masked);
    constexpr float kNone = -std::numeric_limits<float>::infinity();
    switch (id_.quantity) {
    case Quantity::Score:
        node_.number = stored(kNone);
        break;
    case Quantity::AttentionWeight:
    case Quantity::Exponential:
        node_.number = stored(0.0f);
        break;
    default:
        break;
    }
}

void NodeMaker::makeWeight(const RowChain& row) {
    const std::size_t j = id_.key - row.keys.begin;
    const NodeId first_key = [&] {
        NodeId id = at(Quantity::Score);
        id.key = row.keys.begin;
        return id;
    }();
    const TracedNumber maximum = traced(row.maximum, row.maximum_run);
    // The inverse is rounded, and so is the inverse of that.
    const TracedNumber sum = traced(rounded(row.sum.value, row.sum.bound, 3.0), 1.0f / row.inverse_sum_run);
    switch (id_.quantity) {
    case Quantity::AttentionWeight:
        node_.number = traced(row.weights[j], row.weights_run[j]);
        operand(at(Quantity::Score), traced(row.scores[j], row.scores_run[j]));
        operand(at(Quantity::RowMaximum), maximum);
        operand(at(Quantity::Exponential), traced(row.exponentials[j], row.exponentials_run[j]));
        operand(at(Quantity::ExponentialSum), sum);
        remark(Remark::WeightAlone);
        break;
    case Quantity::Exponential:
        node_.number = traced(row.exponentials[j], row.exponentials_run[j]);
        operand(at(Quantity::Score), traced(row.scores[j], row.scores_run[j]));
        operand(at(Quantity::RowMaximum), maximum);
        break;
    case Quantity::RowMaximum:
        node_.number = maximum;
        column(first_key, TermIndex::Key, traced(row.scores, row.scores_run));
        break;
    default:
        node_.number = sum;
        remark(Remark::KeptAsInverse);
        column({Quantity::Exponential, id_.side, id_.query, row.keys.begin, 0, 0}, TermIndex::Key,
               traced(row.exponentials, row.exponentials_run));
    }
}

void NodeMaker::makeScore(const RowChain& row) {
    const std::size_t j = id_.key - row.keys.begin;
    const StackSpec& spec = operands_.spec();
    const TracedNumber scaled = traced(row.scaled[j], row.scaled_run[j]);
    switch (id_.quantity) {
    case Quantity::Score:
        node_.number = traced(row.scores[j], row.scores_run[j]);
        if (spec.attention_softcap == 0.0f && row.biases.empty()) {
            scaledOperands(row); // nothing comes between: the score is the scaled product
            break;
        }
        operand(at(Quantity::ScaledProduct), scaled);
        if (spec.attention_softcap > 0.0f)
            operand(at(Quantity::SoftCap), stored(spec.attention_softcap));
        if (!row.biases.empty())
            operand(at(Quantity::PositionBias),
                    traced(row.biases[j], chain_.positionBiasRun(id_.query, id_.key)));
        break;
    case Quantity::ScaledProduct:
        node_.number = scaled;
        scaledOperands(row);
        break;
    default:
        node_.number = dotOf(row);
    }
}

/// Where nothing is scaled the product itself is what the run forms.
TracedNumber NodeMaker::dotOf(const RowChain& row) const {
    const std::size_t j = id_.key - row.keys.begin;
    return traced(row.dots[j], chain_.scale().value == 1.0 ? std::optional(row.scaled_run[j]) : std::nullopt);
}

void NodeMaker::scaledOperands(const RowChain& row) {
    node_.operation = Quantity::ScaledProduct;
    operand(at(Quantity::DotProduct), dotOf(row));
    operand(at(Quantity::Scale), traced(chain_.scale(), operands_.record().problem.scale));
    if (chain_.scale().value != 1.0)
        remark(Remark::ScaledQueryFirst);
}

void NodeMaker::makePositionBias() {
    const PositionSpec& positions = operands_.spec().positions;
    BiasOrigin origin;
    origin.distance = std::ptrdiff_t(id_.key) - std::ptrdiff_t(id_.query);
    node_.number = stored(0.0f);
    if (!operands_.record().problem.bias.table.empty()) {
        node_.number =
            traced(chain_.positionBias(id_.query, id_.key), chain_.positionBiasRun(id_.query, id_.key));
        if (positions.kind == PositionKind::Alibi) {
            origin.slope = double(alibiSlopes(operands_.spec().n_heads)[operands_.head().head.value]);
            remark(Remark::BiasByKey);
            if (positions.alibi.rounded_to_bf16)
                remark(Remark::RoundedBias);
        } else {
            origin.bucket = relativeBucket(positions.relative, origin.distance);
            const bool encoder = operands_.head().kind == AttentionKind::EncoderSelf;
            const ModelSlots& slots = operands_.model().tensorSlots();
            node_.stored = StoredAt{(encoder ? slots.encoder : slots.decoder)->relative_bias.name,
                                    *origin.bucket, operands_.head().head.value};
        }
    }
    node_.bias = origin;
}

} // namespace headlight::provenance
