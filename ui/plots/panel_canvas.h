// The widget inside a PanelSheet.
#pragma once

#include "ui/plots/panel_painter.h"

#include <QWidget>

namespace headlight::ui {

class PanelCanvas : public QWidget {
    Q_OBJECT
public:
    explicit PanelCanvas(QWidget* parent = nullptr);

    void setPanels(std::vector<PlotPanel> panels);
    [[nodiscard]] const std::vector<PlotPanel>& panels() const { return panels_; }
    void setEmptyText(const QString& text);
    [[nodiscard]] QRectF panelRect(std::size_t index) const {
        return index < places_.size() ? places_[index] : QRectF();
    }
    [[nodiscard]] std::optional<std::size_t> currentPanel() const { return cursor_ ? panelAt(*cursor_) : std::nullopt; }
    [[nodiscard]] QString readout() const { return readout_; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, height_}; }
    [[nodiscard]] QSize sizeHint() const override { return {640, height_}; }

signals:
    void cellClicked(std::size_t panel, std::size_t row, std::size_t column);
    /// The cross-hair moved by keyboard; the panel should be in sight.
    void panelChosen(const QRectF& place);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void moveEvent(QMoveEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void layOut();
    void setCursorAt(std::optional<QPointF> at);
    [[nodiscard]] std::optional<std::size_t> panelAt(const QPointF& at) const;
    void moveCursor(double x, double y);
    void choosePanel(int by);

    std::vector<PlotPanel> panels_;
    std::vector<QRectF> places_;
    HeatmapFonts fonts_;
    QString empty_text_;
    QString readout_;
    std::optional<QPointF> cursor_;
    int height_ = 200;
};

/// Panels placed into columns of `width`: where each goes; `height` becomes what they need together.
[[nodiscard]] std::vector<QRectF> placePanels(const std::vector<PlotPanel>& panels, double width,
                                              const HeatmapFonts& fonts, double& height);

} // namespace headlight::ui
