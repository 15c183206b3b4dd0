// How large the residual stream is, layer by layer and token by token.
#pragma once

#include "ui/document/run_snapshot.h"
#include "ui/plots/panel.h"

#include <Eigen/Core>

#include <map>
#include <vector>

namespace headlight::ui {

/// residualSizes() of every stack of a run.
using ResidualSizes = std::map<StackKind, Eigen::MatrixXd>;
[[nodiscard]] ResidualSizes sizesOf(const RunSnapshot& snapshot);

[[nodiscard]] std::vector<PlotPanel> residualPanels(const RunSnapshot& snapshot, const ResidualSizes& sizes);

} // namespace headlight::ui
