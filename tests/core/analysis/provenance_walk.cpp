#include "tests/core/analysis/provenance_walk.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace headlight::test {
namespace {

std::optional<double> operandOf(const ProvenanceNode& node, Quantity quantity) {
    for (const Operand& operand : node.operands)
        if (operand.id.quantity == quantity)
            return operand.number.exact;
    return std::nullopt;
}

double sumOfTerms(const ProvenanceNode& node) {
    double sum = 0.0;
    for (std::size_t row = 0; row < node.terms->size(); ++row)
        sum += node.terms->termAt(row);
    return sum;
}

double sumOfSquares(const ProvenanceNode& node, double mean) {
    double sum = 0.0;
    for (std::size_t row = 0; row < node.terms->size(); ++row)
        sum += std::pow(node.terms->termAt(row) - mean, 2);
    return sum;
}

double normOf(const ProvenanceNode& node, Quantity x, Quantity mean, Quantity inverse, Quantity gain,
              Quantity bias) {
    return (*operandOf(node, x) - operandOf(node, mean).value_or(0.0)) * *operandOf(node, inverse) *
               operandOf(node, gain).value_or(1.0) +
           operandOf(node, bias).value_or(0.0);
}

double scoreOf(const ProvenanceNode& node) {
    double score = *operandOf(node, Quantity::ScaledProduct);
    if (const auto cap = operandOf(node, Quantity::SoftCap))
        score = *cap * std::tanh(score / *cap);
    return score + operandOf(node, Quantity::PositionBias).value_or(0.0);
}

/// What the node's own operands give by its formula; nothing for numbers that are stored.
std::optional<double> recomputed(const ProvenanceNode& node) {
    if (!node.terms && node.operands.empty() && node.operation != Quantity::Angle)
        return std::nullopt;
    using Q = Quantity;
    const auto n = node.terms ? double(node.terms->size()) : 0.0;
    switch (node.operation) {
    case Q::AttentionWeight:
        return std::exp(*operandOf(node, Q::Score) - *operandOf(node, Q::RowMaximum)) /
               *operandOf(node, Q::ExponentialSum);
    case Q::Exponential:
        return std::exp(*operandOf(node, Q::Score) - *operandOf(node, Q::RowMaximum));
    case Q::RowMaximum: {
        double highest = -HUGE_VAL;
        for (std::size_t row = 0; row < node.terms->size(); ++row)
            highest = std::max(highest, node.terms->termAt(row));
        return highest;
    }
    case Q::Score:
        return scoreOf(node);
    case Q::ScaledProduct:
        return *operandOf(node, Q::DotProduct) * *operandOf(node, Q::Scale);
    case Q::HeadElement: {
        const double partner = node.operands[1].number.exact * *operandOf(node, Q::Sine);
        return node.operands[0].number.exact * *operandOf(node, Q::Cosine) +
               (node.adds_partner ? partner : -partner);
    }
    case Q::Cosine:
        return std::cos(*operandOf(node, Q::Angle)) * node.constant.value_or(1.0);
    case Q::Sine:
        return std::sin(*operandOf(node, Q::Angle)) * node.constant.value_or(1.0);
    case Q::Angle:
        return *node.constant * double(node.id.side == HeadSide::Query ? node.id.query : node.id.key);
    case Q::HeadNormalised:
        return normOf(node, Q::Projected, Q::HeadNormMean, Q::HeadNormInverse, Q::HeadNormGain,
                      Q::HeadNormBias);
    case Q::InputElement:
        return normOf(node, Q::ResidualElement, Q::NormMean, Q::NormInverse, Q::NormGain, Q::NormBias);
    case Q::HeadNormMean:
    case Q::NormMean:
        return sumOfTerms(node) / n;
    case Q::HeadNormSpread:
        return sumOfSquares(node, operandOf(node, Q::HeadNormMean).value_or(0.0)) / n;
    case Q::NormSpread:
        return sumOfSquares(node, operandOf(node, Q::NormMean).value_or(0.0)) / n;
    case Q::HeadNormInverse:
        return 1.0 / std::sqrt(*operandOf(node, Q::HeadNormSpread) + *node.constant);
    case Q::NormInverse:
        return 1.0 / std::sqrt(*operandOf(node, Q::NormSpread) + *node.constant);
    case Q::Projected:
        return sumOfTerms(node) + operandOf(node, Q::ProjectionBias).value_or(0.0);
    case Q::WeightedValue:
        return node.operands[0].number.exact * node.operands[1].number.exact;
    case Q::ContributionNorm:
        return std::sqrt(sumOfSquares(node, 0.0));
    case Q::ContributionShare:
        return *operandOf(node, Q::ContributionNorm) / *operandOf(node, Q::ContributionSum);
    default:
        return sumOfTerms(node); // the sums
    }
}

/// Nodes to open next: all operands, and of long lists some rows.
std::vector<std::pair<NodeId, TracedNumber>> children(const ProvenanceNode& node) {
    std::vector<std::pair<NodeId, TracedNumber>> found;
    for (const Operand& operand : node.operands)
        found.emplace_back(operand.id, operand.number);
    if (node.terms)
        for (std::size_t column = 0; column < node.terms->columns.size(); ++column)
            for (const std::size_t row : {std::size_t(0), node.terms->size() / 2, node.terms->size() - 1})
                found.emplace_back(node.terms->idAt(column, row), node.terms->columns[column].numbers[row]);
    return found;
}

bool same(const TracedNumber& a, const TracedNumber& b) {
    return a.run == b.run &&
           (a.exact == b.exact || std::abs(a.exact - b.exact) <= 1e-12 * (std::abs(a.exact) + 1e-3));
}

} // namespace

std::string describe(const ProvenanceNode& node) {
    std::string text(quantityName(node.id.quantity));
    text += " side " + std::to_string(int(node.id.side)) + " query " + std::to_string(node.id.query) +
            " key " + std::to_string(node.id.key) + " element " + std::to_string(node.id.element) +
            " input " + std::to_string(node.id.input);
    if (node.number)
        text += ": run " + (node.number->run ? std::to_string(*node.number->run) : "-") + ", exact " +
                std::to_string(node.number->exact) + ", apart " +
                std::to_string(node.number->difference() * 1e9) + "e-9, bound " +
                std::to_string(node.number->bound * 1e9) + "e-9";
    return text;
}

std::deque<NodeId> rootsOf(std::size_t query, std::size_t key) {
    std::deque<NodeId> roots;
    for (const Quantity quantity :
         {Quantity::AttentionWeight, Quantity::ContributionShare, Quantity::HeadOutputVector,
          Quantity::WeightedVector, Quantity::ContributionVector})
        roots.push_back({quantity, HeadSide::Value, query, key, 0, 0});
    for (const HeadSide side : {HeadSide::Query, HeadSide::Key, HeadSide::Value})
        for (const Quantity quantity :
             {Quantity::HeadVector, Quantity::InputVector, Quantity::ResidualVector})
            roots.push_back({quantity, side, query, key, 0, 0});
    return roots;
}

std::string explore(const Provenance& provenance, std::deque<NodeId> roots, Totals& totals) {
    std::set<NodeId> seen(roots.begin(), roots.end());
    while (!roots.empty()) {
        const auto node = provenance.node(roots.front());
        roots.pop_front();
        if (!node)
            return node.error().message();
        const bool hidden = std::ranges::find(node->remarks, Remark::Masked) != node->remarks.end();
        ++totals.n_nodes;
        totals.quantities.insert(node->id.quantity);
        if (!node->number && !node->terms && !hidden)
            return "nothing there: " + describe(*node);
        if (node->number) {
            totals.n_run += node->number->run ? 1 : 0;
            if (!node->number->agrees())
                return "beyond its bound: " + describe(*node);
            if (const auto value = recomputed(*node);
                value && std::abs(*value - node->number->exact) > 1e-11 * (std::abs(*value) + 1.0))
                return "does not follow from its operands, which give " + std::to_string(*value) + ": " +
                       describe(*node);
        }
        for (const auto& [id, number] : children(*node)) {
            if (!seen.insert(id).second)
                continue;
            const auto child = provenance.node(id);
            if (!child)
                return child.error().message();
            if (child->number && !same(*child->number, number))
                return "another number than its parent has: " + describe(*child) + ", parent " +
                       describe(*node);
            roots.push_back(id);
        }
    }
    return {};
}

} // namespace headlight::test
