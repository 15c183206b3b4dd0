// Which steps say that a person changed something.
#pragma once

#include "core/analysis/steps/steps.h"

namespace headlight {

/// Puts each of `changes` beside the step of `head` where it acts; those that act before these steps beside
/// the first that reads what they changed. Those that act behind them, or where nothing of these steps comes
/// from, are left out. `models_scale`: what products of query and key are multiplied with unless it is changed.
void noteChanges(std::vector<Step>& steps, const std::vector<Change>& changes, const ModelSpec& spec,
                 const HeadAddress& head, double models_scale);

} // namespace headlight
