// Nodes of what a head gives: weighted values, its output, and each key's share of it.
// Kobayashi et al. 2020, "Attention is Not Only a Weight": the length of weight * (value W_O), values with
// their bias.
#include "core/analysis/provenance/node_maker.h"

namespace headlight::provenance {

namespace {

TracedNumber unformed(double exact) {
    return {std::nullopt, exact, 0.0};
}

} // namespace

Result<void> NodeMaker::makeOutput() {
    if (id_.quantity == Quantity::OutputWeight) {
        HEADLIGHT_ASSIGN(const RowMatrix* const slice, chain_.outputSlice());
        node_.number = stored(static_cast<float>(
            (*slice)(static_cast<Eigen::Index>(id_.element), static_cast<Eigen::Index>(id_.input))));
        node_.stored = operands_.placeOfOutputWeight(id_.element, id_.input);
        return {};
    }
    HEADLIGHT_ASSIGN(const auto row, chain_.row(id_.query, control_));
    HEADLIGHT_ASSIGN(const auto output, chain_.output(id_.query, control_));
    if (id_.quantity == Quantity::HeadOutput || id_.quantity == Quantity::HeadOutputVector) {
        makeHeadOutput(*row, *output);
        return {};
    }
    const bool needs_slice = id_.quantity >= Quantity::ContributionVector;
    if (needs_slice && !chain_.fromResidual())
        return makeError(ErrorKind::Unsupported, "this backend cannot read the output projection back")
            .nextStep("Run with --backend cpu");
    const bool visible = id_.key >= row->keys.begin && id_.key < row->keys.end;
    if (!visible)
        remark(Remark::Masked);
    if (needs_slice && operands_.spec().norm.placement != NormPlacement::Pre)
        remark(Remark::NormFollows);
    const double norm = visible ? output->norms[id_.key - row->keys.begin] : 0.0;
    NodeId first_key = at(Quantity::ContributionNorm);
    first_key.key = row->keys.begin;
    switch (id_.quantity) {
    case Quantity::ContributionSum: {
        node_.number = unformed(output->total);
        std::vector<TracedNumber> norms;
        for (const double one : output->norms)
            norms.push_back(unformed(one));
        column(first_key, TermIndex::Key, std::move(norms));
        return {};
    }
    case Quantity::ContributionShare:
        node_.number = unformed(output->total > 0.0 ? norm / output->total : 0.0);
        operand(at(Quantity::ContributionNorm), unformed(norm));
        operand(at(Quantity::ContributionSum), unformed(output->total));
        return {};
    case Quantity::ContributionNorm:
        node_.number = unformed(norm);
        break;
    default:
        break;
    }
    return visible ? makeContribution(*row) : Result<void>();
}

void NodeMaker::makeHeadOutput(const RowChain& row, const OutputChain& output) {
    remark(Remark::RunAgain);
    if (operands_.model().backend().attentionPrecision() != ComputePrecision::F32)
        remark(Remark::RoundedFactors);
    if (id_.quantity == Quantity::HeadOutputVector) {
        column(at(Quantity::HeadOutput, HeadSide::Value, 0), TermIndex::Element,
               traced(output.output, output.output_run));
        return;
    }
    node_.number = traced(output.output[id_.element], output.output_run[id_.element]);
    NodeId weight = at(Quantity::AttentionWeight, HeadSide::Query, 0);
    NodeId value = at(Quantity::HeadElement, HeadSide::Value, id_.element);
    weight.key = value.key = row.keys.begin;
    const auto values = chain_.vectors(HeadSide::Value, row.keys.end, control_);
    const Tensor run = operands_.placedRows(HeadSide::Value, row.keys);
    if (!values) // they are there: the output was made of them
        return;
    std::vector<TracedNumber> value_numbers;
    for (std::size_t j = 0; j < row.keys.size(); ++j)
        value_numbers.push_back(
            traced((*values.value())[(row.keys.begin + j) * operands_.headDim() + id_.element],
                   run.row(j)[id_.element]));
    column(weight, TermIndex::Key, traced(row.weights, row.weights_run));
    column(value, TermIndex::Key, std::move(value_numbers));
}

Result<void> NodeMaker::makeContribution(const RowChain& row) {
    const std::size_t j = id_.key - row.keys.begin;
    HEADLIGHT_ASSIGN(const auto value, chain_.token(HeadSide::Value, id_.key));
    const double weight = row.weights[j].value;
    const std::size_t head_dim = operands_.headDim();
    std::vector<TracedNumber> weighted;
    Eigen::VectorXd vector(static_cast<Eigen::Index>(head_dim));
    for (std::size_t e = 0; e < head_dim; ++e) {
        weighted.push_back(unformed(weight * value->placed[e].value));
        vector(static_cast<Eigen::Index>(e)) = weighted.back().exact;
    }
    const NodeId weighted_first = at(Quantity::WeightedValue, HeadSide::Value, 0);
    switch (id_.quantity) {
    case Quantity::WeightedValue:
        node_.number = weighted[id_.element];
        remark(Remark::NotFormed);
        operand(at(Quantity::AttentionWeight, HeadSide::Query, 0),
                traced(row.weights[j], row.weights_run[j]));
        operand(at(Quantity::HeadElement, HeadSide::Value, id_.element),
                traced(value->placed[id_.element], value->run.placed[id_.element]));
        return {};
    case Quantity::WeightedVector:
        column(weighted_first, TermIndex::Element, std::move(weighted));
        return {};
    default:
        break;
    }
    HEADLIGHT_ASSIGN(const RowMatrix* const slice, chain_.outputSlice());
    if (id_.quantity == Quantity::Contribution) {
        const auto channel = static_cast<Eigen::Index>(id_.element);
        node_.number = unformed(slice->row(channel).dot(vector));
        std::vector<TracedNumber> weights;
        for (std::size_t e = 0; e < head_dim; ++e)
            weights.push_back(stored(static_cast<float>((*slice)(channel, static_cast<Eigen::Index>(e)))));
        column(weighted_first, TermIndex::Element, std::move(weighted));
        NodeId first_weight = at(Quantity::OutputWeight, HeadSide::Value, id_.element);
        column(first_weight, TermIndex::Input, std::move(weights));
        node_.stored = operands_.placeOfOutputWeight(id_.element, 0);
        node_.stored->input.reset();
        return {};
    }
    const Eigen::VectorXd contribution = *slice * vector; // [d_model]
    std::vector<TracedNumber> channels;
    for (const double channel : contribution)
        channels.push_back(unformed(channel));
    column(at(Quantity::Contribution, HeadSide::Value, 0), TermIndex::Element, std::move(channels));
    return {};
}

} // namespace headlight::provenance
