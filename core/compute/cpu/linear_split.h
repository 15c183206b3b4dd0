// How a linear layer's product is shared out among threads.
#pragma once

#include "core/compute/cpu/thread_pool.h"

#include <algorithm>
#include <cstddef>

namespace headlight::cpu {

/// A rectangle of the output: rows [first_row, first_row + n_rows), weight panels [first_panel, end_panel).
struct LinearTask {
    std::size_t first_row;
    std::size_t n_rows;
    std::size_t first_panel;
    std::size_t end_panel;
};

/// Where piece `i` of `n_pieces` of [0, size) begins: each is smaller than the one before, so that threads that take them one
/// after the other begin with long ones, which read their weights straight through, and end together.
constexpr std::size_t shrinkingCut(std::size_t i, std::size_t n_pieces, std::size_t size) {
    const std::size_t left = n_pieces - i;
    return size - (size * left * left + n_pieces * n_pieces / 2) / (n_pieces * n_pieces);
}

/// Runs task(LinearTask) over the whole output. A task has at most `most_rows` rows, so that its packed input stays in
/// the L2 cache; threads take rows of their own where that leaves each at least `rows_worth_splitting`.
template <class Task>
void runLinearTasks(const ThreadPool& pool, std::size_t n_rows, std::size_t n_panels, std::size_t most_rows, const Task& task,
                    std::size_t rows_worth_splitting = 64) {
    // Few rows: the weights are the traffic, so threads share columns. Many rows: each thread takes rows of its own.
    constexpr std::size_t kMostPanelsPerTask = 12; // with 768 inputs a megabyte of weights: it is still near for the next rows
    const std::size_t by_cache = (n_rows + most_rows - 1) / most_rows;
    const std::size_t by_threads = std::min(2 * pool.size(), n_rows / rows_worth_splitting);
    const std::size_t row_tasks = std::max({by_cache, by_threads, std::size_t{1}});
    // Columns are split until there is work for all threads, a few times over so that a slow one does not hold up all.
    const std::size_t wanted = pool.size() == 1 ? 1 : 4 * pool.size();
    const std::size_t by_memory = row_tasks == 1 ? 1 : (n_panels + kMostPanelsPerTask - 1) / kMostPanelsPerTask;
    const std::size_t column_tasks = std::min(n_panels, std::max((wanted + row_tasks - 1) / row_tasks, by_memory));
    pool.parallelFor(row_tasks * column_tasks, [&](std::size_t i) {
        // All rows by the same panels one after the other: a wide matrix comes from memory once, not once for each row task.
        const std::size_t row_task = i % row_tasks;
        const std::size_t column_task = i / row_tasks;
        const std::size_t first_row = row_task * n_rows / row_tasks;
        const std::size_t end_row = (row_task + 1) * n_rows / row_tasks;
        const auto cut = [&](std::size_t n) {
            return by_memory > 1 ? n * n_panels / column_tasks : shrinkingCut(n, column_tasks, n_panels);
        };
        if (cut(column_task) < cut(column_task + 1))
            task(LinearTask{first_row, end_row - first_row, cut(column_task), cut(column_task + 1)});
    });
}

} // namespace headlight::cpu
