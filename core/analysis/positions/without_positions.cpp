#include "core/analysis/positions/without_positions.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cmath>

namespace headlight {

namespace {

constexpr std::size_t kRowsAtOnce = 16; // of logits
constexpr std::size_t kWeightsAtOnce = std::size_t{1} << 18;

/// Mean over a head's rows of half the summed difference.
double movedWeight(const Trace& with, const Trace& without, const HeadAddress& head) {
    const std::size_t n_rows = with.nQueries(head.kind);
    const std::size_t n_keys = with.nKeys(head.kind);
    const std::size_t band = std::max<std::size_t>(1, kWeightsAtOnce / std::max<std::size_t>(1, n_keys));
    double sum = 0.0;
    for (std::size_t first = 0; first < n_rows; first += band) {
        const TokenRange rows{first, std::min(first + band, n_rows)};
        const Tensor before = with.weights(head, rows, {0, n_keys});
        const Tensor after = without.weights(head, rows, {0, n_keys});
        for (std::size_t i = 0; i < before.size(); ++i)
            sum += std::abs(double(before.data()[i]) - double(after.data()[i]));
    }
    return n_rows > 0 ? sum / (2.0 * double(n_rows)) : 0.0;
}

Result<DoubleMatrix> movedWeights(const Trace& with, const Trace& without, AttentionKind kind,
                                  const RunControl& control) {
    DoubleMatrix moved(static_cast<Eigen::Index>(with.nLayers(kind)),
                       static_cast<Eigen::Index>(with.nHeads(kind)));
    for (Eigen::Index layer = 0; layer < moved.rows(); ++layer)
        for (Eigen::Index head = 0; head < moved.cols(); ++head) {
            if (control.stopRequested())
                return cancelledError();
            moved(layer, head) = movedWeight(with, without,
                                             {kind, LayerIndex(static_cast<std::size_t>(layer)),
                                              HeadIndex(static_cast<std::size_t>(head))});
        }
    return moved;
}

RowWithoutPositions compareRow(std::span<const float> with, std::span<const float> without,
                               std::optional<TokenId> next) {
    RowWithoutPositions row;
    row.with = topCandidates(with, 1).front();
    row.without = topCandidates(without, 1).front();
    const double sum_with = logSumExp(with);
    const double sum_without = logSumExp(without);
    for (std::size_t id = 0; id < with.size(); ++id) {
        const double log_with = double(with[id]) - sum_with;
        const double probability = std::exp(log_with);
        if (probability > 0.0)
            row.divergence += probability * (log_with - (double(without[id]) - sum_without));
    }
    row.divergence = std::max(0.0, row.divergence); // rounding may leave a little below
    if (next && *next >= 0 && static_cast<std::size_t>(*next) < with.size()) {
        row.surprise_with = sum_with - double(with[static_cast<std::size_t>(*next)]);
        row.surprise_without = sum_without - double(without[static_cast<std::size_t>(*next)]);
    }
    return row;
}

Result<void> compareRows(const Model& model, const RunResult& with, const std::vector<TokenId>& next,
                         const RunControl& control, WithoutPositions& result) {
    const std::size_t n_rows = with.trace->stack(model.spec().outputStack()).nTokens();
    for (std::size_t first = 0; first < n_rows; first += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        control.report(0.8 + 0.2 * double(first) / double(n_rows), "comparing predictions");
        const TokenRange rows{first, std::min(first + kRowsAtOnce, n_rows)};
        HEADLIGHT_ASSIGN(const Tensor before, model.logits(*with.trace, rows));
        HEADLIGHT_ASSIGN(const Tensor after, model.logits(*result.run.trace, rows));
        for (std::size_t i = 0; i < rows.size(); ++i)
            result.rows.push_back(
                compareRow(before.row(i), after.row(i),
                           first + i < next.size() ? std::optional(next[first + i]) : std::nullopt));
    }
    return {};
}

void summarise(WithoutPositions& result) {
    double with = 0.0, without = 0.0;
    std::size_t n_known = 0;
    for (const RowWithoutPositions& row : result.rows) {
        result.n_same += row.with.id == row.without.id ? 1 : 0;
        if (!row.surprise_with)
            continue;
        with += *row.surprise_with;
        without += *row.surprise_without;
        ++n_known;
    }
    if (n_known > 0) {
        result.surprise_with = with / double(n_known);
        result.surprise_without = without / double(n_known);
    }
}

} // namespace

Result<WithoutPositions> compareWithoutPositions(const Model& model, const RunResult& with,
                                                 const std::vector<TokenId>& next,
                                                 const RunControl& control) {
    return guardMemory([&]() -> Result<WithoutPositions> {
        WithoutPositions result;
        const RunControl first_half{control.stop, [&control](double fraction, std::string_view what) {
                                        control.report(0.5 * fraction, what);
                                    }};
        HEADLIGHT_ASSIGN(result.run, model.runWithoutPositions(with.input, first_half));
        for (const AttentionKind kind : with.trace->kinds()) {
            control.report(0.5, "comparing heads");
            HEADLIGHT_ASSIGN(result.moved[kind], movedWeights(*with.trace, *result.run.trace, kind, control));
        }
        const HeadKind head = model.spec().head;
        if (head == HeadKind::LanguageModel || head == HeadKind::MaskedLanguageModel)
            HEADLIGHT_CHECK(compareRows(model, with, next, control, result));
        summarise(result);
        return result;
    });
}

} // namespace headlight
