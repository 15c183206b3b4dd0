// How the model chooses its words, as a part of sessions and undo.
#pragma once

#include "ui/document/document.h"
#include "ui/session/stateful.h"

#include <QObject>

namespace headlight::ui {

class GenerationPart : public QObject, public Stateful {
    Q_OBJECT
public:
    /// `document` must outlive it.
    explicit GenerationPart(Document* document, QObject* parent = nullptr);

    [[nodiscard]] QString stateName() const override { return QStringLiteral("generation"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

signals:
    void stateChanged();

private:
    Document* document_;
};

} // namespace headlight::ui
