#include "core/maps/head_source.h"

namespace headlight {

HeadSource::HeadSource(std::shared_ptr<const Trace> trace, const HeadAddress& head)
    : trace_(std::move(trace))
    , head_(head)
    , rows_(MapAxis::plain(trace_->nQueries(head.kind)))
    , columns_(MapAxis::plain(trace_->nKeys(head.kind))) {}

Tensor HeadSource::tile(TokenRange rows, TokenRange columns) const {
    return trace_->weights(head_, rows, columns);
}

Tensor HeadSource::pooled(TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                          Pooling pooling) const {
    return trace_->pooledWeights(head_, rows, columns, out_rows, out_columns, pooling);
}

TokenRange HeadSource::visible(std::size_t row) const {
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
    return maxima;
}

const std::vector<MapAlteration>& HeadSource::alterations() const {
    static const std::vector<MapAlteration> none;
    return none;
}

} // namespace headlight
