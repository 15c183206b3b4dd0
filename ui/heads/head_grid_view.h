// All heads of one attention at a glance, a live thumbnail each: layers down and heads across, or as sorted and filtered.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"

#include <QTableView>

namespace headlight::ui {

struct Theme;
class HeadGridModel;
class HeadGridDelegate;
class HeadOverview;
class HeadPreview;

/// Click or arrows choose a head (Selection::setHead), Ctrl + click or Space adds one beside it, Shift + click or Shift + arrows
/// all up to there, double click or Enter opens it; hover shows a larger preview with its name and numbers. Thumbnails are
/// computed in a worker thread, those in sight first; old ones stay until the new ones are there.
class HeadGridView : public QTableView {
    Q_OBJECT
public:
    /// `selection` must outlive the view.
    explicit HeadGridView(Selection* selection, QWidget* parent = nullptr);
    ~HeadGridView() override;

    /// Order, filters and measures; must outlive the view. Without one heads stand layer by layer.
    void setOverview(HeadOverview* overview);
    /// Largest thumbnails, in logical pixels; with `fits_room` they shrink until all heads are in sight, as far as something
    /// is to be seen, and Ctrl + scroll changes their size.
    void setThumbnailRoom(int largest, bool fits_room);
    /// 1: as large as fits.
    [[nodiscard]] double zoom() const { return zoom_; }
    void setZoom(double zoom);
    [[nodiscard]] HeadGridModel* gridModel() const { return grid_model_; }
    [[nodiscard]] int thumbnailSize() const { return thumbnail_size_; } ///< logical pixels, from the view's room
    [[nodiscard]] QSize sizeHint() const override;

public slots:
    /// The trace and which kind of attention; `map.head.kind` is the kind shown, its layer and head do not matter.
    void setHeadMap(const headlight::ui::HeadMap& map);
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);
    /// What it stands on; the theme's window colour unless told, to be told again after a new theme.
    void setGround(const QColor& ground);

signals:
    /// Double click or Enter: show me this one.
    void headActivated(const headlight::HeadAddress& head);
    void zoomChanged(double zoom);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void layoutCells();
    void layoutPlain(const QSize& room);
    void layoutArranged(const QSize& room);
    void applyCellSize(int width, int text_height);
    [[nodiscard]] int textHeight(int width) const;
    [[nodiscard]] QString widestLabel() const;
    [[nodiscard]] QString widestValue() const;
    void chooseRange(const QModelIndex& to);
    bool moveRange(QKeyEvent* event);
    void followSelection();
    void followCompanions();
    void requestVisible();
    void showPreview(const QModelIndex& index);

    Selection* selection_;
    const Theme* theme_;
    HeadOverview* overview_ = nullptr;
    HeadGridModel* grid_model_;
    HeadGridDelegate* grid_delegate_;
    HeadPreview* preview_;
    int thumbnail_size_ = 28;
    int text_height_ = 0;    ///< under a thumbnail
    int scrolled_ = 0;       ///< before the model was reset
    int largest_ = 72;
    bool fits_room_ = false;
    double zoom_ = 1.0;
    HeadAddress range_end_;  ///< where Shift + arrows have come to
    bool following_ = false; ///< the current index is being set from the selection
};

} // namespace headlight::ui
