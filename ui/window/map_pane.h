// The architecture of the loaded model, and how large the residual stream is on its way through it.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/map/architecture_map.h"
#include "ui/map/residual_panels.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"

#include <QWidget>

class QAction;
class QStackedWidget;

namespace headlight::ui {

class ChipButton;
class MapView;
class PanelSheet;

struct MapSettings {
    bool each_layer = false; ///< every layer drawn instead of one for all
    bool sizes = false;      ///< the residual stream's sizes instead of the map
    bool operator==(const MapSettings&) const = default;
};

class MapPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    MapPane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] MapView* view() const { return view_; }
    [[nodiscard]] PanelSheet* sheet() const { return sheet_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;
    [[nodiscard]] const MapSettings& settings() const { return settings_; }
    void setSettings(const MapSettings& settings);
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// Boxes with shapes and parameters, or the sizes along the residual stream.
    [[nodiscard]] PictureTables tables() const;
    [[nodiscard]] bool pending() const { return runner_.running(); }

    [[nodiscard]] QString stateName() const override { return QStringLiteral("map"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

signals:
    void stateChanged();
    void settingsChanged(const headlight::ui::MapSettings& settings);
    /// A box was clicked that has a view of its own: what it shows.
    void viewWanted(const headlight::ui::MapBlock& block);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildMenu();
    void choose(const MapSettings& settings);
    void follow();
    void draw();
    void updateEmptyText();
    void blockClicked(const MapBlock& block);
    [[nodiscard]] std::optional<AttentionKind> attentionOf(const MapBlock& block) const;

    Document* document_;
    Selection* selection_;
    MapSettings settings_;
    ChipButton* button_ = nullptr;
    std::vector<std::pair<QAction*, MapSettings>> choices_; ///< of the menu
    QStackedWidget* stack_ = nullptr;
    MapView* view_ = nullptr;
    PanelSheet* sheet_ = nullptr;
    ResidualSizes sizes_;
    SnapshotPtr sizes_of_;
    JobRunner runner_;
};

} // namespace headlight::ui
