// A frame around the part of the window a lesson speaks of.
#pragma once

#include <QPointer>
#include <QWidget>

namespace headlight::ui {

/// Lies over `window`, lets the mouse through and follows the part it outlines; a part that is not shown has no outline.
class PartOutline : public QWidget {
    Q_OBJECT
public:
    explicit PartOutline(QWidget* window);

    /// Null: nothing.
    void setPart(QWidget* part);
    [[nodiscard]] QWidget* part() const { return part_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void follow();
    QPointer<QWidget> part_;
};

} // namespace headlight::ui
