#include "core/analysis/head_table.h"

#include "core/analysis/row_measurer.h"
#include "core/base/memory.h"

#include <algorithm>
#include <string>

namespace headlight {

namespace {

/// Indices of all heads, those of `first` before the others.
std::vector<std::size_t> measuringOrder(const HeadTable& table, const std::vector<HeadAddress>& first) {
    std::vector<std::size_t> order;
    std::vector<bool> taken(table.size(), false);
    const auto take = [&](std::size_t index) {
        if (!taken[index])
            order.push_back(index);
        taken[index] = true;
    };
    for (const HeadAddress& head : first)
        if (table.holds(head))
            take(table.indexOf(head));
    for (std::size_t index = 0; index < table.size(); ++index)
        take(index);
    return order;
}

bool sameKeys(const AttentionMask& a, const AttentionMask& b) {
    return a.causal == b.causal && a.window == b.window && a.query_offset == b.query_offset;
}

/// What an even spread measures in every layer; layers with the same mask share it.
Result<void> measureEven(const Trace& trace, const MeasuredTokens& tokens, const RunControl& control, HeadTable& table) {
    const auto maskOf = [&](std::size_t layer) { return trace.attention(table.kind, LayerIndex(layer)).problem.mask; };
    for (std::size_t layer = 0; layer < table.n_layers; ++layer) {
        std::size_t same = 0;
        while (same < layer && !sameKeys(maskOf(same), maskOf(layer)))
            ++same;
        if (same < layer) {
            table.even[layer] = table.even[same];
            continue;
        }
        HEADLIGHT_ASSIGN(table.even[layer], measureEvenSpread(maskOf(layer), trace.nQueries(table.kind), tokens, control));
    }
    return {};
}

Result<HeadTable> measureAll(const Trace& trace, AttentionKind kind, const MeasureInput& input, const TableOptions& options,
                             const RunControl& control) {
    HeadTable table(kind, trace.nLayers(kind), trace.nHeads(kind));
    const MeasuredTokens tokens(input, trace.nKeys(kind));
    table.n_repeated = tokens.repeats().nRepeated();
    HEADLIGHT_CHECK(measureEven(trace, tokens, control, table));
    if (options.on_start)
        options.on_start(table);
    std::size_t n_done = 0;
    for (const std::size_t index : measuringOrder(table, options.first)) {
        control.report(double(n_done++) / double(table.size()), "measuring heads");
        const HeadAddress head = table.addressOf(index);
        HEADLIGHT_ASSIGN(table.measures[index], measureRows(trace, head, tokens, control));
        if (options.on_head)
            options.on_head(head, *table.measures[index]);
    }
    control.report(1.0, "measured");
    return table;
}

} // namespace

std::size_t HeadTable::nMeasured() const {
    return static_cast<std::size_t>(std::ranges::count_if(measures, [](const auto& head) { return head.has_value(); }));
}

std::optional<double> HeadTable::value(const HeadAddress& head, HeadMeasure measure) const {
    if (!holds(head) || !measures[indexOf(head)])
        return std::nullopt;
    return valueOf(*measures[indexOf(head)], measure);
}

std::optional<double> HeadTable::evenValue(const HeadAddress& head, HeadMeasure measure) const {
    if (!holds(head) || !even[head.layer.value] || measureInfo(measure).unit != MeasureUnit::Share)
        return std::nullopt;
    return valueOf(*even[head.layer.value], measure);
}

std::optional<HeadRole> HeadTable::role(const HeadAddress& head) const {
    if (!holds(head) || !measures[indexOf(head)] || !even[head.layer.value])
        return std::nullopt;
    return roleOf(*measures[indexOf(head)], *even[head.layer.value], n_repeated, kind);
}

Result<DescribedHead> describeHead(const Trace& trace, const HeadAddress& head, const MeasureInput& input, const RunControl& control) {
    return guardMemory([&]() -> Result<DescribedHead> {
        const MeasuredTokens tokens(input, trace.nKeys(head.kind));
        const AttentionMask& mask = trace.attention(head.kind, head.layer).problem.mask;
        DescribedHead described;
        HEADLIGHT_ASSIGN(described.measures, measureRows(trace, head, tokens, control));
        HEADLIGHT_ASSIGN(described.even, measureEvenSpread(mask, trace.nQueries(head.kind), tokens, control));
        described.role = roleOf(described.measures, described.even, tokens.repeats().nRepeated(), head.kind);
        return described;
    });
}

Result<HeadTable> measureHeads(const Trace& trace, AttentionKind kind, const MeasureInput& input, const TableOptions& options,
                               const RunControl& control) {
    if (!trace.has(kind))
        return makeError(ErrorKind::Usage, "this model has no " + std::string(attentionKindName(kind)) + " attention");
    return guardMemory([&] { return measureAll(trace, kind, input, options, control); });
}

} // namespace headlight
