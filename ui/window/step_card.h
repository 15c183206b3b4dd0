// The cell that is pointed at, spelled out under the matrices.
#pragma once

#include "ui/steps/step_picture.h"

#include <QFrame>

class QLabel;

namespace headlight::ui {

class FormulaView;

class StepCard : public QFrame {
    Q_OBJECT
public:
    explicit StepCard(QWidget* parent = nullptr);

    /// The hovered cell of the picture, else the chosen one, else how to choose one.
    void show(const StepPicture& picture);
    /// What it says, in plain text, a formula a line.
    [[nodiscard]] QString text() const { return text_; }

private:
    QLabel* title_;
    FormulaView* formulas_;
    QString text_;
};

} // namespace headlight::ui
