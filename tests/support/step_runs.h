// Runs of tiny checkpoints, their steps, and every cell of these checked.
#pragma once

#include "core/analysis/steps/steps.h"
#include "tests/support/golden_case.h"

#include <QtTest>

#include <cmath>

namespace headlight::test {

inline std::shared_ptr<const Model> loadGolden(const std::string& name) {
    auto model =
        Model::load(goldenRoot() / name, selectBackend({.choice = BackendChoice::Cpu}).value().backend);
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return *model;
}

/// Nine tokens, and for a model that translates four of the target.
inline ModelInput someInput(const Model& model) {
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < 9; ++i)
        ids.push_back(static_cast<TokenId>(5 + (i * 7) % (model.spec().vocabulary_size - 6)));
    const bool translates = model.spec().kind == ModelKind::EncoderDecoder;
    auto input = translates ? model.prepareIds(ids, {2, 6, 9, 11}) : model.prepareIds(ids);
    if (!input)
        qFatal("%s", input.error().message().c_str());
    return std::move(input).value();
}

inline StackKind queryStack(AttentionKind kind) {
    return kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
}

inline bool contains(const std::vector<Step>& steps, StepKind kind) {
    return std::ranges::find(steps, kind, &Step::kind) != steps.end();
}

/// Every number of the steps against its operands in double precision; how many there were. Fails the test
/// at the first that is off.
inline std::size_t checkCells(const std::vector<Step>& steps) {
    std::size_t n_checked = 0;
    for (const Step& step : steps)
        for (std::size_t result = 0; result < step.results.size(); ++result) {
            const Tensor& values = *step.results[result].values;
            for (std::size_t row = 0; row < values.dimension(0); ++row)
                for (std::size_t column = 0; column < values.dimension(1); ++column) {
                    const CellArithmetic cell = arithmeticOf(step, result, row, column);
                    if (!cell.exact)
                        continue;
                    double size = 1e-3; // of what is added up: F32 rounds each of it
                    for (const auto& term : cell.terms)
                        size += std::abs(cell.products ? term.left * term.right : term.left);
                    size += std::abs(cell.bias.value_or(0.0));
                    if (cell.gate)
                        size = (size + std::abs(*cell.gate)) *
                               (1.0 + std::max(std::abs(*cell.gate), std::abs(*cell.sum)));
                    if (cell.norm)
                        size += (std::abs(cell.norm->x) + std::abs(cell.norm->mean)) / cell.norm->divisor *
                                    std::abs(cell.norm->gain) +
                                std::abs(cell.norm->bias);
                    if (step.factor)
                        size *= std::max(1.0, std::abs(*step.factor));
                    const double apart = std::abs(*cell.exact - cell.as_run);
                    if (!(apart <= 1e-5 * size)) {
                        QTest::qFail(qPrintable(QStringLiteral("step %1, cell %2 %3: %4 and %5")
                                                    .arg(static_cast<int>(step.kind))
                                                    .arg(row)
                                                    .arg(column)
                                                    .arg(*cell.exact)
                                                    .arg(cell.as_run)),
                                     __FILE__, __LINE__);
                        return 0;
                    }
                    ++n_checked;
                }
        }
    return n_checked;
}

} // namespace headlight::test
