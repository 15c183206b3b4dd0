// The map of a model on the screen: zoomed and moved, its boxes explained and clicked.
#pragma once

#include "ui/map/architecture_map.h"
#include "ui/map/map_painter.h"

#include <QWidget>

namespace headlight::ui {

/// The wheel zooms, dragging moves, a double click or F shows all of it; Tab and arrows walk over the boxes,
/// Return opens one.
class MapView : public QWidget {
    Q_OBJECT
public:
    explicit MapView(QWidget* parent = nullptr);

    /// One map in two arrangements of the same blocks; the one whose words are larger here is shown. Without `low` always
    /// the first. Keeps zoom and place while the map has the same size.
    void setMap(ArchitectureMap tall, ArchitectureMap low = {});
    [[nodiscard]] const ArchitectureMap& map() const { return shows_low_ ? low_ : tall_; }
    /// The first arrangement: what figures show, whatever the window's size.
    [[nodiscard]] const ArchitectureMap& tallMap() const { return tall_; }
    void setSelected(std::optional<HeadAddress> head);
    void setEmptyText(const QString& text);
    [[nodiscard]] QPointF toScreen(const QPointF& point) const { return offset_ + point * scale_; }
    [[nodiscard]] double scale() const { return scale_; }
    [[nodiscard]] QSize sizeHint() const override { return {640, 640}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 200}; }

public slots:
    void fit();

signals:
    void blockClicked(const headlight::ui::MapBlock& block);
    /// A frame that stands for several layers, or one of them.
    void layersClicked();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QPointF toMap(const QPointF& point) const { return (point - offset_) / scale_; }
    [[nodiscard]] double fittingScale(const ArchitectureMap& map) const;
    void chooseArrangement();
    void zoomAt(const QPointF& at, double factor);
    void keepInSight();
    void walk(int by);
    [[nodiscard]] QString toolTipAt(const QPointF& at) const;

    ArchitectureMap tall_;
    ArchitectureMap low_;
    bool shows_low_ = false;
    std::optional<std::size_t> hovered_;
    std::optional<HeadAddress> selected_;
    QString empty_text_;
    QPointF offset_;
    double scale_ = 1.0;
    bool fitted_ = true;
    QPointF press_;
    QPointF press_offset_;
    bool dragging_ = false;
};

} // namespace headlight::ui
