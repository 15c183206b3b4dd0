// The timeline as a list, a row a candidate of a step, and as files of numbers.
#pragma once

#include "ui/export/figure_look.h"
#include "ui/table/list_table.h"
#include "ui/timeline/timeline_data.h"

#include <filesystem>

namespace headlight::ui {

/// Steps in their order, candidates of each with the most probable first.
struct TimelineTable {
    ListTable list;
    std::vector<std::size_t> steps; ///< of each row
};
[[nodiscard]] TimelineTable timelineTable(const Timeline& timeline);

/// CSV: the list. NPY: probabilities [n_steps, n_candidates], NaN where a step has fewer. Safetensors:
/// `probability`, `token_id` alike, `entropy`, `surprise` (nats) and `rank` (from 0) [n_steps], NaN where it
/// is not known; model, text and the words written in `__metadata__`. Errors: what the file system says,
/// cancelled.
[[nodiscard]] Result<void> writeTimelineNumbers(const Timeline& timeline, FigureFormat format,
                                                const std::filesystem::path& path,
                                                const RunControl& control = {});

} // namespace headlight::ui
