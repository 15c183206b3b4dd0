#include "core/analysis/provenance/node_maker.h"

#include <cassert>

namespace headlight::provenance {

namespace {

/// How many elements a vector has that `id`'s element counts.
std::size_t elementCount(const HeadOperands& operands, const NodeId& id) {
    switch (id.quantity) {
    case Quantity::InputVector:
    case Quantity::InputElement:
    case Quantity::NormMean:
    case Quantity::NormSpread:
    case Quantity::NormInverse:
    case Quantity::NormGain:
    case Quantity::NormBias:
    case Quantity::ResidualVector:
    case Quantity::ResidualElement:
        return operands.nInputs(id.side);
    case Quantity::ContributionVector:
    case Quantity::Contribution:
    case Quantity::OutputWeight:
        return operands.spec().d_model;
    default:
        return operands.headDim();
    }
}

std::size_t inputCount(const HeadOperands& operands, const NodeId& id) {
    if (id.quantity == Quantity::ProjectionWeight)
        return operands.nInputs(id.side);
    return id.quantity == Quantity::OutputWeight ? operands.headDim() : 1;
}

Error outside(const char* what, std::size_t index, std::size_t count) {
    return makeError(ErrorKind::Usage,
                     "there is no " + std::string(what) + " " + std::to_string(index) + " here")
        .butFound("less than " + std::to_string(count), std::to_string(index));
}

} // namespace

std::vector<TracedNumber> traced(const std::vector<Tracked>& numbers, const std::vector<float>& run) {
    std::vector<TracedNumber> both;
    both.reserve(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        both.push_back(traced(numbers[i], i < run.size() ? std::optional(run[i]) : std::nullopt));
    return both;
}

NodeMaker::NodeMaker(HeadChain& chain, const NodeId& id, const RunControl& control)
    : chain_(chain)
    , operands_(chain.operands())
    , id_(id)
    , control_(control) {
    node_.id = id;
    node_.operation = id.quantity;
}

NodeId NodeMaker::at(Quantity quantity) const {
    NodeId id = id_;
    id.quantity = quantity;
    return id;
}

NodeId NodeMaker::at(Quantity quantity, HeadSide side, std::size_t element) const {
    NodeId id = at(quantity);
    id.side = side;
    id.element = element;
    id.input = 0;
    return id;
}

void NodeMaker::column(const NodeId& first, TermIndex index, std::vector<TracedNumber> numbers) {
    if (!node_.terms)
        node_.terms.emplace();
    assert(node_.terms->columns.empty() || node_.terms->size() == numbers.size());
    node_.terms->columns.push_back({first, index, std::move(numbers)});
}

Result<void> NodeMaker::checkIndices() const {
    if (id_.query >= operands_.nQueries())
        return outside("query token", id_.query, operands_.nQueries());
    if (id_.key >= operands_.nKeys())
        return outside("key token", id_.key, operands_.nKeys());
    if (id_.element >= elementCount(operands_, id_))
        return outside("element", id_.element, elementCount(operands_, id_));
    if (id_.input >= inputCount(operands_, id_))
        return outside("input", id_.input, inputCount(operands_, id_));
    return {};
}

Result<ProvenanceNode> NodeMaker::make() {
    HEADLIGHT_CHECK(checkIndices());
    if (id_.quantity < Quantity::HeadVector) {
        HEADLIGHT_CHECK(makeRow());
    } else if (id_.quantity <= Quantity::ResidualElement) {
        HEADLIGHT_CHECK(makeSide());
    } else {
        HEADLIGHT_CHECK(makeOutput());
    }
    return std::move(node_);
}

} // namespace headlight::provenance
