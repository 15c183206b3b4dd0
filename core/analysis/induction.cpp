#include "core/analysis/induction.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <vector>

namespace headlight {

namespace {

constexpr std::size_t kRowsAtOnce = 64;

} // namespace

Result<std::optional<double>> inductionScore(const Trace& trace, const HeadAddress& head, std::span<const std::int32_t> ids,
                                             const RunControl& control) {
    assert(head.kind != AttentionKind::Cross && ids.size() == trace.nQueries(head.kind));
    std::unordered_map<std::int32_t, std::vector<std::size_t>> followers; // keys behind each occurrence so far
    double sum = 0.0;
    std::size_t n_rows = 0;
    for (std::size_t first = 0; first < ids.size(); first += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        const TokenRange rows{first, std::min(first + kRowsAtOnce, ids.size())};
        const Tensor weights = trace.weights(head, rows, {0, ids.size()}); // [rows.size(), n_tokens]
        for (std::size_t i = rows.begin; i < rows.end; ++i) {
            std::vector<std::size_t>& seen = followers[ids[i]];
            for (const std::size_t key : seen)
                sum += double(weights.row(i - rows.begin)[key]);
            n_rows += seen.empty() ? 0 : 1;
            if (i + 1 < ids.size())
                seen.push_back(i + 1);
        }
    }
    return n_rows > 0 ? std::optional(sum / double(n_rows)) : std::nullopt;
}

} // namespace headlight
