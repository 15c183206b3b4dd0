// One expression on one run: what evaluate() does, in the files evaluation*.cpp.
#pragma once

#include "core/analysis/provenance/provenance.h"
#include "core/lessons/evaluate.h"

#include <span>
#include <string>

namespace headlight {

/// What a lesson asks for and the run does not have.
[[nodiscard]] Error missing(std::string what);
/// A to Z as small letters; all others stay.
[[nodiscard]] std::string lowered(std::string text);
[[nodiscard]] LessonValue numberValue(double number);
[[nodiscard]] LessonValue wordValue(std::string word);

class Evaluation {
public:
    /// All must outlive it.
    Evaluation(const Expression& expression, const LessonRun& run, const LessonPlaces& places,
               const RunControl& control)
        : expression_(expression)
        , run_(run)
        , result_(expression.changed && run.changed ? *run.changed : run.run)
        , place_(expression.here ? places.here : places.step)
        , control_(control) {}

    [[nodiscard]] Result<LessonValue> value();

private:
    [[nodiscard]] const Trace& trace() const { return *result_.trace; }

    // A head's rows and cells: evaluation_heads.cpp.
    [[nodiscard]] Result<HeadAddress> head() const;
    [[nodiscard]] Result<std::size_t> query(AttentionKind kind) const;
    [[nodiscard]] Result<std::size_t> key(AttentionKind kind) const;
    [[nodiscard]] Result<LessonValue> cell() const;
    [[nodiscard]] Result<LessonValue> contribution(const Provenance& provenance, std::size_t i,
                                                   std::size_t j) const;
    [[nodiscard]] Result<LessonValue> row() const;
    [[nodiscard]] Result<std::size_t> strongestContribution(const HeadAddress& address, std::size_t i,
                                                            std::size_t n_keys) const;
    [[nodiscard]] Result<LessonValue> measure() const;

    // Predictions, stacks and the model: evaluation.cpp.
    [[nodiscard]] Result<LessonValue> prediction() const;
    [[nodiscard]] Result<LessonValue> probability(std::span<const float> logits) const;
    [[nodiscard]] Result<const StackSpec*> stackSpec() const;
    [[nodiscard]] const TokenSequence& stackTokens() const;
    [[nodiscard]] Result<LessonValue> ofStack() const;
    [[nodiscard]] Result<LessonValue> ofToken() const;
    [[nodiscard]] Result<LessonValue> ofStream() const;
    [[nodiscard]] Result<LessonValue> plain() const;
    [[nodiscard]] Result<LessonValue> ownToken() const;

    const Expression& expression_;
    const LessonRun& run_;
    const RunResult& result_;
    const LessonPlace& place_;
    const RunControl& control_;
};

} // namespace headlight
