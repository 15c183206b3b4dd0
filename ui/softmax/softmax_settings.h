// What a person chose in the view of softmax and sampling.
#pragma once

#include <QString>

#include <cstdint>

namespace headlight::ui {

enum class SoftmaxOf {
    Attention, ///< the row of the selected head and query
    Output,    ///< the distribution over the vocabulary at the selected token
};

struct SoftmaxSettings {
    SoftmaxOf source = SoftmaxOf::Output;
    double temperature = 1.0; ///< above 0
    int top_k = 0;            ///< 0: all
    double top_p = 1.0;       ///< above 0; 1: all
    double min_p = 0.0;       ///< 0: all
    int seed = 0;
    int n_draws = 0; ///< 0: none
    QString search;  ///< words that contain it are listed too
    bool operator==(const SoftmaxSettings&) const = default;
};

inline constexpr int kManyDraws = 1000;

/// Every number brought into its range.
[[nodiscard]] SoftmaxSettings validated(SoftmaxSettings settings);

} // namespace headlight::ui
