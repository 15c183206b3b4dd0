// The heatmap of the selected head, and how it is painted.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/window/map_menu.h"

#include <QWidget>

#include <functional>
#include <utility>
#include <vector>

class QAction;
class QLabel;
class QMenu;

namespace headlight::ui {

class ChipButton;
class HeatmapView;

class HeatmapPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    HeatmapPane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] HeatmapView* view() const { return view_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;
    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    /// What of the weights is shown.
    [[nodiscard]] const MapChoice& choice() const { return map_menu_->choice(); }
    void setChoice(const MapChoice& choice);
    [[nodiscard]] MapMenu* mapMenu() const { return map_menu_; }
    /// Makes maps that take more than a blink.
    [[nodiscard]] JobRunner* mapRunner() { return &map_runner_; }
    /// What Export offers of the present picture; empty while there is none.
    [[nodiscard]] std::vector<FigureSubject> figures() const;

    [[nodiscard]] QString stateName() const override { return QStringLiteral("heatmap"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;

signals:
    void stateChanged();
    void settingsChanged(const headlight::ui::HeatmapSettings& settings);

private:
    void build();
    void buildViewMenu();
    void apply(const HeatmapSettings& settings);
    void nameSettings();
    [[nodiscard]] ScaleKind suitableScale() const;
    void follow();
    void show(const HeadMap& map);
    void showAltered(const HeadMap& head, std::vector<HeadAddress> heads);
    void nameChoice();
    void updateEmptyText();

    Document* document_;
    Selection* selection_;
    HeatmapSettings settings_;
    bool automatic_scale_ = true; ///< by the number of keys, until one is chosen
    ChipButton* view_button_ = nullptr;
    QWidget* tools_ = nullptr;
    ChipButton* map_button_ = nullptr;
    MapMenu* map_menu_ = nullptr;
    JobRunner map_runner_;
    QLabel* note_ = nullptr; ///< why a map that was asked for cannot be made
    QMenu* view_menu_ = nullptr;
    std::vector<std::pair<QAction*, std::function<bool()>>> choices_; ///< what is checked in the menu, and when
    HeatmapView* view_ = nullptr;
};

} // namespace headlight::ui
