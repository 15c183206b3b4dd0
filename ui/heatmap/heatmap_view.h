// The heatmap of one head: words along both sides, zoom, pan, hover, pin; any length up to 16,384 tokens and more.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/heatmap/map_tile.h"
#include "ui/heatmap/map_transform.h"
#include "ui/heatmap/tile_worker.h"
#include "ui/selection/selection.h"

#include <QWidget>

#include <memory>

namespace headlight::ui {

struct Theme;

/// Wheel zooms to the cursor, drag pans, double click or F fits, arrows move the selected cell, Escape lets it go.
/// Hover sets Selection::hovered, click Selection::pinned. Tiles are computed in a worker thread, the newest request wins
/// and the old picture stays until the new one is there; maps of up to 64 x 64 follow at once.
class HeatmapView : public QWidget {
    Q_OBJECT
public:
    /// `selection` must outlive the view.
    explicit HeatmapView(Selection* selection, QWidget* parent = nullptr);
    ~HeatmapView() override;

    [[nodiscard]] const HeadMap& headMap() const { return map_; }
    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    [[nodiscard]] const MapTransform& transform() const { return transform_; }
    /// Whether the picture says what it is; a pane that says so beside it has more room for the map.
    void setTitled(bool titled);
    /// Of several maps side by side: hardly a margin, and the legend where no other map says the same.
    void setAmongOthers(bool legend);
    /// What stands left and right of the map (words, its legend, words that lean over) takes so many logical pixels.
    [[nodiscard]] int besideMap() const;
    [[nodiscard]] bool showsProfiles() const { return show_profiles_; }
    /// The row and column the bars beside the map show.
    [[nodiscard]] MapProfiles profiles() const { return numbers_ ? numbers_->profiles : MapProfiles{}; }
    /// What the picture shows now: "French rows look at English columns · linear · exact".
    [[nodiscard]] QString pictureDescription() const;
    /// The cell looked at (hovered, else pinned), in words: "chat looks at cat with weight 0.902134"; empty without one.
    [[nodiscard]] QString readout() const;
    /// Whether a newer picture than the one shown is being computed.
    [[nodiscard]] bool tilePending() const { return tile_pending_; }
    [[nodiscard]] QSize sizeHint() const override { return {640, 640}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 200}; }

public slots:
    /// Another head of the same shape keeps the zoom; another shape is fitted.
    void setHeadMap(const headlight::ui::HeadMap& map);
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);
    /// Bars beside the map: the row and the column looked at.
    void setProfiles(bool shown);
    /// What an empty view says: what will be here and how to get it.
    void setEmptyText(const QString& text);
    void fit();
    void zoomIn();
    void zoomOut();
    /// The same part of a map of as many rows and columns as another view shows.
    void showSamePart(const headlight::ui::MapTransform& other);

signals:
    /// A person zoomed or moved the map.
    void partChanged(const headlight::ui::MapTransform& transform);
    /// A new picture is there (it is painted with the next frame).
    void pictureReady();

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
    void measure();
    void layoutMap();
    void requestTile();
    void acceptTile(const MapTilePtr& tile);
    void lookUpCell();
    void cellRead(CellNumbers numbers);
    void paintProgress(QPainter& painter) const;
    [[nodiscard]] std::optional<double> knownValue(const MapCell& cell) const;
    void tokensChanged();
    void hoverAt(const QPointF& position);
    void pinCell(const std::optional<MapCell>& cell);
    void moveSelectedCell(std::ptrdiff_t rows, std::ptrdiff_t columns);
    void zoomBy(const QPointF& position, double factor);
    void updateAccessibility();
    void paintEmpty(QPainter& painter) const;
    [[nodiscard]] HeatmapScene scene() const;
    [[nodiscard]] std::optional<MapCell> currentCell() const;
    [[nodiscard]] bool cellMasked(const MapCell& cell) const;
    [[nodiscard]] bool cellIsGap(const MapCell& cell) const;
    /// The cell a pair of tokens falls into, side by side; empty where it is not shown.
    [[nodiscard]] TokenPair cellOfPair(const TokenPair& pair) const;
    /// The pair of tokens behind a cell: of merged words the two parts with the strongest weight.
    [[nodiscard]] TokenPair pairOfCell(const std::optional<MapCell>& cell) const;

    Selection* selection_;
    const Theme* theme_;
    HeadMap map_;
    MapSourcePtr source_;             ///< map_.shown(); null while there is nothing
    HeatmapSettings settings_;
    MapTransform transform_;
    HeatmapFonts fonts_;
    HeatmapMeasures measures_;
    HeatmapLayout layout_;
    QString empty_text_;
    MapTilePtr tile_;
    TileRequest requested_;
    bool tile_pending_ = false;
    std::optional<double> tile_progress_; ///< how far a picture is that takes its time
    std::optional<CellNumbers> numbers_; ///< of the cell looked at, once known
    bool titled_ = true;
    bool tight_ = false;
    bool legend_ = true;
    bool show_profiles_ = false;
    MapProfiles no_profiles_;            ///< while the numbers are on their way
    std::optional<QPointF> cursor_;   ///< where the readout goes while the mouse is over a cell
    QPointF press_position_;
    QPointF last_drag_;
    bool pressed_ = false;
    bool dragging_ = false;
    std::unique_ptr<TileWorker> worker_;
};

} // namespace headlight::ui
