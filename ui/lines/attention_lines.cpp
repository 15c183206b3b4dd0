#include "ui/lines/attention_lines.h"

#include <algorithm>
#include <tuple>

namespace headlight::ui {
namespace {

constexpr std::size_t kWeightsABand = std::size_t{1} << 18; // one megabyte

bool weaker(const AttentionLine& a, const AttentionLine& b) {
    if (a.weight != b.weight)
        return a.weight < b.weight;
    return std::tie(a.head, a.query, a.key) >
           std::tie(b.head, b.query, b.key); // equal weights: in reading order
}

/// Drops the weakest beyond `most`, sorts the rest.
void keepStrongest(std::vector<AttentionLine>& lines, std::size_t most) {
    if (lines.size() > most) {
        const auto first_kept = lines.end() - static_cast<std::ptrdiff_t>(most);
        std::nth_element(lines.begin(), first_kept, lines.end(), weaker);
        lines.erase(lines.begin(), first_kept);
    }
    std::sort(lines.begin(), lines.end(), weaker);
}

/// Adds the worthy weights of one query's row; returns how many there were.
std::size_t addRow(const LineRule& rule, std::span<const float> weights, AttentionLine line,
                   std::vector<AttentionLine>& lines) {
    const bool by_threshold = rule.kind == LineRule::Kind::Threshold;
    const float least = by_threshold ? std::max(rule.threshold, kFaintestLine) : kFaintestLine;
    const std::size_t first = lines.size();
    for (line.key = 0; line.key < weights.size(); ++line.key) {
        line.weight = weights[line.key];
        if (line.weight >= least)
            lines.push_back(line);
    }
    if (!by_threshold && lines.size() - first > rule.per_query) {
        const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(first);
        const auto first_kept = lines.end() - static_cast<std::ptrdiff_t>(rule.per_query);
        std::nth_element(begin, first_kept, lines.end(), weaker);
        lines.erase(begin, first_kept);
    }
    return lines.size() - first;
}

} // namespace

LineSetPtr attentionLines(const LineRequest& request, const std::stop_token& stop) {
    auto set = std::make_shared<LineSet>();
    set->request = request;
    for (std::size_t head = 0; head < request.heads.size(); ++head) {
        const HeadAddress& address = request.heads[head];
        const std::size_t n_queries = request.trace->nQueries(address.kind);
        const std::size_t n_keys = request.trace->nKeys(address.kind);
        const std::size_t band = std::max<std::size_t>(1, kWeightsABand / std::max<std::size_t>(1, n_keys));
        for (std::size_t first = 0; first < n_queries; first += band) {
            if (stop.stop_requested())
                return nullptr;
            const TokenRange rows{first, std::min(first + band, n_queries)};
            const Tensor weights =
                request.trace->weights(address, rows, {0, n_keys}); // [rows.size(), n_keys]
            for (std::size_t row = 0; row < rows.size(); ++row)
                set->n_worthy +=
                    addRow(request.rule, weights.row(row), {.query = first + row, .head = head}, set->lines);
            if (set->lines.size() > 4 * kMostLines)
                keepStrongest(set->lines, kMostLines);
        }
    }
    keepStrongest(set->lines, kMostLines);
    return set;
}

std::vector<AttentionLine> linesOfQuery(const LineRequest& request, std::size_t query) {
    std::vector<AttentionLine> lines;
    for (std::size_t head = 0; head < request.heads.size(); ++head) {
        const std::size_t n_keys = request.trace->nKeys(request.heads[head].kind);
        const Tensor weights =
            request.trace->weights(request.heads[head], {query, query + 1}, {0, n_keys}); // [1, n_keys]
        addRow({.kind = LineRule::Kind::Threshold, .threshold = kFaintestLine}, weights.row(0),
               {.query = query, .head = head}, lines);
    }
    keepStrongest(lines, kMostLines);
    return lines;
}

std::vector<AttentionLine> linesOfKey(const LineRequest& request, std::size_t key) {
    std::vector<AttentionLine> lines;
    for (std::size_t head = 0; head < request.heads.size(); ++head) {
        const std::size_t n_queries = request.trace->nQueries(request.heads[head].kind);
        const Tensor weights =
            request.trace->weights(request.heads[head], {0, n_queries}, {key, key + 1}); // [n_queries, 1]
        for (std::size_t query = 0; query < n_queries; ++query)
            if (const float weight = weights.data()[query]; weight >= kFaintestLine)
                lines.push_back({query, key, head, weight});
    }
    keepStrongest(lines, kMostLines);
    return lines;
}

} // namespace headlight::ui
