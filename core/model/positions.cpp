#include "core/model/positions.h"

#include <cmath>

namespace headlight {

Tensor sinusoidalPositions(std::size_t n_positions, std::size_t d_model) {
    Tensor table(Shape{n_positions, d_model});
    const std::size_t n_sines = (d_model + 1) / 2; // an odd width has one more sine than cosines
    std::vector<double> divisors(n_sines);
    for (std::size_t i = 0; i < n_sines; ++i)
        divisors[i] = std::pow(10000.0, 2.0 * double(i) / double(d_model));
    for (std::size_t position = 0; position < n_positions; ++position) {
        const auto row = table.row(position);
        for (std::size_t i = 0; i < n_sines; ++i) {
            const double angle = double(position) / divisors[i];
            row[i] = static_cast<float>(std::sin(angle));
            if (n_sines + i < d_model)
                row[n_sines + i] = static_cast<float>(std::cos(angle));
        }
    }
    return table;
}

} // namespace headlight
