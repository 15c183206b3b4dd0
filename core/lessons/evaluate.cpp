#include "core/lessons/evaluate.h"

#include "core/analysis/interventions/change.h"
#include "core/lessons/evaluation.h"
#include "core/lessons/lexemes.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace headlight {

Result<void> applyChanges(const LessonState& state, LessonRun& run, const RunControl& control) {
    run.changed.reset();
    if (state.changes.empty())
        return {};
    HEADLIGHT_ASSIGN(run.changed, runChanged(*run.model, run.run.input, state.changes, control));
    return {};
}

Result<LessonValue> evaluate(const Expression& expression, const LessonRun& run, const LessonPlaces& places,
                             const RunControl& control) {
    HEADLIGHT_ASSIGN(LessonValue value, Evaluation(expression, run, places, control).value());
    value.decimals = quantityInfo(expression.quantity).decimals;
    return value;
}

Result<bool> holds(const Condition& condition, const LessonRun& run, const LessonPlaces& places,
                   const RunControl& control) {
    HEADLIGHT_ASSIGN(const LessonValue left, evaluate(condition.left, run, places, control));
    HEADLIGHT_ASSIGN(const LessonValue right, evaluate(condition.right, run, places, control));
    const bool equal = left.is_word ? lowered(left.word) == lowered(right.word) : left.number == right.number;
    switch (condition.relation) {
    case Condition::Relation::Less:
        return left.number < right.number;
    case Condition::Relation::LessOrEqual:
        return left.number <= right.number;
    case Condition::Relation::Equal:
        return equal;
    case Condition::Relation::Unequal:
        return !equal;
    case Condition::Relation::GreaterOrEqual:
        return left.number >= right.number;
    case Condition::Relation::Greater:
        break;
    }
    return left.number > right.number;
}

std::string valueText(const LessonValue& value) {
    if (value.is_word)
        return value.word;
    char text[64];
    if (value.decimals < 0)
        std::snprintf(text, sizeof text, "%.4g", value.number);
    else
        std::snprintf(text, sizeof text, "%.*f", value.decimals, value.number);
    return text;
}

bool isRight(const LessonQuestion& question, const LessonValue& right, const std::string& given) {
    std::string answer = given;
    while (answer.starts_with(' '))
        answer.erase(0, 1);
    while (answer.ends_with(' '))
        answer.pop_back();
    if (right.is_word)
        return lowered(answer) == lowered(right.word);
    std::ranges::replace(answer, ',', '.'); // as half of the world writes it
    double number = 0.0;
    if (!readNumber(answer, number))
        return false;
    const double digits = right.decimals < 0 ? 1e-9 : 0.5 * std::pow(10.0, -right.decimals);
    return std::abs(number - right.number) <= std::max(question.tolerance, digits) * (1.0 + 1e-9);
}

} // namespace headlight
