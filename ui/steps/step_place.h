// Which step stays in view when the steps become others: of another head, text or run.
#pragma once

#include "core/analysis/steps/steps.h"

#include <optional>
#include <vector>

namespace headlight::ui {

/// A place among steps: where a person went, as far as other steps have it.
class StepPlace {
public:
    [[nodiscard]] int index() const { return index_; }

    /// A person went there. `kind`: the step's, if there are steps.
    void choose(int index, std::optional<StepKind> kind);
    /// The first step of one of these kinds is asked for, once it is there.
    void seek(const std::vector<StepKind>& kinds) { wanted_ = kinds; }
    /// As a session has it: an index, if it is a valid one, and kinds to seek.
    void restore(std::optional<int> index, const std::vector<StepKind>& kinds);
    /// Other steps, the same place: changes put steps between those of the model.
    void stay(const std::vector<Step>& steps);
    /// Goes to the step sought. What is not there is forgotten, unless other steps are on their way.
    void find(const std::vector<Step>& steps, bool others_to_come);
    /// What is shown at `index`, where nobody chose a step before.
    void show(std::optional<StepKind> kind);

private:
    int index_ = 0;
    std::optional<StepKind> kind_; ///< of the step that was chosen last: other heads and runs show it too
    std::vector<StepKind> wanted_; ///< asked for, not there yet
};

} // namespace headlight::ui
