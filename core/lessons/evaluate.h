// What a lesson's expressions are on a run.
#pragma once

#include "core/base/run_control.h"
#include "core/lessons/lesson.h"
#include "core/model/model.h"

#include <memory>
#include <optional>
#include <string>

namespace headlight {

/// The run on the screen.
struct LessonRun {
    std::shared_ptr<const Model> model;
    RunResult run;
    std::string written;                   ///< the translation or continuation
    std::optional<RunResult> changed = {}; ///< the same input with changes; nothing: none are made
};

/// Head and tokens of a step (or of the window's selection), as far as the run has them.
struct LessonPlace {
    std::optional<HeadAddress> head;
    std::optional<std::size_t> query; ///< row of the head's map
    std::optional<std::size_t> key;   ///< column
    bool operator==(const LessonPlace&) const = default;
};

/// Where a step looks, and where the window does.
struct LessonPlaces {
    LessonPlace step;
    LessonPlace here;
};

struct LessonValue {
    bool is_word = false;
    double number = 0.0;
    std::string word;
    int decimals = 0; ///< as QuantityInfo::decimals
};

/// Tokens that queries and keys of a kind stand for.
[[nodiscard]] const TokenSequence& queryTokens(const ModelInput& input, AttentionKind kind);
[[nodiscard]] const TokenSequence& keyTokens(const ModelInput& input, AttentionKind kind);
/// A token as the window shows it, without the blank before it.
[[nodiscard]] std::string tokenText(const TokenSequence& tokens, std::size_t index);

/// The first of `choice` that `tokens` has. Words are compared as written, then without regard to case; query
/// and key are those of `place`. Error (Usage): none is there.
[[nodiscard]] Result<std::size_t> findToken(const TokenPick& choice, const TokenSequence& tokens,
                                            const LessonPlace& place = {});
/// Head and tokens of a step's state on this run. Errors (Usage): the model has no such head, the text no
/// such token.
[[nodiscard]] Result<LessonPlace> placeOf(const LessonState& state, const LessonRun& run);

/// Runs the text once more with a step's changes and keeps that in `run.changed`; nothing is done without
/// any. Errors: those of runChanged.
[[nodiscard]] Result<void> applyChanges(const LessonState& state, LessonRun& run,
                                        const RunControl& control = {});

/// Errors (Usage): no such head, token, stack, layer or word; a number the model does not have; cancelled.
[[nodiscard]] Result<LessonValue> evaluate(const Expression& expression, const LessonRun& run,
                                           const LessonPlaces& places, const RunControl& control = {});
[[nodiscard]] Result<bool> holds(const Condition& condition, const LessonRun& run, const LessonPlaces& places,
                                 const RunControl& control = {});

/// "0.987", "8000", "chat": as texts show it.
[[nodiscard]] std::string valueText(const LessonValue& value);
/// Whether `given` is the right answer: a number within the question's tolerance (without one: alike in the
/// digits shown), a word without regard to case.
[[nodiscard]] bool isRight(const LessonQuestion& question, const LessonValue& right,
                           const std::string& given);

} // namespace headlight
