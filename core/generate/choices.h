// What generation would choose from behind one row of a run: the same rules, warpers and noise, one step
// looked at.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/generate/generate.h"

#include <cstdint>
#include <span>
#include <vector>

namespace headlight {

struct Choices {
    std::vector<float> logits; ///< [vocabulary], as the model gives them
    std::vector<float> ruled;  ///< after the checkpoint's rules (penalties, bans, forced tokens)
    std::vector<float> warped; ///< after temperature and cuts: what is drawn from
    std::size_t position = 0;  ///< of the drawn token in the decoder's text
};

/// Row `row` of the output stack. Of a model that generates, `ruled` and `warped` are those of generate()
/// with the text cut behind that row as its prompt and no limit but the model's positions; of a masked
/// language model there are no rules, and `warped` is what `options` make of the logits. `options.sample` is
/// implied. Errors: no vocabulary's head, row outside, options out of range, no position left for another
/// token.
[[nodiscard]] Result<Choices> choicesAt(const Model& model, const RunResult& run, std::size_t row,
                                        const GenerateOptions& options);

/// How often each token is drawn from `scores` [vocabulary] for `position` with the seeds first_seed,
/// first_seed + 1, ...: Sampler::draw() with each, found without looking at every token again. [vocabulary].
/// Error: cancelled.
[[nodiscard]] Result<std::vector<std::uint32_t>> countDraws(std::span<const float> scores,
                                                            std::size_t position, std::uint64_t first_seed,
                                                            std::size_t n_draws,
                                                            const RunControl& control = {});

} // namespace headlight
