// A step on the screen: hover a cell to read it, click it to see where it comes from.
#pragma once

#include "ui/steps/step_picture.h"

#include <QWidget>

namespace headlight::ui {

struct Theme;

class StepCanvas : public QWidget {
    Q_OBJECT
public:
    explicit StepCanvas(QWidget* parent = nullptr);

    [[nodiscard]] const StepPicture& picture() const { return picture_; }
    [[nodiscard]] const StepLayout& stepLayout() const { return layout_; }
    [[nodiscard]] const QString& emptyText() const { return empty_text_; }
    [[nodiscard]] QSize sizeHint() const override { return {640, 420}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 180}; }

public slots:
    void setPicture(const headlight::ui::StepPicture& picture);
    void setTheme(const headlight::ui::Theme& theme);
    /// What the view says while there is no picture.
    void setEmptyText(const QString& text);

signals:
    void cellHovered(std::optional<headlight::ui::StepCell> cell);
    void cellClicked(const headlight::ui::StepCell& cell);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void layOut();
    void hover(std::optional<StepCell> cell);

    const Theme* theme_;
    StepPicture picture_;
    StepLayout layout_;
    QString empty_text_;
};

} // namespace headlight::ui
