// Which of a head's n x n weights are worth a line: the strongest of each query, or all above a threshold.
#pragma once

#include "core/trace/trace.h"

#include <memory>
#include <stop_token>
#include <vector>

namespace headlight::ui {

/// One weight, drawn as a line from a query to a key.
struct AttentionLine {
    std::size_t query = 0;
    std::size_t key = 0;
    std::size_t head = 0; ///< index into LineRequest::heads
    float weight = 0.0f;
    bool operator==(const AttentionLine&) const = default;
};

/// What makes a line worth drawing.
struct LineRule {
    enum class Kind { StrongestOfQuery, Threshold };
    Kind kind = Kind::StrongestOfQuery;
    std::size_t per_query = 3; ///< StrongestOfQuery: so many a query and head
    float threshold = 0.1f;    ///< Threshold: weights not below it
    bool operator==(const LineRule&) const = default;
};

/// Weights below this are never a line: they could not be seen.
inline constexpr float kFaintestLine = 0.01f;
/// Most lines one picture holds; beyond it the strongest win, and the picture says so.
inline constexpr std::size_t kMostLines = 3000;

struct LineRequest {
    std::shared_ptr<const Trace> trace;
    std::vector<HeadAddress> heads; ///< of one attention kind
    LineRule rule;
    bool operator==(const LineRequest&) const = default;
};

/// The lines of a request, weakest first, so that the strongest are painted last and lie on top.
struct LineSet {
    LineRequest request;
    std::vector<AttentionLine> lines;
    std::size_t n_worthy = 0; ///< lines the rule asks for; more than lines.size() when there were too many
};
using LineSetPtr = std::shared_ptr<const LineSet>;

/// Computes in bands of rows, so that memory stays small at any length; null when stopped in between.
[[nodiscard]] LineSetPtr attentionLines(const LineRequest& request, const std::stop_token& stop = {});

/// All lines of one token that can be seen, weakest first, at most kMostLines: what hovering isolates.
[[nodiscard]] std::vector<AttentionLine> linesOfQuery(const LineRequest& request, std::size_t query);
[[nodiscard]] std::vector<AttentionLine> linesOfKey(const LineRequest& request, std::size_t key);

} // namespace headlight::ui
