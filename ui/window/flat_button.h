// A button that is only its sign or word: for stepping and playing.
#pragma once

#include <QString>

class QToolButton;

namespace headlight::ui {

/// `name` is for screen readers: a sign says nothing to them.
[[nodiscard]] QToolButton* flatButton(const QString& sign, const QString& name, const QString& tool_tip);

} // namespace headlight::ui
