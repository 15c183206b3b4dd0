// Input rows packed once for all threads, in strips of up to 16 rows as tile registers hold them.
#pragma once

#include "core/compute/cpu/linear_split.h"
#include "core/compute/cpu/packed_linear.h"

#include <limits>

namespace headlight::cpu {

inline constexpr std::size_t kStripRows = 16; ///< most rows of a strip

/// Rows [first_row, first_row + n_rows) of an input, shared out evenly: 17 rows are strips of 9 and 8, which
/// take less time than 16 and 1.
struct RowStrips {
    RowStrips(std::size_t first, std::size_t n)
        : first_row(first)
        , n_rows(n)
        , strip_rows(divideUp(n, divideUp(n, kStripRows))) {}
    std::size_t first_row;
    std::size_t n_rows;
    std::size_t strip_rows;

    [[nodiscard]] std::size_t count() const { return divideUp(n_rows, strip_rows); }
    [[nodiscard]] std::size_t rowsOf(std::size_t strip) const {
        return std::min(strip_rows, n_rows - strip * strip_rows);
    }
};

/// A product whose rows are packed in strips.
struct StripProduct {
    std::size_t n_rows;
    std::size_t n_in;
    std::size_t n_panels;
    std::size_t strip_bytes; ///< of a packed strip
};

/// For one chunk of rows after the other, which together take at most a few megabytes: `pack(strips, strip,
/// packed)` for every strip, where `packed = begin(strips)` is their memory, then `task(strips, packed,
/// LinearTask)` over the whole output, with rows counted in strips.
template <class Begin, class Pack, class Task>
void runStripTasks(const ThreadPool& pool, const StripProduct& product, const Begin& begin, const Pack& pack,
                   const Task& task) {
    constexpr std::size_t kPackedBudget =
        std::size_t{1} << 20; // bytes of rows a thread works on at once: its L2 cache keeps them
    constexpr std::size_t kPackedChunk = std::size_t{8}
                                         << 20; // bytes of packed rows there are at once, for all threads
    constexpr std::size_t kWorthPacking = std::size_t{16} << 10; // numbers worth handing out
    const std::size_t most_strips = std::clamp<std::size_t>(kPackedBudget / product.strip_bytes, 1, 32);
    // Rows are only split where there are too few columns to go round: whoever has all rows reads a weight
    // once.
    const bool many_panels = product.n_panels >= 4 * pool.size();
    const std::size_t strips_worth_splitting = many_panels ? std::numeric_limits<std::size_t>::max() : 4;
    const std::size_t chunk = std::max<std::size_t>(1, kPackedChunk / product.strip_bytes) * kStripRows;
    for (std::size_t first = 0; first < product.n_rows; first += chunk) {
        const RowStrips strips(first, std::min(chunk, product.n_rows - first));
        const std::size_t n_strips = strips.count();
        const auto packed = begin(strips);
        const std::size_t n_tasks =
            std::clamp<std::size_t>(strips.n_rows * product.n_in / kWorthPacking, 1, n_strips);
        pool.parallelFor(n_tasks, [&](std::size_t i) {
            for (std::size_t strip = i * n_strips / n_tasks; strip < (i + 1) * n_strips / n_tasks; ++strip)
                pack(strips, strip, packed);
        });
        runLinearTasks(
            pool, n_strips, product.n_panels, most_strips,
            [&](const LinearTask& one) { task(strips, packed, one); }, strips_worth_splitting);
    }
}

} // namespace headlight::cpu
