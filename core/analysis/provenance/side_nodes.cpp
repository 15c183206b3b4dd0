// Nodes of a query, key or value: position, norm of the head, projection, norm of the stream, residual
// stream.
#include "core/analysis/provenance/node_maker.h"

namespace headlight::provenance {

Result<void> NodeMaker::makeSide() {
    HEADLIGHT_ASSIGN(const auto held, chain_.token(id_.side, token()));
    const TokenChain& chain = *held;
    if (!chain_.fromResidual() && id_.quantity != Quantity::HeadVector &&
        id_.quantity != Quantity::HeadElement)
        return makeError(ErrorKind::Unsupported,
                         "this backend cannot read its weights back, so nothing before query, key "
                         "and value can be recomputed")
            .nextStep("Run with --backend cpu");
    const auto projected = [&] { return traced(chain.projected, chain.run.projected); };
    const auto residual = [&] { return traced(chain.residual, chain.run.residual); };
    switch (id_.quantity) {
    case Quantity::HeadVector:
        column(at(Quantity::HeadElement, id_.side, 0), TermIndex::Element,
               traced(chain.placed, chain.run.placed));
        if (operands_.spec().n_kv_heads < operands_.spec().n_heads && id_.side != HeadSide::Query)
            remark(Remark::SharedKeys);
        return {};
    case Quantity::HeadElement:
        return makeElement(chain);
    case Quantity::Cosine:
    case Quantity::Sine:
    case Quantity::Angle:
        makeRotation(chain);
        return {};
    case Quantity::HeadNormalised:
        makeHeadNormalised(chain);
        return {};
    case Quantity::HeadNormMean:
    case Quantity::HeadNormSpread:
    case Quantity::HeadNormInverse:
        if (chain.head_norm)
            makeNormStep(*chain.head_norm, projected(), Quantity::HeadNormMean, Quantity::HeadNormSpread,
                         Quantity::Projected);
        return {};
    case Quantity::HeadNormGain:
    case Quantity::HeadNormBias:
        makeNormParameter(operands_.headNorm(id_.side), id_.quantity == Quantity::HeadNormGain);
        return {};
    case Quantity::Projected:
        return makeProjected(chain);
    case Quantity::ProjectionWeight:
    case Quantity::ProjectionBias:
        return makeProjectionParameter();
    case Quantity::InputVector:
        column(at(Quantity::InputElement, id_.side, 0), TermIndex::Element,
               traced(chain.input, chain.run.input));
        return {};
    case Quantity::InputElement:
        makeInput(chain);
        return {};
    case Quantity::NormMean:
    case Quantity::NormSpread:
    case Quantity::NormInverse:
        if (chain.norm)
            makeNormStep(*chain.norm, residual(), Quantity::NormMean, Quantity::NormSpread,
                         Quantity::ResidualElement);
        return {};
    case Quantity::NormGain:
    case Quantity::NormBias:
        makeNormParameter(operands_.inputNorm(), id_.quantity == Quantity::NormGain);
        return {};
    case Quantity::ResidualVector:
        column(at(Quantity::ResidualElement, id_.side, 0), TermIndex::Element, residual());
        return {};
    default:
        makeResidual(chain);
        return {};
    }
}

/// An element as the scores read it: turned by its position, or just as the stage before left it.
Result<void> NodeMaker::makeElement(const TokenChain& chain) {
    node_.number = traced(chain.placed[id_.element], chain.run.placed[id_.element]);
    if (!chain_.fromResidual()) {
        remark(Remark::WeightsNotReadable);
        return {};
    }
    if (id_.element < operands_.rotaryDims(id_.side)) {
        makeRotated(chain);
        return {};
    }
    if (!chain.normalised.empty()) {
        makeHeadNormalised(chain);
        return {};
    }
    return makeProjected(chain);
}

namespace {

struct RotaryPair {
    std::size_t pair;
    std::size_t partner;
    bool second; ///< this element is the pair's second
};

RotaryPair pairOf(const RotarySpec& rotary, std::size_t element) {
    if (rotary.interleaved)
        return {element / 2, element ^ 1, element % 2 == 1};
    const std::size_t half = rotary.dims / 2;
    return element < half ? RotaryPair{element, element + half, false}
                          : RotaryPair{element - half, element - half, true};
}

} // namespace

void NodeMaker::makeRotated(const TokenChain& chain) {
    const RotaryPair pair = pairOf(operands_.spec().positions.rotary, id_.element);
    const bool normed = !chain.normalised.empty();
    const std::vector<Tracked>& before = normed ? chain.normalised : chain.projected;
    const std::vector<float>& before_run = normed ? chain.run.normalised : chain.run.projected;
    const Quantity stage = normed ? Quantity::HeadNormalised : Quantity::Projected;
    for (const std::size_t element : {id_.element, pair.partner})
        operand(at(stage, id_.side, element), traced(before[element], before_run[element]));
    operand(at(Quantity::Cosine), traced(chain.cosine[pair.pair], chain.cosine_run[pair.pair]));
    operand(at(Quantity::Sine), traced(chain.sine[pair.pair], chain.sine_run[pair.pair]));
    node_.adds_partner = pair.second;
}

void NodeMaker::makeRotation(const TokenChain& chain) {
    if (id_.element >= operands_.rotaryDims(id_.side))
        return;
    const RotarySpec& rotary = operands_.spec().positions.rotary;
    const std::size_t pair = pairOf(rotary, id_.element).pair;
    if (id_.quantity == Quantity::Angle) {
        node_.number = traced(chain.angle[pair]);
        node_.constant = chain_.frequency(pair);
        remark(Remark::NotFormed);
        return;
    }
    const bool cosine = id_.quantity == Quantity::Cosine;
    node_.number = cosine ? traced(chain.cosine[pair], chain.cosine_run[pair])
                          : traced(chain.sine[pair], chain.sine_run[pair]);
    operand(at(Quantity::Angle), traced(chain.angle[pair]));
    if (rotary.attention_factor != 1.0)
        node_.constant = rotary.attention_factor;
}

void NodeMaker::normOperands(const NormSteps& steps, const NormParameters& norm, const NodeId& element,
                             const TracedNumber& x, Quantity mean, Quantity inverse, Quantity gain,
                             Quantity bias) {
    operand(element, x);
    if (operands_.spec().norm.kind == NormKind::LayerNorm)
        operand(at(mean), traced(steps.mean));
    operand(at(inverse), traced(steps.inverse));
    const float offset = operands_.spec().norm.gain_offset;
    if (!norm.gain.empty())
        operand(at(gain), traced(exactly(double(norm.gain[id_.element])) + exactly(double(offset)),
                                 norm.gain[id_.element] + offset));
    if (!norm.bias.empty())
        operand(at(bias), stored(norm.bias[id_.element]));
}

void NodeMaker::makeHeadNormalised(const TokenChain& chain) {
    if (chain.normalised.empty())
        return;
    node_.operation = Quantity::HeadNormalised;
    if (!node_.number) {
        node_.number = traced(chain.normalised[id_.element], chain.run.normalised[id_.element]);
        remark(Remark::RunAgain);
    }
    normOperands(*chain.head_norm, operands_.headNorm(id_.side), at(Quantity::Projected),
                 traced(chain.projected[id_.element], chain.run.projected[id_.element]),
                 Quantity::HeadNormMean, Quantity::HeadNormInverse, Quantity::HeadNormGain,
                 Quantity::HeadNormBias);
}

void NodeMaker::makeNormStep(const NormSteps& steps, const std::vector<TracedNumber>& elements, Quantity mean,
                             Quantity spread, Quantity element) {
    remark(Remark::NotFormed);
    if (id_.quantity == mean) {
        node_.number = traced(steps.mean);
    } else if (id_.quantity == spread) {
        node_.number = traced(steps.spread);
        if (operands_.spec().norm.kind == NormKind::LayerNorm)
            operand(at(mean), traced(steps.mean));
    } else {
        node_.number = traced(steps.inverse);
        node_.constant = double(operands_.spec().norm.epsilon);
        operand(at(spread), traced(steps.spread));
        return;
    }
    column(at(element, id_.side, 0), TermIndex::Element, elements);
}

void NodeMaker::makeNormParameter(const NormParameters& norm, bool gain) {
    const std::vector<float>& values = gain ? norm.gain : norm.bias;
    if (values.empty())
        return;
    const float offset = gain ? operands_.spec().norm.gain_offset : 0.0f;
    node_.number = offset != 0.0f ? traced(exactly(double(values[id_.element])) + exactly(double(offset)),
                                           values[id_.element] + offset)
                                  : stored(values[id_.element]);
    if (offset != 0.0f)
        node_.constant = double(offset);
    node_.stored = StoredAt{(gain ? norm.slot->gain : norm.slot->bias).name, id_.element, std::nullopt};
}

Result<void> NodeMaker::makeProjected(const TokenChain& chain) {
    node_.operation = Quantity::Projected;
    if (!node_.number) {
        node_.number = traced(chain.projected[id_.element], chain.run.projected[id_.element]);
        remark(Remark::RunAgain);
    }
    if (operands_.model().backend().precision() == ComputePrecision::BF16)
        remark(Remark::Bf16Products);
    node_.stored = operands_.placeOfWeight(id_.side, id_.element, std::nullopt);
    HEADLIGHT_ASSIGN(const SideWeights* const weights, chain_.weights(id_.side));
    const auto row = static_cast<Eigen::Index>(id_.element);
    std::vector<TracedNumber> weight_numbers;
    for (Eigen::Index c = 0; c < weights->weight.cols(); ++c)
        weight_numbers.push_back(stored(static_cast<float>(weights->weight(row, c))));
    column(at(Quantity::InputElement, id_.side, 0), TermIndex::Element, traced(chain.input, chain.run.input));
    column(at(Quantity::ProjectionWeight), TermIndex::Input, std::move(weight_numbers));
    if (!operands_.placeOfBias(id_.side, id_.element).tensor.empty())
        operand(at(Quantity::ProjectionBias), stored(static_cast<float>(weights->bias(row))));
    return {};
}

Result<void> NodeMaker::makeProjectionParameter() {
    HEADLIGHT_ASSIGN(const SideWeights* const weights, chain_.weights(id_.side));
    const auto row = static_cast<Eigen::Index>(id_.element);
    const bool weight = id_.quantity == Quantity::ProjectionWeight;
    node_.number = stored(static_cast<float>(
        weight ? weights->weight(row, static_cast<Eigen::Index>(id_.input)) : weights->bias(row)));
    node_.stored = weight ? operands_.placeOfWeight(id_.side, id_.element, id_.input)
                          : operands_.placeOfBias(id_.side, id_.element);
    return {};
}

void NodeMaker::makeInput(const TokenChain& chain) {
    node_.number = traced(chain.input[id_.element], chain.run.input[id_.element]);
    if (!chain.norm) {
        makeResidual(chain);
        return;
    }
    remark(Remark::RunAgain);
    normOperands(*chain.norm, operands_.inputNorm(), at(Quantity::ResidualElement),
                 traced(chain.residual[id_.element], chain.run.residual[id_.element]), Quantity::NormMean,
                 Quantity::NormInverse, Quantity::NormGain, Quantity::NormBias);
}

void NodeMaker::makeResidual(const TokenChain& chain) {
    node_.operation = Quantity::ResidualElement;
    node_.number = traced(chain.residual[id_.element], chain.run.residual[id_.element]);
    if (operands_.isCross() && id_.side == HeadSide::Query)
        remark(Remark::ResidualRunAgain);
}

} // namespace headlight::provenance
