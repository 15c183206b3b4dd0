#include "core/maps/difference.h"

#include "core/base/memory.h"

#include <algorithm>
#include <limits>

namespace headlight {

namespace {

constexpr std::size_t kBandCells = std::size_t{4} << 20;

/// The side's axis: tokens are those of A, rows only B has stand empty where they come.
MapAxis axisOf(const MapAxis& a, const Alignment& pairs) {
    std::vector<TokenRange> tokens;
    std::vector<AxisMark> marks;
    std::size_t behind = 0;
    for (const AlignedPair& pair : pairs) {
        tokens.push_back(pair.a ? a.tokens(*pair.a) : TokenRange{behind, behind});
        behind = tokens.back().end;
        marks.push_back(pair.both() ? AxisMark::Shown : AxisMark::Gap);
    }
    return MapAxis::of(a.nTokens(), std::move(tokens), std::move(marks));
}

/// The indices of one map that the pairs `range` name, from the first to the last.
template <class Side>
TokenRange spanOf(const Alignment& pairs, TokenRange range, Side side) {
    TokenRange span{std::numeric_limits<std::size_t>::max(), 0};
    for (std::size_t i = range.begin; i < range.end; ++i)
        if (pairs[i].both()) {
            span.begin = std::min(span.begin, *(pairs[i].*side));
            span.end = std::max(span.end, *(pairs[i].*side) + 1);
        }
    return span.end == 0 ? TokenRange{} : span;
}

/// Pairs with both partners, for looking up which of them a stretch of one map takes.
class Partners {
public:
    explicit Partners(const Alignment& pairs) {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            if (pairs[i].both()) {
                a_.push_back(*pairs[i].a);
                b_.push_back(*pairs[i].b);
                at_.push_back(i);
            }
    }
    /// From the first to behind the last of the pairs that `in_a` or `in_b` holds.
    [[nodiscard]] TokenRange inside(TokenRange in_a, TokenRange in_b) const {
        const std::size_t begin = std::min(before(a_, in_a.begin), before(b_, in_b.begin));
        const std::size_t end = std::max(before(a_, in_a.end), before(b_, in_b.end));
        return begin < end ? TokenRange{at_[begin], at_[end - 1] + 1} : TokenRange{};
    }

private:
    static std::size_t before(const std::vector<std::size_t>& indices, std::size_t index) {
        return static_cast<std::size_t>(std::ranges::lower_bound(indices, index) - indices.begin());
    }
    std::vector<std::size_t> a_, b_; ///< ascending
    std::vector<std::size_t> at_;    ///< their place among all pairs
};

} // namespace

Difference::Difference(MapSourcePtr a, MapSourcePtr b, Alignment rows, Alignment columns,
                       const std::string& text)
    : a_(std::move(a))
    , b_(std::move(b))
    , rows_(std::move(rows))
    , columns_(std::move(columns))
    , row_axis_(axisOf(a_->rows(), rows_))
    , column_axis_(axisOf(a_->columns(), columns_))
    , maxima_(rows_.size()) {
    alterations_.push_back({.name = "difference", .value = "a-b", .text = text});
    findVisible();
}

void Difference::findVisible() {
    const Partners partners(columns_);
    TokenRange before{};
    for (const AlignedPair& pair : rows_) {
        if (pair.both()) {
            const TokenRange seen = partners.inside(a_->visible(*pair.a), b_->visible(*pair.b));
            before = seen.size() > 0 ? seen : TokenRange{before.end, before.end};
        }
        visible_.push_back(before);
    }
}

Tensor Difference::tile(TokenRange rows, TokenRange columns) const {
    Tensor out(Shape{rows.size(), columns.size()});
    std::ranges::fill(out.span(), std::numeric_limits<float>::quiet_NaN());
    const TokenRange a_rows = spanOf(rows_, rows, &AlignedPair::a),
                     b_rows = spanOf(rows_, rows, &AlignedPair::b);
    const TokenRange a_columns = spanOf(columns_, columns, &AlignedPair::a),
                     b_columns = spanOf(columns_, columns, &AlignedPair::b);
    if (a_rows.size() == 0 || a_columns.size() == 0)
        return out; // gaps alone
    const Tensor a_values = a_->tile(a_rows, a_columns);
    const Tensor b_values = b_->tile(b_rows, b_columns);
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
        if (!rows_[row].both())
            continue;
        const std::span<const float> a_row = a_values.row(*rows_[row].a - a_rows.begin);
        const std::span<const float> b_row = b_values.row(*rows_[row].b - b_rows.begin);
        const std::span<float> to = out.row(row - rows.begin);
        for (std::size_t column = columns.begin; column < columns.end; ++column)
            if (columns_[column].both())
                to[column - columns.begin] = a_row[*columns_[column].a - a_columns.begin] -
                                             b_row[*columns_[column].b - b_columns.begin];
    }
    return out;
}

Alignment placeByPlace(std::size_t n) {
    Alignment pairs;
    for (std::size_t i = 0; i < n; ++i)
        pairs.push_back({i, i});
    return pairs;
}

Result<float> largestMagnitude(const MapSource& source, const RunControl& control) {
    return guardMemory([&]() -> Result<float> {
        float largest = 0.0f;
        const std::size_t band = rowsPerBand(source, kBandCells);
        for (std::size_t begin = 0; begin < source.nRows(); begin += band) {
            if (control.stopRequested())
                return cancelledError();
            control.report(double(begin) / double(source.nRows()), "looking for the largest difference");
            for (const float value : source.rowMaxima({begin, std::min(begin + band, source.nRows())}))
                largest = std::max(largest, value);
        }
        return largest;
    });
}

} // namespace headlight
