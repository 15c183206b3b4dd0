// The side panels: folded by a person, or for a while by presenting and by a narrow window, which give them
// back afterwards.
#pragma once

#include "ui/session/stateful.h"

#include <QObject>
#include <QSize>

class QSplitter;

namespace headlight::ui {

class PanelFolds : public QObject, public Stateful {
    Q_OBJECT
public:
    /// Both stand in `splitter`, which must outlive this and keeps the room between them for the view.
    PanelFolds(QSplitter* splitter, QWidget* left, QWidget* right, QObject* parent = nullptr);

    /// Larger text takes wider panels: widths grow with `scale` (1: the normal text size).
    void setTextScale(double scale);
    /// Left and right in pixels at the normal text size, as a person dragged them.
    [[nodiscard]] QSize widths() const;
    void setWidths(QSize widths);

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
    /// The window's width in pixels at the normal text size. Panels fold while it is too narrow for them,
    /// first the right one.
    void setRoom(int width);

signals:
    void stateChanged();

private:
    struct Panel {
        QWidget* widget = nullptr;
        double width = 0.0; ///< pixels at the normal text size
        double least = 0.0;
        double placed_scale = 1.0; ///< the text size its width was set for
        bool folded = false;       ///< as a person chose
        bool no_room = false;      ///< the window is too narrow for it
        bool taken = false;        ///< something else stands in its place
        [[nodiscard]] bool mayShow(bool presenting) const {
            return !folded && !no_room && !taken && !presenting;
        }
    };
    void toggle(Panel& panel);
    void show();
    void squeeze(Panel& panel, bool no_room);
    void keepWidths();
    void place();

    QSplitter* splitter_;
    double scale_ = 1.0;
    Panel left_;
    Panel right_;
    bool presenting_ = false;
};

} // namespace headlight::ui
