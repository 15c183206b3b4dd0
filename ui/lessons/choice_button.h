// One answer of a question: wraps its text, and shows right and wrong by sign as well as by colour.
#pragma once

#include <QAbstractButton>

namespace headlight::ui {

class ChoiceButton : public QAbstractButton {
    Q_OBJECT
public:
    enum class Mark { None, Right, Wrong };
    explicit ChoiceButton(const QString& text, QWidget* parent = nullptr);

    void setMark(Mark mark);
    [[nodiscard]] Mark mark() const { return mark_; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Mark mark_ = Mark::None;
};

} // namespace headlight::ui
