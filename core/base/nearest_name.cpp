#include "core/base/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace headlight {

namespace {

/// Levenshtein distance: the fewest insertions, deletions and replacements that turn one word into the other.
std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

} // namespace

std::string nearestName(std::string_view word, const std::vector<std::string>& known) {
    std::string nearest;
    std::size_t smallest = 3;
    for (const std::string& name : known) {
        const std::size_t distance = editDistance(word, name);
        if (distance < smallest && distance < name.size()) {
            smallest = distance;
            nearest = name;
        }
    }
    return nearest;
}

} // namespace headlight
