#include "ui/window/map_columns.h"

#include "ui/heatmap/heatmap_view.h"

#include <QGridLayout>

#include <algorithm>
#include <numeric>
#include <vector>

namespace headlight::ui {

void shareColumns(QGridLayout& grid, int width, std::span<HeatmapView* const> maps) {
    constexpr int kMostColumns = 3;
    const int n = static_cast<int>(maps.size());
    // What stands beside a map depends on its size (words lean over where cells are small): the second time it is known.
    for (int time = 0; time < 2; ++time) {
        std::vector<int> beside;
        for (const HeatmapView* const map : maps)
            beside.push_back(map->besideMap());
        const int room = std::max(n, width - (n - 1) * grid.horizontalSpacing() - std::accumulate(beside.begin(), beside.end(), 0));
        for (int column = 0; column < kMostColumns; ++column) // pixels, so that the grid has nothing to round
            grid.setColumnStretch(column, column >= n ? 0
                                                      : room / n + beside[static_cast<std::size_t>(column)] +
                                                            (column + 1 == n ? room % n : 0));
        grid.activate();
    }
}

} // namespace headlight::ui
