// Panels beside and below one another, as many abreast as there is room for; hovering reads numbers.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/plots/panel.h"

#include <QScrollArea>

#include <memory>
#include <optional>

namespace headlight::ui {

class PanelCanvas;

/// Up and down choose a panel, left and right move the cross-hair in it; the wheel scrolls.
class PanelSheet : public QScrollArea {
    Q_OBJECT
public:
    explicit PanelSheet(QWidget* parent = nullptr);

    /// A scroll position stays where it is while the number of panels does.
    void setPanels(std::vector<PlotPanel> panels);
    [[nodiscard]] const std::vector<PlotPanel>& panels() const;
    /// Shown instead of panels while there are none.
    void setEmptyText(const QString& text);
    /// Where panel `index` is painted, in the canvas.
    [[nodiscard]] QRectF panelRect(std::size_t index) const;
    [[nodiscard]] QWidget* canvas() const;
    /// The panel with the cross-hair; nothing: none has it.
    [[nodiscard]] std::optional<std::size_t> currentPanel() const;
    /// The numbers under the mouse or cross-hair, as painted; empty: nothing there.
    [[nodiscard]] QString readout() const;

signals:
    /// A matrix cell or a row of bars was clicked.
    void cellClicked(std::size_t panel, std::size_t row, std::size_t column);

private:
    PanelCanvas* canvas_;
};

} // namespace headlight::ui
