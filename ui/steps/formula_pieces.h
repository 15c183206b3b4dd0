// What the formulas of steps and of their cells are put together from.
#pragma once

#include "core/compute/activation_name.h"
#include "ui/inspector/formula.h"
#include "ui/theme/figures.h"

namespace headlight::ui {

[[nodiscard]] inline Formula equals() {
    return word(QStringLiteral(" = "));
}
[[nodiscard]] inline Formula number(double value) {
    return word(numberText(value));
}
[[nodiscard]] inline Formula letter(const char* name, Formula::Ink ink = Formula::Ink::Plain) {
    return symbol(QString::fromUtf8(name), ink);
}

/// "GELU" of each kind: a formula has no room for which.
[[nodiscard]] inline QString functionName(Activation activation) {
    return QString::fromUtf8(activationName(activation).data()).section(QStringLiteral(" ("), 0, 0);
}

} // namespace headlight::ui
