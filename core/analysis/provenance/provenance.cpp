#include "core/analysis/provenance/provenance.h"

#include "core/analysis/provenance/node_maker.h"
#include "core/base/memory.h"

#include <cmath>
#include <mutex>

namespace headlight {

double TracedNumber::difference() const {
    if (!run || double(*run) == exact) // also two infinities
        return 0.0;
    return double(*run) - exact;
}

double TracedNumber::relativeDifference() const {
    const double apart = std::abs(difference());
    return exact != 0.0 ? apart / std::abs(exact) : apart;
}

bool TracedNumber::agrees() const {
    return std::abs(difference()) <= bound;
}

NodeId Terms::idAt(std::size_t column, std::size_t row) const {
    NodeId id = columns[column].first;
    switch (columns[column].index) {
    case TermIndex::Element:
        id.element += row;
        break;
    case TermIndex::Input:
        id.input += row;
        break;
    case TermIndex::Key:
        id.key += row;
        break;
    }
    return id;
}

double Terms::termAt(std::size_t row) const {
    double term = 1.0;
    for (const TermColumn& column : columns)
        term *= column.numbers[row].exact;
    return term;
}

struct Provenance::State {
    explicit State(provenance::HeadOperands operands)
        : head(operands.head())
        , chain(std::move(operands)) {}
    HeadAddress head;
    std::mutex mutex;
    provenance::HeadChain chain;
};

Provenance::Provenance() = default;
Provenance::~Provenance() = default;

Result<std::shared_ptr<const Provenance>> Provenance::create(std::shared_ptr<const Model> model,
                                                             std::shared_ptr<const Trace> trace,
                                                             const HeadAddress& head) {
    HEADLIGHT_CHECK(trace->check(head));
    return guardMemory([&]() -> Result<std::shared_ptr<const Provenance>> {
        std::shared_ptr<Provenance> made(new Provenance());
        made->state_ =
            std::make_unique<State>(provenance::HeadOperands(std::move(model), std::move(trace), head));
        return std::shared_ptr<const Provenance>(std::move(made));
    });
}

const HeadAddress& Provenance::head() const {
    return state_->head;
}

Result<ProvenanceNode> Provenance::node(const NodeId& id, const RunControl& control) const {
    const std::lock_guard lock(state_->mutex);
    return guardMemory([&] { return provenance::NodeMaker(state_->chain, id, control).make(); });
}

} // namespace headlight
