// The heatmap of the selected head, and how it is painted.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"

#include <QWidget>

#include <functional>
#include <utility>
#include <vector>

class QAction;
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
    void updateEmptyText();

    Document* document_;
    Selection* selection_;
    HeatmapSettings settings_;
    bool automatic_scale_ = true; ///< by the number of keys, until one is chosen
    ChipButton* view_button_ = nullptr;
    QMenu* view_menu_ = nullptr;
    std::vector<std::pair<QAction*, std::function<bool()>>> choices_; ///< what is checked in the menu, and when
    HeatmapView* view_ = nullptr;
};

} // namespace headlight::ui
