// All heads of one attention at a glance: layers down, heads across, a live thumbnail each.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"

#include <QTableView>

namespace headlight::ui {

struct Theme;
class HeadGridModel;
class HeadGridDelegate;
class HeadPreview;

/// Click or arrows choose a head (Selection::setHead), Ctrl + click or Space adds one beside it, hover shows a larger preview with its name. Thumbnails are
/// computed in a worker thread, those in sight first; old ones stay until the new ones are there.
class HeadGridView : public QTableView {
    Q_OBJECT
public:
    /// `selection` must outlive the view.
    explicit HeadGridView(Selection* selection, QWidget* parent = nullptr);
    ~HeadGridView() override;

    [[nodiscard]] HeadGridModel* gridModel() const { return grid_model_; }
    [[nodiscard]] int thumbnailSize() const { return thumbnail_size_; } ///< logical pixels, from the view's width
    [[nodiscard]] QSize sizeHint() const override;

public slots:
    /// The trace and which kind of attention; `map.head.kind` is the kind shown, its layer and head do not matter.
    void setHeadMap(const headlight::ui::HeadMap& map);
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void layoutCells();
    void followSelection();
    void followCompanions();
    void requestVisible();
    void showPreview(const QModelIndex& index);

    Selection* selection_;
    const Theme* theme_;
    HeadGridModel* grid_model_;
    HeadGridDelegate* grid_delegate_;
    HeadPreview* preview_;
    int thumbnail_size_ = 28;
    bool following_ = false; ///< the current index is being set from the selection
};

} // namespace headlight::ui
