// Between what the window works with and what a session file holds.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"
#include "ui/session/session_state.h"

#include <QJsonObject>

namespace headlight::ui {

[[nodiscard]] session::Texts toSession(const TextState& texts);
[[nodiscard]] TextState fromSession(const session::Texts& texts);
[[nodiscard]] session::SelectedHeads toSession(const SelectionState& selection);
[[nodiscard]] SelectionState fromSession(const session::SelectedHeads& selection);
[[nodiscard]] session::Json toSession(const QJsonObject& settings);
[[nodiscard]] QJsonObject fromSession(const session::Json& settings);

/// `name` is what Document::openModel finds it by.
[[nodiscard]] session::ModelReference referenceOf(const Model& model, const QString& name);
/// Whether the model is the one that is meant: by hash, and where there is none by name.
[[nodiscard]] bool isSameModel(const session::ModelReference& meant, const session::ModelReference& found);

} // namespace headlight::ui
