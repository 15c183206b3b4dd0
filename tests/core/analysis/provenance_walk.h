// Walks through the numbers of a head and works each out again from what it is said to follow from.
#pragma once

#include "core/analysis/provenance/provenance.h"

#include <deque>
#include <set>
#include <string>

namespace headlight::test {

/// What was opened on the way.
struct Totals {
    std::size_t n_nodes = 0;
    std::size_t n_run = 0; ///< that the F32 run has a number of, too
    std::set<Quantity> quantities;
};

/// The node for a failed test's message: what it is, its numbers, and how far they may be apart.
[[nodiscard]] std::string describe(const ProvenanceNode& node);

/// Where to begin for a pair of tokens: its weight, its contribution, and the vectors of the three sides.
[[nodiscard]] std::deque<NodeId> rootsOf(std::size_t query, std::size_t key);

/// Opens everything that can be reached from `roots`; an empty string when all of it holds.
[[nodiscard]] std::string explore(const Provenance& provenance, std::deque<NodeId> roots, Totals& totals);

} // namespace headlight::test
