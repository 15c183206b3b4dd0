// How a part of the window takes part in sessions and undo: it tells its settings as JSON and takes them back.
#pragma once

#include <QCoreApplication>
#include <QJsonObject>
#include <QString>

namespace headlight::ui {

/// A pane implements this beside QWidget, declares `signals: void stateChanged();`, emits it when a person changed one of its
/// settings, and is joined with `workbench.addPart(pane)`. Hovering and what follows from a run are no settings.
class Stateful {
public:
    virtual ~Stateful() = default;

    /// The part's key in a session file, never translated: "heatmap".
    [[nodiscard]] virtual QString stateName() const = 0;
    /// All settings a person can choose.
    [[nodiscard]] virtual QJsonObject state() const = 0;
    /// Takes what state() gave, perhaps in another version of the program or from a file somebody edited: what it does not know, or
    /// what makes no sense, stays as it is; what is missing too. What was asked for and cannot be shown yet (a view the present
    /// model has no use for) is told by state() all the same.
    virtual void setState(const QJsonObject& state) = 0;
    /// A setting in words for "Undo …": its key, unless the part knows better.
    [[nodiscard]] virtual QString settingName(const QString& key) const { return QString(key).replace(QLatin1Char('_'), QLatin1Char(' ')); }

protected:
    Stateful() = default;
    Stateful(const Stateful&) = default;
    Stateful& operator=(const Stateful&) = default;
};

} // namespace headlight::ui
