#include "core/maps/head_source.h"

#include <algorithm>

namespace headlight {

HeadSource::HeadSource(std::shared_ptr<const Trace> trace, const HeadAddress& head, std::vector<MapAlteration> alterations)
    : trace_(std::move(trace)), head_(head), rows_(MapAxis::plain(trace_->nQueries(head.kind))),
      columns_(MapAxis::plain(trace_->nKeys(head.kind))), alterations_(std::move(alterations)) {
    findUncovered();
}

/// Ends that never fall from one row to the next, as the pictures of masks want it.
void HeadSource::findUncovered() {
    const EditedRows* const edited = trace_->editedRows(head_);
    if (edited == nullptr)
        return;
    std::vector<TokenRange> seen;
    for (std::size_t row = 0; row < rows_.size(); ++row)
        seen.push_back(visible(row));
    bool wider = false;
    for (const auto& [row, values] : *edited)
        for (std::size_t key = 0; key < values.scores.size(); ++key)
            if (values.scores[key] != kMaskedScore && (key < seen[row].begin || key >= seen[row].end)) {
                seen[row] = {std::min(seen[row].begin, key), std::max(seen[row].end, key + 1)};
                wider = true;
            }
    if (!wider)
        return;
    for (std::size_t row = 1; row < seen.size(); ++row)
        seen[row].end = std::max(seen[row].end, seen[row - 1].end);
    for (std::size_t row = seen.size(); row-- > 1;)
        seen[row - 1].begin = std::min(seen[row - 1].begin, seen[row].begin);
    uncovered_ = std::move(seen);
}

Tensor HeadSource::tile(TokenRange rows, TokenRange columns) const {
    return trace_->weights(head_, rows, columns);
}

Tensor HeadSource::pooled(TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                          Pooling pooling) const {
    return trace_->pooledWeights(head_, rows, columns, out_rows, out_columns, pooling);
}

TokenRange HeadSource::visible(std::size_t row) const {
    if (!uncovered_.empty())
        return uncovered_[row];
    return trace_->attention(head_.kind, head_.layer).problem.mask.visible(row, columns_.size());
}

std::vector<float> HeadSource::rowMaxima(TokenRange rows) const {
    return headRowMaxima(*trace_, head_, rows);
}

std::vector<float> headRowMaxima(const Trace& trace, const HeadAddress& head, TokenRange rows) {
    // weight(i, j) = exp(score(i, j) - maximum(i)) * inverse_sum(i): at the row's largest score this is
    // inverse_sum(i).
    std::vector<float> maxima(rows.size());
    const MatrixView all = trace.attention(head.kind, head.layer).softmax.inverse_sum;
    if (!maxima.empty())
        trace.backend().download(all.columnsFrom(head.head.value, 1).rowsFrom(rows.begin, rows.size()),
                                 maxima);
    if (const EditedRows* const edited = trace.editedRows(head))
        for (auto row = edited->lower_bound(rows.begin); row != edited->end() && row->first < rows.end; ++row)
            maxima[row->first - rows.begin] = *std::ranges::max_element(row->second.weights);
    return maxima;
}

} // namespace headlight
