// From a weight to a position on the colour map.
#pragma once

#include <QString>

#include <cstddef>
#include <vector>

namespace headlight::ui {

enum class ScaleKind {
    Linear,      ///< 0 to 1
    Logarithmic, ///< 10^-5 to 1; smaller weights look like 10^-5, and the legend says so
    RowRelative, ///< each row divided by its own largest weight
};

/// The scale that suits a map of so many keys when nobody has chosen one: weights of a row sum to 1, so that a head which
/// spreads over many tokens has none that a linear scale could tell from zero; there each row is shown by its own largest.
[[nodiscard]] ScaleKind scaleForKeys(std::size_t n_keys);

inline constexpr float kLogFloor = 1e-5f; ///< the smallest weight the logarithmic scale tells apart

/// Position in [0, 1] of `weight` on a scale; `row_maximum` is only read by RowRelative (0: the row is empty).
[[nodiscard]] float scalePosition(ScaleKind kind, float weight, float row_maximum);

/// One mark of a legend.
struct ScaleTick {
    float position; ///< in [0, 1]
    QString label;
};

/// The marks of a legend, from 0 to 1, fewer when there is little room (`n_most` at least 2).
[[nodiscard]] std::vector<ScaleTick> scaleTicks(ScaleKind kind, int n_most);
/// The same for values of either sign, from -limit to limit; row-relative ones to the row's largest magnitude. There is no
/// logarithmic scale of them: it counts as linear.
[[nodiscard]] std::vector<ScaleTick> signedTicks(ScaleKind kind, float limit, int n_most);
/// `what` ("A − B"), or "of the row’s largest A − B".
[[nodiscard]] QString signedUnit(ScaleKind kind, const QString& what);
/// What the numbers beside the legend are: "weight", "of the row's largest".
[[nodiscard]] QString scaleUnit(ScaleKind kind);
/// One word for titles and settings: "linear", "log", "row-relative".
[[nodiscard]] QString scaleName(ScaleKind kind);

} // namespace headlight::ui
