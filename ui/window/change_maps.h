// One head before a change, after it, and what that makes: three maps that move together.
#pragma once

#include "ui/changes/change_set.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"

#include <QWidget>

#include <array>

class QLabel;
class QPushButton;

namespace headlight::ui {

class HeatmapView;
struct Theme;

/// Hovering and choosing a cell go through the window's selection; zooming or moving one map does it to all.
/// Where there is no room for three, a switch chooses what stands beside the map after the change.
class ChangeMaps : public QWidget {
    Q_OBJECT
public:
    /// `selection` must outlive the maps.
    explicit ChangeMaps(Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] HeatmapView* before() const { return views_[0]; }
    [[nodiscard]] HeatmapView* after() const { return views_[1]; }
    [[nodiscard]] HeatmapView* difference() const { return views_[2]; }
    [[nodiscard]] QLabel* note() const { return note_; }
    /// Whether the difference is still being measured.
    [[nodiscard]] bool pending() const { return runner_.running(); }
    /// The page of maps and each alone; empty while there is nothing to compare. `about`: the changes in
    /// words.
    [[nodiscard]] std::vector<FigureSubject> figures(const QString& about) const;

    /// More height than that would stay empty: cells are square, and as many maps stand abreast as there is
    /// room for.
    [[nodiscard]] int heightFor(int width) const;

public slots:
    /// `run` may be null: then the run as it is stands on both sides. A null `snapshot`: nothing at all.
    void show(const headlight::ui::SnapshotPtr& snapshot, const headlight::ui::ChangedRunPtr& run,
              const headlight::HeadAddress& head);
    void setEmptyText(const QString& text);
    /// What the page says about the run, beside the switch.
    void setNote(const QString& note);
    void fit();
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);

signals:
    void contextMenuWanted(const QPoint& global);
    /// Return, H and Delete on the selected cell.
    void scoreWanted();
    void maskWanted();
    void takeBackWanted();

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    void link(HeatmapView* view);
    void arrange();
    void showDifference(const HeadMap& before, const HeadMap& after);

    Selection* selection_;
    HeatmapSettings settings_;
    JobRunner runner_;
    std::array<HeatmapView*, 3> views_{};
    std::array<QLabel*, 3> names_{};
    std::array<QWidget*, 3> parts_{}; ///< a name and its map
    QLabel* note_ = nullptr;
    QWidget* choice_ = nullptr; ///< what stands beside, where there is no room for all
    QPushButton* beside_before_ = nullptr;
    QPushButton* beside_difference_ = nullptr;
    bool moving_ = false;
};

} // namespace headlight::ui
