// How models know the order of tokens: the loaded model's own way, every other, and what is lost without.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/positions/position_panels.h"
#include "ui/positions/position_settings.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"

#include <QWidget>

class QAction;

namespace headlight::ui {

class ChipButton;
class PanelSheet;
class PositionControls;

class PositionsPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    PositionsPane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] PanelSheet* sheet() const { return sheet_; }
    [[nodiscard]] PositionControls* controls() const { return controls_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;
    [[nodiscard]] const PositionSettings& settings() const { return settings_; }
    void setSettings(const PositionSettings& settings);
    /// What Export offers of the present picture; empty while there is none.
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// The panels in rows and columns, the one with the cross-hair first.
    [[nodiscard]] PictureTables tables() const;
    /// Panels are being computed.
    [[nodiscard]] bool pending() const { return runner_.running() || off_runner_.running(); }

    [[nodiscard]] QString stateName() const override { return QStringLiteral("positions"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

signals:
    void stateChanged();
    void settingsChanged(const headlight::ui::PositionSettings& settings);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildPageMenu();
    void choose(const PositionSettings& settings);
    void follow();
    void followOff();
    void receive(Result<std::vector<PlotPanel>> panels);
    void updateEmptyText();
    [[nodiscard]] bool needsModel() const;
    void cellClicked(std::size_t panel, std::size_t row, std::size_t column);

    Document* document_;
    Selection* selection_;
    PositionSettings settings_;
    ChipButton* page_button_ = nullptr;
    std::vector<std::pair<QAction*, PositionPage>> pages_; ///< of the menu
    PositionControls* controls_ = nullptr;
    PanelSheet* sheet_ = nullptr;
    SwitchedOffPtr off_;
    TokenPair pinned_;
    QString problem_;
    JobRunner runner_;
    JobRunner off_runner_;
};

} // namespace headlight::ui
