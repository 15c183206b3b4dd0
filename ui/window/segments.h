// Buttons side by side of which one is pressed: a choice of few.
#pragma once

#include <QFrame>

class QButtonGroup;
class QPushButton;

namespace headlight::ui {

class Segments : public QFrame {
    Q_OBJECT
public:
    /// The first is chosen at the start.
    explicit Segments(const QStringList& names, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* button(int index) const;
    [[nodiscard]] int current() const;
    void setCurrent(int index);

signals:
    /// A person pressed one.
    void chosen(int index);

private:
    QButtonGroup* group_;
};

} // namespace headlight::ui
