// The pictures of each page of positions, as values. Computed in a worker.
#pragma once

#include "core/analysis/positions/without_positions.h"
#include "ui/document/run_snapshot.h"
#include "ui/plots/panel.h"
#include "ui/positions/position_settings.h"
#include "ui/selection/selection.h"

#include <memory>
#include <vector>

namespace headlight::ui {

// Explained with chosen sizes, without a model.
[[nodiscard]] std::vector<PlotPanel> sinusoidalPanels(const PositionSettings& settings);
[[nodiscard]] std::vector<PlotPanel> rotaryPanels(const PositionSettings& settings);
[[nodiscard]] std::vector<PlotPanel> alibiPanels(const PositionSettings& settings);
[[nodiscard]] std::vector<PlotPanel> bucketPanels(const PositionSettings& settings);
/// Curves and maps of all kinds on one scale; with what `model` (may be null) has learned beside them.
[[nodiscard]] std::vector<PlotPanel> comparedPanels(const PositionSettings& settings, const Model* model);

/// What the loaded model's pages are made from; all of it shared and immutable.
struct PositionSource {
    std::shared_ptr<const Model> model; ///< may be null
    SnapshotPtr snapshot;               ///< may be null, or of the model before
    HeadAddress head;
    TokenPair pair; ///< rotary: the query and key whose score is followed over distances
};

/// The stacks of the model that know positions in the page's way (any, for Own).
[[nodiscard]] std::vector<StackKind> stacksFor(const Model& model, PositionPage page);

/// Own, Learned and RelativeBias: with the model's own numbers. Empty where the model has none of them.
/// Errors: cancelled, memory.
[[nodiscard]] Result<std::vector<PlotPanel>>
modelPanels(const PositionSettings& settings, const PositionSource& source, const RunControl& control);

/// The run of `snapshot` without positions beside itself.
struct SwitchedOff {
    SnapshotPtr snapshot;
    WithoutPositions compared;
};
using SwitchedOffPtr = std::shared_ptr<const SwitchedOff>;
[[nodiscard]] Result<SwitchedOffPtr> switchOff(const SnapshotPtr& snapshot, const RunControl& control);

/// What is lost at the selected head and pair. Panel 1 is the heads' matrix: its cells choose heads.
[[nodiscard]] std::vector<PlotPanel> switchedOffPanels(const SwitchedOff& off, const HeadAddress& head,
                                                       const TokenPair& pair);
inline constexpr std::size_t kMovedHeadsPanel = 1;
inline constexpr std::size_t kMapBeforePanel = 2;
inline constexpr std::size_t kMapAfterPanel = 3;

} // namespace headlight::ui
