// The side panels: folded by a person, or by presenting, which gives them back afterwards.
#pragma once

#include "ui/session/stateful.h"

#include <QObject>

class QWidget;

namespace headlight::ui {

class PanelFolds : public QObject, public Stateful {
    Q_OBJECT
public:
    /// The widgets must outlive it.
    PanelFolds(QWidget* left, QWidget* right, QObject* parent = nullptr);

    [[nodiscard]] QString stateName() const override { return QStringLiteral("panels"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

public slots:
    /// While presenting, a panel shown for a moment is no choice for afterwards.
    void toggleLeft() { toggle(left_); }
    void toggleRight() { toggle(right_); }
    void setPresenting(bool presenting);
    /// Something else stands where the right panel is; it can be shown beside it for a moment.
    void setRightTaken(bool taken);

signals:
    void stateChanged();

private:
    struct Panel {
        QWidget* widget = nullptr;
        bool folded = false;
    };
    void toggle(Panel& panel);
    void show();

    Panel left_;
    Panel right_;
    bool presenting_ = false;
    bool right_taken_ = false;
};

} // namespace headlight::ui
