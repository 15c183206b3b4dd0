// Parts of the page about the loaded model, a kind of positions each.
#pragma once

#include "ui/positions/position_panels.h"

namespace headlight::ui {

[[nodiscard]] inline const StackSpec& stackSpec(const Model& model, StackKind stack) {
    return stack == StackKind::Encoder ? *model.spec().encoder : *model.spec().decoder;
}

/// Of a stack that adds position vectors to its embeddings. Errors: cancelled, memory.
[[nodiscard]] Result<std::vector<PlotPanel>> tablePanels(const Model& model, StackKind stack,
                                                         const RunControl& control);
/// Of a stack that turns queries and keys.
[[nodiscard]] std::vector<PlotPanel> turningPanels(const PositionSource& source, StackKind stack);

} // namespace headlight::ui
