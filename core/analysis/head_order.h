// Which heads of a table are shown, and in which order: the same for the window and the command line.
#pragma once

#include "core/analysis/head_table.h"

#include <optional>
#include <vector>

namespace headlight {

enum class HeadSort { Layer, Head, Role, Measure };

struct MeasureRange {
    HeadMeasure measure = HeadMeasure::Entropy;
    double lowest = 0.0;
    double highest = 0.0; ///< both included
    bool operator==(const MeasureRange&) const = default;
};

/// Layers `first` to `last`, both included, counted from 0.
struct LayerSpan {
    std::size_t first = 0;
    std::size_t last = 0;
    bool operator==(const LayerSpan&) const = default;
};

/// Plain settings; the default is all heads, layer by layer.
struct HeadOrder {
    HeadSort sort = HeadSort::Layer;
    HeadMeasure measure = HeadMeasure::Entropy; ///< of HeadSort::Measure
    bool descending = false;
    std::vector<HeadRole> roles = {};           ///< only these; empty: all
    std::optional<MeasureRange> range = {};     ///< only heads whose value lies in it
    std::optional<LayerSpan> layers = {};
    bool operator==(const HeadOrder&) const = default;

    [[nodiscard]] bool filters() const { return !roles.empty() || range || layers; }
    /// Whether this is all heads, layer by layer.
    [[nodiscard]] bool plain() const { return sort == HeadSort::Layer && !descending && !filters(); }
};

/// The heads that pass the filters, sorted; equal ones by layer and head. Heads without a value come last whichever the
/// direction, and do not pass a filter on what is not measured yet. Roles sort as allRoles() lists them, and within a role by
/// the measure that decides it, largest first.
[[nodiscard]] std::vector<HeadAddress> arrangeHeads(const HeadTable& table, const HeadOrder& order);

} // namespace headlight
