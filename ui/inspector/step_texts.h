// How a node of the provenance is told: its name, a sentence, its formula with the real numbers, what must be
// said with it.
#pragma once

#include "core/analysis/provenance/provenance.h"
#include "ui/inspector/formula.h"

#include <QString>
#include <QStringList>

namespace headlight::ui {

/// What a step is about.
struct StepContext {
    QStringList query_words; ///< of the map's rows
    QStringList key_words;   ///< of its columns
    std::size_t head_dim = 0;
    bool rms_norm = false;
};

/// "weight", "q[8]", "x[12]": for breadcrumbs and lists. Elements count from 1.
[[nodiscard]] QString stepName(const NodeId& id);
/// "Element 8 of the query of “chat”".
[[nodiscard]] QString stepTitle(const ProvenanceNode& node, const StepContext& context);
/// What the number is, in a sentence.
[[nodiscard]] QString stepExplanation(const ProvenanceNode& node, const StepContext& context);
/// The formula, in symbols and in numbers. A link is the index of the operand it opens.
[[nodiscard]] std::vector<Formula> stepFormulas(const ProvenanceNode& node, const StepContext& context);
/// What must be said with it, one sentence each; where a stored number lies comes first.
[[nodiscard]] QStringList stepRemarks(const ProvenanceNode& node);

/// All digits of an F32 number (9) and of a double (17).
[[nodiscard]] QString fullText(float value);
[[nodiscard]] QString fullText(double value);
/// "1.2e−7": two figures, for differences.
[[nodiscard]] QString roughText(double value);
/// "F32 0.812499940 · double 0.81249996…, 3.1e-8 apart": what hovering a number says.
[[nodiscard]] QString tracedText(const TracedNumber& number);

} // namespace headlight::ui
