#include "core/maps/merged_words.h"

#include <algorithm>
#include <cassert>

namespace headlight {

namespace {

/// Parts of words rebuilt at a time: 4 MB.
constexpr std::size_t kBandCells = std::size_t{1} << 20;

} // namespace

bool areGroupsOf(const std::vector<TokenRange>& groups, std::size_t n) {
    std::size_t next = 0;
    for (const TokenRange& group : groups) {
        if (group.begin != next || group.end <= group.begin)
            return false;
        next = group.end;
    }
    return next == n;
}

MergedWords::MergedWords(MapSourcePtr source, std::vector<TokenRange> row_groups,
                         std::vector<TokenRange> column_groups)
    : source_(std::move(source))
    , rows_(MapAxis::of(source_->rows().nTokens(), std::move(row_groups)))
    , columns_(MapAxis::of(source_->columns().nTokens(), std::move(column_groups)))
    , maxima_(rows_.size())
    , alterations_(source_->alterations()) {
    // The groups of a plain side are its tokens: nothing below needs to tell the two apart.
    assert(source_->rows().isPlain() && source_->columns().isPlain());
    alterations_.push_back({.name = "words",
                            .value = "merged",
                            .text = "sub-words merged into words (sum over keys, mean over queries)"});
}

std::size_t MergedWords::cost() const {
    // Rows and columns are fewer than what is rebuilt for them.
    const std::size_t cells = std::max<std::size_t>(1, nRows() * nColumns());
    return source_->cost() * std::max<std::size_t>(1, source_->nRows() * source_->nColumns() / cells);
}

Tensor MergedWords::tile(TokenRange rows, TokenRange columns) const {
    Tensor out = Tensor::zeros({rows.size(), columns.size()});
    if (out.empty())
        return out;
    const TokenRange parts{columns_.tokens(columns.begin).begin, columns_.tokens(columns.end - 1).end};
    const std::size_t band = std::max<std::size_t>(1, kBandCells / parts.size());
    const std::size_t last = rows_.tokens(rows.end - 1).end;
    TokenRange held{};
    Tensor values;
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
        const TokenRange queries = rows_.tokens(row);
        std::vector<double> sums(columns.size(), 0.0);
        for (std::size_t query = queries.begin; query < queries.end; ++query) {
            if (query >= held.end) {
                held = {query, std::min(query + band, last)};
                values = source_->tile(held, parts);
            }
            const std::span<const float> weights = values.row(query - held.begin);
            for (std::size_t column = columns.begin; column < columns.end; ++column) {
                const TokenRange keys = columns_.tokens(column);
                for (std::size_t key = keys.begin; key < keys.end; ++key)
                    sums[column - columns.begin] += double(weights[key - parts.begin]);
            }
        }
        for (std::size_t c = 0; c < sums.size(); ++c)
            out.row(row - rows.begin)[c] = float(sums[c] / double(queries.size()));
    }
    return out;
}

TokenRange MergedWords::visible(std::size_t row) const {
    // What a row sees begins and ends later from row to row: the word's first and last part bound what it
    // sees.
    const TokenRange queries = rows_.tokens(row);
    const std::size_t begin = source_->visible(queries.begin).begin;
    const std::size_t end = source_->visible(queries.end - 1).end;
    if (begin >= end)
        return {0, 0};
    return {*columns_.indexOf(begin), *columns_.indexOf(end - 1) + 1};
}

} // namespace headlight
