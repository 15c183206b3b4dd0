// A map to look at: rows that look, columns that are looked at, and a number for each pair. One head is the
// plainest; what is made of heads (their mean, words for sub-words, keys taken away, the difference of two)
// is a map as well.
#pragma once

#include "core/compute/attention.h"
#include "core/maps/map_axis.h"
#include "core/tensor/tensor.h"

#include <memory>
#include <string>
#include <vector>

namespace headlight {

/// One thing that was done to attention weights on the way to this map.
struct MapAlteration {
    std::string name;  ///< for machines: "heads", "words", "special-tokens", "sinks", "rows", "difference"
    std::string value; ///< for machines: "mean 4.1,4.3", "merged", "hidden", "dimmed", "renormalised"
    std::string text;  ///< for people, without a final stop: "special tokens hidden"
    bool changes_values = true; ///< false: cells are missing or pale, those shown hold the weights they had
    bool operator==(const MapAlteration&) const = default;
};

/// Immutable and safe to read from several threads at once. Ranges lie inside the map, and calls take time in
/// proportion to the cells they read: whoever wants to stop in between, or say how far it is, asks band by
/// band (see cost()).
class MapSource {
public:
    virtual ~MapSource() = default;

    [[nodiscard]] virtual const MapAxis& rows() const = 0;
    [[nodiscard]] virtual const MapAxis& columns() const = 0;
    [[nodiscard]] std::size_t nRows() const { return rows().size(); }
    [[nodiscard]] std::size_t nColumns() const { return columns().size(); }

    /// Exact values [rows.size(), columns.size()]; cells a mask hides are 0, those of gaps NaN.
    [[nodiscard]] virtual Tensor tile(TokenRange rows, TokenRange columns) const = 0;
    /// The values of rows x columns reduced to out_rows x out_columns cells (each at most as many as the
    /// range has). Cell (r, c) covers rows [r * n / out_rows, (r + 1) * n / out_rows) and columns likewise.
    /// Maximum is the value farthest from 0 (any of them where several are). Dimmed rows and columns count
    /// only where a cell holds no others; NaN where it holds gaps alone.
    [[nodiscard]] virtual Tensor pooled(TokenRange rows, TokenRange columns, std::size_t out_rows,
                                        std::size_t out_columns, Pooling pooling) const;
    /// Columns [begin, end) a row may see; the others are masked. Neither end ever falls from one row to the
    /// next.
    [[nodiscard]] virtual TokenRange visible(std::size_t row) const = 0;
    /// The largest |value| of each row among its shown columns, [rows.size()]; 0 where there is none.
    [[nodiscard]] virtual std::vector<float> rowMaxima(TokenRange rows) const = 0;

    /// Everything that was done, in the order it was done. Empty: the weights of one head as the model has
    /// them.
    [[nodiscard]] virtual const std::vector<MapAlteration>& alterations() const = 0;
    /// Whether values are differences, of either sign, rather than weights.
    [[nodiscard]] virtual bool isSigned() const { return false; }
    /// Weights rebuilt for one value of this map: how much longer than one head it takes.
    [[nodiscard]] virtual std::size_t cost() const { return 1; }

    /// Whether every value shown is an attention weight of one head.
    [[nodiscard]] bool plainWeights() const;
    /// "mean of 4 heads, special tokens hidden, rows renormalised"; empty for one head as it is.
    [[nodiscard]] std::string alterationText() const;
    /// "heads=mean 4.1,4.3; special-tokens=hidden": for the metadata of files; empty for one head as it is.
    [[nodiscard]] std::string alterationRecord() const;
};
using MapSourcePtr = std::shared_ptr<const MapSource>;

/// Rows of a map that make up about `cells` weights to rebuild, at least 1: a band after which to look up.
[[nodiscard]] std::size_t rowsPerBand(const MapSource& source, std::size_t cells);

} // namespace headlight
