// What a person changed inside the model, and the run that shows what comes of it.
#pragma once

#include "core/analysis/interventions/change_place.h"
#include "ui/document/document.h"
#include "ui/session/stateful.h"

#include <QElapsedTimer>
#include <QObject>

#include <optional>
#include <vector>

namespace headlight::ui {

/// A run as it is and the same with changes: of one text and one model, so that they can be compared.
struct ChangedRun {
    SnapshotPtr before;
    SnapshotPtr after; ///< see changedSnapshot()
    std::vector<Change> applied;
};
using ChangedRunPtr = std::shared_ptr<const ChangedRun>;

/// The ordered list of changes. They stay when text or model change: those that no longer fit are kept, say
/// why, and are left out. The document's own run stays as it is; whenever list or run change, a job runs the
/// text once more with the changes.
class ChangeSet : public QObject, public Stateful {
    Q_OBJECT
public:
    struct Item {
        Change change;
        std::optional<Error> problem; ///< why it does not fit the present model and text
        bool operator==(const Item& other) const;
    };
    /// `document` must outlive the set.
    explicit ChangeSet(Document* document, QObject* parent = nullptr);

    [[nodiscard]] const std::vector<Item>& items() const { return items_; }
    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] std::vector<Change> changes() const;
    /// The one that sets the same thing (samePlace).
    [[nodiscard]] std::optional<std::size_t> indexOf(const Change& change) const;
    /// The newest finished run; null while nothing is changed, or nothing that fits.
    [[nodiscard]] const ChangedRunPtr& run() const { return run_; }
    /// Why the newest run with changes failed.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
    /// Whether run() is still of an older list or text.
    [[nodiscard]] bool pending() const { return scheduled_ || runner_.running(); }
    [[nodiscard]] JobRunner* runner() { return &runner_; }
    [[nodiscard]] Document* document() const { return document_; }

    /// "lines": one change each, as core/analysis/interventions/change_text.h writes them.
    [[nodiscard]] QString stateName() const override { return QStringLiteral("changes"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

    /// Adds a change, or gives the one that sets the same thing its value; its place in the list.
    std::size_t put(const headlight::Change& change);
    /// Another value, or another address, for a change of the list.
    void edit(std::size_t index, const headlight::Change& change);
    void remove(std::size_t index);

public slots:
    /// Takes all back.
    void clear();
    /// As of a lesson or a session: all at once.
    void setChanges(const std::vector<headlight::Change>& changes);
    /// Ends the run under way; there is then nothing to compare until something changes.
    void stop();

signals:
    /// Items, their values or what fits changed.
    void itemsChanged();
    /// A person put this one there, or asked for one that is there already.
    void wanted(std::size_t index);
    void runChanged();
    /// A person changed something.
    void stateChanged();
    /// The same change went on changing (a slider being dragged): part of the step before.
    void stateFollowed();

private:
    void touched(bool goes_on = false);
    void checkAll();
    void runSoon();
    void runNow();
    void accept(Result<ChangedRunPtr> result);
    void setRun(ChangedRunPtr run);

    Document* document_;
    std::vector<Item> items_;
    ChangedRunPtr run_;
    std::optional<Error> failure_;
    JobRunner runner_;
    SnapshotPtr running_for_;
    bool scheduled_ = false;
    bool again_ = false; ///< something changed while a run was under way
    std::optional<std::size_t> edited_;
    QElapsedTimer since_edit_;
};

} // namespace headlight::ui
