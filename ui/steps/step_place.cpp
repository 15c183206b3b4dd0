#include "ui/steps/step_place.h"

#include <algorithm>

namespace headlight::ui {

void StepPlace::choose(int index, std::optional<StepKind> kind) {
    index_ = index;
    kind_ = kind;
}

void StepPlace::restore(std::optional<int> index, const std::vector<StepKind>& kinds) {
    if (index)
        index_ = *index;
    wanted_ = kinds;
    if (index || !kinds.empty())
        kind_.reset();
}

void StepPlace::stay(const std::vector<Step>& steps) {
    if (!kind_ || !wanted_.empty())
        return;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].kind <= *kind_) // kinds stand in the order of the steps
            index_ = static_cast<int>(i);
}

void StepPlace::find(const std::vector<Step>& steps, bool others_to_come) {
    if (wanted_.empty())
        return;
    const auto found = std::ranges::find_if(
        steps, [this](const Step& step) { return std::ranges::find(wanted_, step.kind) != wanted_.end(); });
    if (found != steps.end()) {
        index_ = static_cast<int>(found - steps.begin());
        kind_ = found->kind;
    } else if (others_to_come) {
        return; // it may be one of those
    }
    wanted_.clear();
}

void StepPlace::show(std::optional<StepKind> kind) {
    if (!kind_)
        kind_ = kind;
}

} // namespace headlight::ui
