// Heads of a made-up trace, measured and in order, for tests of all that shows them.
#pragma once

#include "tests/ui/support/made_up_trace.h"
#include "ui/heads/head_overview.h"

#include <QTest>

#include <vector>

namespace headlight::ui::test {

inline constexpr auto kKind = AttentionKind::EncoderSelf;
inline const MadeUp kSmall{.n_queries = 12, .n_keys = 12, .n_layers = 3, .n_heads = 8};

inline HeadAddress address(std::size_t layer, std::size_t head) {
    return {kKind, LayerIndex(layer), HeadIndex(head)};
}

inline OverviewRun runOf(const HeadMap& map) {
    OverviewRun run{map.trace, map.head.kind, {}};
    for (std::size_t key = 0; key < map.trace->nKeys(map.head.kind); ++key)
        run.input.ids.push_back(static_cast<std::int32_t>(key % 5));
    return run;
}

inline HeadOrder by(HeadMeasure measure, bool descending = true) {
    return {.sort = HeadSort::Measure, .measure = measure, .descending = descending};
}

/// Measured and in order.
inline bool settled(const HeadOverview& overview) {
    return QTest::qWaitFor([&] { return overview.table().complete() && !overview.measuring(); }, 20'000);
}

inline std::vector<double> valuesShown(const HeadOverview& overview, HeadMeasure measure) {
    std::vector<double> values;
    for (const HeadAddress& head : overview.shown())
        values.push_back(*overview.table().value(head, measure));
    return values;
}

} // namespace headlight::ui::test
