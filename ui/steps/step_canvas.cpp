#include "ui/steps/step_canvas.h"

#include "ui/theme/theme.h"

#include <QMouseEvent>
#include <QPainter>

namespace headlight::ui {

StepCanvas::StepCanvas(QWidget* parent)
    : QWidget(parent)
    , theme_(&Theme::light()) {
    setMouseTracking(true);
}

void StepCanvas::setPicture(const StepPicture& picture) {
    picture_ = picture;
    picture_.fonts = screenFonts();
    layOut();
}

void StepCanvas::setTheme(const Theme& theme) {
    theme_ = &theme;
    update();
}

void StepCanvas::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

void StepCanvas::layOut() {
    layout_ = layoutStep(picture_, QRectF(rect()).adjusted(8, 8, -8, -8));
    update();
}

void StepCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!picture_.empty()) {
        paintStep(painter, picture_, layout_, *theme_);
        return;
    }
    painter.setFont(themeFont(TextRole::Body));
    painter.setPen(theme_->text_muted);
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
}

void StepCanvas::resizeEvent(QResizeEvent*) {
    layOut();
}

void StepCanvas::hover(std::optional<StepCell> cell) {
    if (cell == picture_.hovered)
        return;
    picture_.hovered = cell;
    update();
    emit cellHovered(cell);
}

void StepCanvas::mouseMoveEvent(QMouseEvent* event) {
    hover(stepCellAt(picture_, layout_, event->position()));
}

void StepCanvas::leaveEvent(QEvent*) {
    hover(std::nullopt);
}

void StepCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    if (const auto cell = stepCellAt(picture_, layout_, event->position()))
        emit cellClicked(*cell);
}

void StepCanvas::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        picture_.fonts = screenFonts();
        layOut();
    }
}

} // namespace headlight::ui
