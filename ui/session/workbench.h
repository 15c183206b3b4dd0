// The window's state as one value: read for sessions and undo, brought back as a whole.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"
#include "ui/session/selection_keeper.h"
#include "ui/session/session_state.h"
#include "ui/session/stateful.h"

#include <QObject>

#include <optional>
#include <vector>

namespace headlight::ui {

/// What happens to the present model where the one a state belongs to cannot be opened.
enum class IfModelIsMissing {
    KeepPresent, ///< undo: better the present one than none
    CloseIt,     ///< sessions: their texts must not be read by another model unasked
};

/// Bringing back a state may take as long as loading its model. Until then state() already tells what was asked for.
class Workbench : public QObject {
    Q_OBJECT
public:
    /// All must outlive the workbench.
    Workbench(Document* document, Selection* selection, SelectionKeeper* keeper, QObject* parent = nullptr);

    /// Joins a part; `part` must outlive the workbench.
    template <class Part>
    void addPart(Part* part) {
        parts_.push_back(part);
        connect(part, &Part::stateChanged, this, [this] { noteChange(true); });
    }

    [[nodiscard]] session::WorkbenchState state() const;
    void restore(const session::WorkbenchState& state, IfModelIsMissing if_missing);
    /// Another model, as a person chose it.
    void openModel(const QString& name_or_path);
    /// The model of the session that is shown without it.
    [[nodiscard]] const std::optional<session::ModelReference>& missingModel() const { return missing_; }
    /// Whether the model of a state brought back is still being opened.
    [[nodiscard]] bool awaitsModel() const { return awaited_.has_value(); }
    /// Opens a model for the state of the session that is shown without its own.
    void findMissingModel(const QString& name_or_path);
    /// A setting "part/key" in words.
    [[nodiscard]] QString settingName(const QString& part_and_key) const;
    [[nodiscard]] Document* document() const { return document_; }

signals:
    /// state() may have changed: by a person, or (false) as a consequence of something. What is typed is told `at_once` for every
    /// key; anything else may change together with other things.
    void changed(bool by_person, bool at_once);
    /// The model of a state is not there (CloseIt); its texts are shown without one.
    void modelMissing(const headlight::Error& error);
    /// The model of a state was opened, but it is not the same as it was.
    void modelDiffers(const headlight::session::ModelReference& meant, const headlight::session::ModelReference& found);
    /// Any other model that could not be opened.
    void modelFailed(const headlight::Error& error);

private:
    void noteChange(bool by_person, bool at_once = false);
    void noteTexts();
    void noteSelection();
    void followModel();
    void followFailure(const Error& error);
    void giveUp(const Error& error);

    Document* document_;
    Selection* selection_;
    SelectionKeeper* keeper_;
    std::vector<Stateful*> parts_;
    bool restoring_ = false;
    bool had_model_ = false;
    TextState texts_;                 ///< as last told
    SelectionState selected_;         ///< as last told
    std::optional<session::ModelReference> awaited_;
    std::vector<QString> places_;     ///< where else the awaited model may be
    IfModelIsMissing if_missing_ = IfModelIsMissing::KeepPresent;
    std::optional<session::ModelReference> missing_;
};

} // namespace headlight::ui
