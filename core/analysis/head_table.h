// Every measure of every head of one kind of attention.
#pragma once

#include "core/analysis/head_measures.h"
#include "core/analysis/head_roles.h"

#include <functional>
#include <span>

namespace headlight {

/// Plain data. Heads that are not measured yet have no measures and no role.
struct HeadTable {
    AttentionKind kind = AttentionKind::EncoderSelf;
    std::size_t n_layers = 0;
    std::size_t n_heads = 0;
    std::size_t n_repeated = 0;                        ///< tokens that were there before in this text
    std::vector<std::optional<HeadMeasures>> measures; ///< [n_layers, n_heads]
    std::vector<std::optional<HeadMeasures>> even;     ///< [n_layers] what an even spread over the same keys measures

    HeadTable() = default;
    HeadTable(AttentionKind of_kind, std::size_t layers, std::size_t heads)
        : kind(of_kind)
        , n_layers(layers)
        , n_heads(heads)
        , measures(layers * heads)
        , even(layers) {}

    [[nodiscard]] std::size_t size() const { return n_layers * n_heads; }
    [[nodiscard]] std::size_t nMeasured() const;
    [[nodiscard]] bool complete() const { return nMeasured() == size(); }
    [[nodiscard]] bool holds(const HeadAddress& head) const {
        return head.kind == kind && head.layer.value < n_layers && head.head.value < n_heads;
    }
    [[nodiscard]] HeadAddress addressOf(std::size_t index) const {
        return {kind, LayerIndex(index / n_heads), HeadIndex(index % n_heads)};
    }
    [[nodiscard]] std::size_t indexOf(const HeadAddress& head) const { return head.layer.value * n_heads + head.head.value; }

    /// Nothing where the head is not in the table, not measured yet, or the text has nothing to measure.
    [[nodiscard]] std::optional<double> value(const HeadAddress& head, HeadMeasure measure) const;
    /// What an even spread would give, for shares of the weight; nothing for other measures.
    [[nodiscard]] std::optional<double> evenValue(const HeadAddress& head, HeadMeasure measure) const;
    /// Nothing while it is not measured.
    [[nodiscard]] std::optional<HeadRole> role(const HeadAddress& head) const;
};

/// One head with what its numbers are compared with.
struct DescribedHead {
    HeadMeasures measures;
    HeadMeasures even; ///< what an even spread over the same keys measures
    HeadRole role = HeadRole::None;
};

/// Measures one head and names what it does. Errors as measureHead().
[[nodiscard]] Result<DescribedHead> describeHead(const Trace& trace, const HeadAddress& head, const MeasureInput& input = {},
                                                 const RunControl& control = {});

/// For whoever does not want to wait for all heads. The functions are called in the measuring thread.
struct TableOptions {
    std::vector<HeadAddress> first = {};                                             ///< measured before the others (those in sight)
    std::function<void(const HeadTable&)> on_start = {};                             ///< all but the measures is there
    std::function<void(const HeadAddress&, const HeadMeasures&)> on_head = {};       ///< one more is there
};

/// Measures all heads of a kind, each rebuilt once. Errors: no such attention, cancelled (noticed within a block of rows),
/// out of memory.
[[nodiscard]] Result<HeadTable> measureHeads(const Trace& trace, AttentionKind kind, const MeasureInput& input = {},
                                             const TableOptions& options = {}, const RunControl& control = {});

} // namespace headlight
