// The side panels: folded by a person, or for a while by presenting and by a narrow window, which give them back afterwards.
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
    /// The window's width in pixels at the normal text size. Panels fold while it is too narrow for them, first the right one.
    void setRoom(int width);

signals:
    void stateChanged();

private:
    struct Panel {
        QWidget* widget = nullptr;
        bool folded = false;   ///< as a person chose
        bool no_room = false;  ///< the window is too narrow for it
        bool taken = false;    ///< something else stands in its place
        [[nodiscard]] bool mayShow(bool presenting) const { return !folded && !no_room && !taken && !presenting; }
    };
    void toggle(Panel& panel);
    void show();
    static void squeeze(Panel& panel, bool no_room, bool presenting);

    Panel left_;
    Panel right_;
    bool presenting_ = false;
};

} // namespace headlight::ui
