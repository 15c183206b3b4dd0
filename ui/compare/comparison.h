// Two heads beside one another and what they differ in: of two sentences, or of two models on the same one.
#pragma once

#include "core/analysis/token_alignment.h"
#include "core/base/run_control.h"
#include "ui/document/run_snapshot.h"
#include "ui/heatmap/head_map.h"

namespace headlight::ui {

/// One side: a run and one of its heads.
struct ComparedHead {
    SnapshotPtr snapshot;
    HeadAddress head;
};

/// Cheap to copy.
struct Comparison {
    HeadMap a;
    HeadMap b;
    HeadMap difference; ///< A - B along the alignment; rows and columns without a partner are gaps
    Alignment rows;     ///< tokens of A and of B
    Alignment columns;
    [[nodiscard]] bool empty() const { return a.empty() || b.empty(); }
    /// "5 of 7 rows and 6 of 8 columns have a partner in the other; the rest is left blank".
    [[nodiscard]] QString summary() const;
    /// The same token of the other side; nothing without a partner.
    [[nodiscard]] std::optional<std::size_t> inB(const Alignment& side, std::size_t token_of_a) const;
    [[nodiscard]] std::optional<std::size_t> inA(const Alignment& side, std::size_t token_of_b) const;
};

/// Tokens are partners where they read alike: on one text those at the same place in it, else by a longest
/// common subsequence of what they read as. Reads both maps once for the scale. Errors: a head outside its
/// run (Usage), memory, cancelled.
[[nodiscard]] Result<Comparison> makeComparison(const ComparedHead& a, const ComparedHead& b,
                                                const RunControl& control = {});

} // namespace headlight::ui
