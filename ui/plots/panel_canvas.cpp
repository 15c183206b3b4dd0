#include "ui/plots/panel_canvas.h"

#include "ui/plots/panel_layout.h"
#include "ui/theme/theme.h"

#include <QCursor>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {
constexpr double kGap = 8.0;
constexpr double kNarrowest = 300.0; // of a panel, at the screen's normal text size
constexpr double kKeyStep = 4.0;     // pixels the cross-hair moves a key press
} // namespace

std::vector<QRectF> placePanels(const std::vector<PlotPanel>& panels, double width, const HeatmapFonts& fonts,
                                double& height) {
    const double narrowest = kNarrowest * QFontMetricsF(fonts.body).height() / 17.0;
    const auto across =
        static_cast<std::size_t>(std::clamp(std::floor((width + kGap) / (narrowest + kGap)), 1.0, 4.0));
    const double column = (width - kGap * double(across - 1)) / double(across);
    std::vector<QRectF> places;
    double top = 0.0, tallest = 0.0;
    std::size_t at = 0, row_begin = 0;
    const auto finish_row = [&] {
        for (std::size_t i = row_begin; i < places.size(); ++i)
            places[i].setHeight(tallest); // neighbours end on one line
        top += places.size() > row_begin ? tallest + kGap : 0.0;
        row_begin = places.size();
        tallest = 0.0;
        at = 0;
    };
    for (const PlotPanel& panel : panels) {
        if (panel.wide || at == across)
            finish_row();
        const double panel_width = panel.wide ? width : column;
        places.emplace_back(double(at) * (column + kGap), top, panel_width, 0.0);
        tallest = std::max(tallest, panelHeight(panel, panel_width, fonts));
        ++at;
        if (panel.wide)
            finish_row();
    }
    finish_row();
    height = std::max(0.0, top - kGap);
    return places;
}

PanelCanvas::PanelCanvas(QWidget* parent)
    : QWidget(parent)
    , fonts_(screenFonts()) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void PanelCanvas::setPanels(std::vector<PlotPanel> panels) {
    panels_ = std::move(panels);
    QStringList lines;
    for (const PlotPanel& panel : panels_)
        lines << panel.title + QStringLiteral(": ") + panel.note;
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    layOut();
    setCursorAt(cursor_);
}

void PanelCanvas::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

void PanelCanvas::layOut() {
    double height = 0.0;
    places_ = placePanels(panels_, width(), fonts_, height);
    const int whole = static_cast<int>(std::ceil(height));
    if (whole != height_) {
        height_ = whole;
        setMinimumHeight(height_);
        updateGeometry();
    }
    update();
}

void PanelCanvas::resizeEvent(QResizeEvent*) {
    layOut();
}

void PanelCanvas::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange ||
        event->type() == QEvent::PaletteChange) {
        fonts_ = screenFonts();
        layOut();
    }
}

void PanelCanvas::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    const Theme& theme = themeOf(palette());
    if (panels_.empty()) {
        painter.setFont(fonts_.body);
        painter.setPen(theme.text_muted);
        painter.drawText(QRectF(rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         empty_text_);
        return;
    }
    const PanelLook look{.theme = &theme, .fonts = fonts_};
    for (std::size_t i = 0; i < panels_.size(); ++i)
        if (places_[i].intersects(QRectF(event->rect())))
            paintPanel(painter, panels_[i], places_[i], look,
                       cursor_ && places_[i].contains(*cursor_) ? cursor_ : std::nullopt);
}

std::optional<std::size_t> PanelCanvas::panelAt(const QPointF& at) const {
    for (std::size_t i = 0; i < places_.size(); ++i)
        if (places_[i].contains(at))
            return i;
    return std::nullopt;
}

void PanelCanvas::setCursorAt(std::optional<QPointF> at) {
    cursor_ = at;
    const auto panel = at ? panelAt(*at) : std::nullopt;
    const auto hit = panel ? panelHit(panels_[*panel], places_[*panel], fonts_, *at) : std::nullopt;
    readout_ = hit ? hit->text : QString();
    update();
}

void PanelCanvas::moveEvent(QMoveEvent*) { // scrolled under a mouse that rests
    if (underMouse() && cursor_)
        setCursorAt(mapFromGlobal(QCursor::pos()));
}
void PanelCanvas::mouseMoveEvent(QMouseEvent* event) {
    setCursorAt(event->position());
}
void PanelCanvas::leaveEvent(QEvent*) {
    setCursorAt(std::nullopt);
}

void PanelCanvas::mousePressEvent(QMouseEvent* event) {
    const auto panel = panelAt(event->position());
    if (!panel || event->button() != Qt::LeftButton)
        return;
    const auto hit = panelHit(panels_[*panel], places_[*panel], fonts_, event->position());
    if (hit && hit->row)
        emit cellClicked(*panel, *hit->row, hit->column.value_or(0));
}

void PanelCanvas::choosePanel(int by) {
    const auto present = cursor_ ? panelAt(*cursor_) : std::nullopt;
    const auto last = static_cast<int>(panels_.size()) - 1;
    const int next = present ? std::clamp(static_cast<int>(*present) + by, 0, last) : 0;
    const QRectF place = places_[static_cast<std::size_t>(next)];
    setCursorAt(frameOf(panels_[static_cast<std::size_t>(next)], place, fonts_).picture.center());
    emit panelChosen(place);
}

void PanelCanvas::moveCursor(double x, double y) {
    const auto panel = cursor_ ? panelAt(*cursor_) : std::nullopt;
    if (!panel)
        return choosePanel(0);
    const QRectF picture = frameOf(panels_[*panel], places_[*panel], fonts_).picture;
    setCursorAt(QPointF(std::clamp(cursor_->x() + x, picture.left(), picture.right()),
                        std::clamp(cursor_->y() + y, picture.top(), picture.bottom())));
}

void PanelCanvas::keyPressEvent(QKeyEvent* event) {
    const bool fine = event->modifiers().testFlag(Qt::ShiftModifier);
    if (panels_.empty())
        return QWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Up:
        return fine ? moveCursor(0.0, -kKeyStep) : choosePanel(-1);
    case Qt::Key_Down:
        return fine ? moveCursor(0.0, kKeyStep) : choosePanel(1);
    case Qt::Key_Left:
        return moveCursor(-kKeyStep, 0.0);
    case Qt::Key_Right:
        return moveCursor(kKeyStep, 0.0);
    default:
        QWidget::keyPressEvent(event);
    }
}

bool PanelCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto panel = panelAt(help->pos());
    if (!panel) {
        QToolTip::hideText();
        return true;
    }
    const auto hit = panelHit(panels_[*panel], places_[*panel], fonts_, help->pos());
    QString text = hit ? hit->tool_tip : panels_[*panel].tool_tip;
    if (hit && text.isEmpty() && hit->text.isEmpty())
        text = panels_[*panel].tool_tip; // over numbers the line below speaks: nothing may lie on it
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

} // namespace headlight::ui
