#include "ui/plots/panel_sheet.h"

#include "ui/plots/panel_canvas.h"

#include <QScrollBar>

namespace headlight::ui {

PanelSheet::PanelSheet(QWidget* parent)
    : QScrollArea(parent)
    , canvas_(new PanelCanvas) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    setWidget(canvas_);
    setFocusProxy(canvas_);
    connect(canvas_, &PanelCanvas::cellClicked, this, &PanelSheet::cellClicked);
    connect(canvas_, &PanelCanvas::panelChosen, this, [this](const QRectF& place) {
        ensureVisible(0, static_cast<int>(place.bottom()), 0, 8);
        ensureVisible(0, static_cast<int>(place.top()), 0, 8);
    });
}

void PanelSheet::setPanels(std::vector<PlotPanel> panels) {
    const bool others = panels.size() != canvas_->panels().size();
    canvas_->setPanels(std::move(panels));
    if (others)
        verticalScrollBar()->setValue(0);
}

const std::vector<PlotPanel>& PanelSheet::panels() const {
    return canvas_->panels();
}
void PanelSheet::setEmptyText(const QString& text) {
    canvas_->setEmptyText(text);
}
QRectF PanelSheet::panelRect(std::size_t index) const {
    return canvas_->panelRect(index);
}
QWidget* PanelSheet::canvas() const {
    return canvas_;
}
std::optional<std::size_t> PanelSheet::currentPanel() const {
    return canvas_->currentPanel();
}
QString PanelSheet::readout() const {
    return canvas_->readout();
}

} // namespace headlight::ui
