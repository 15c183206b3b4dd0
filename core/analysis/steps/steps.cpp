#include "core/analysis/steps/steps.h"

#include "core/analysis/steps/step_maker.h"
#include "core/analysis/steps/step_notes.h"

#include <algorithm>
#include <cmath>

namespace headlight {
namespace {

constexpr double kUsualShare = 0.95;
constexpr float kFarOutside = 4.0f; // times the usual

float usualSize(const Tensor& values) {
    std::vector<float> sizes;
    sizes.reserve(values.size());
    for (const float value : values.span())
        if (value != kMaskedScore && std::isfinite(value))
            sizes.push_back(std::abs(value));
    if (sizes.empty())
        return 0.0f;
    const auto usual = sizes.begin() + static_cast<std::ptrdiff_t>(kUsualShare * static_cast<double>(sizes.size() - 1));
    std::nth_element(sizes.begin(), usual, sizes.end());
    const float largest = *std::max_element(usual, sizes.end());
    return largest > kFarOutside * *usual && *usual > 0.0f ? *usual : largest;
}

} // namespace

bool Step::changedHere() const {
    return std::ranges::any_of(notes, &StepNote::here);
}

std::vector<Step> stepsOf(const Model& model, const Trace& trace, const LayerActivations& activations,
                          const HeadAddress& head, const std::vector<Change>& changes) {
    std::vector<Step> steps = StepMaker(model, trace, activations, head, changes).make();
    noteChanges(steps, changes, model.spec(), head,
                static_cast<double>(trace.attention(head.kind, head.layer).problem.scale));
    for (Step& step : steps) {
        for (StepMatrix& operand : step.operands)
            operand.usual_size = usualSize(*operand.values);
        for (StepMatrix& result : step.results)
            result.usual_size = usualSize(*result.values);
    }
    return steps;
}

} // namespace headlight
