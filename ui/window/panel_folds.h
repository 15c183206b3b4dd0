// The side panels: folded by a person, or for a while by presenting and by a narrow window, which give them
// back afterwards.
#pragma once

#include "ui/session/stateful.h"

#include <QObject>
#include <QSize>

class QSplitter;

namespace headlight::ui {

/// Whether a window of this size (pixels at the normal text size) is too low for everything around its view.
[[nodiscard]] constexpr bool isLowWindow(QSize window) { return window.height() < 600; }

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
    /// The window's size in pixels at the normal text size, and the width its view needs. Panels fold while there is
    /// too little room, first the right one; one that a person opened all the same stays for this and other views.
    void setRoom(QSize window, int least_view = 0);

signals:
    void stateChanged();
    /// Panels that are out of sight and can be brought back by themselves.
    void foldedChanged(bool left, bool right);

private:
    struct Panel {
        QWidget* widget = nullptr;
        double width = 0.0; ///< pixels at the normal text size
        double least = 0.0;
        double placed_scale = 1.0; ///< the text size its width was set for
        bool folded = false;       ///< as a person chose
        bool no_room = false;      ///< the window is too narrow for it
        bool taken = false;        ///< something else stands in its place
        bool insisted = false;     ///< a person wants it although the view needs its room
        [[nodiscard]] bool mayShow(bool presenting) const {
            return !folded && !no_room && !taken && !presenting;
        }
    };
    void toggle(Panel& panel);
    void show();
    void squeeze(Panel& panel, bool no_room);
    void tellFolded();
    void keepWidths();
    void place();

    QSplitter* splitter_;
    double scale_ = 1.0;
    Panel left_;
    Panel right_;
    bool presenting_ = false;
    QSize window_; ///< as setRoom was told
    int least_view_ = 0;
};

} // namespace headlight::ui
