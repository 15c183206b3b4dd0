// The page of heads: the whole model at once as pictures, or as a table of numbers.
#pragma once

#include "core/analysis/head_order.h"
#include "ui/document/document.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace headlight::ui {

class HeadGridView;
class HeadOrderBar;
class HeadOverview;
class HeadTableView;
struct Theme;

/// What a person chooses on the page; order and filters are those of the panel of heads too.
struct OverviewSettings {
    HeadOrder order = {};
    bool as_table = false;
    double zoom = 1.0; ///< of the pictures; 1: as large as fits
    bool operator==(const OverviewSettings&) const = default;
};

class OverviewPane : public QWidget {
    Q_OBJECT
public:
    /// All must outlive the pane.
    OverviewPane(Document* document, Selection* selection, HeadOverview* overview, QWidget* parent = nullptr);

    [[nodiscard]] HeadGridView* grid() const { return grid_; }
    [[nodiscard]] HeadTableView* table() const { return table_; }
    [[nodiscard]] HeadOrderBar* orderBar() const { return bar_; }
    [[nodiscard]] QPushButton* tableButton() const { return table_button_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;
    [[nodiscard]] OverviewSettings settings() const;

public slots:
    void setSettings(const headlight::ui::OverviewSettings& settings);
    void setPictureSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);
    /// All heads in sight again.
    void fit();

signals:
    void settingsChanged();
    /// Show me this one.
    void headActivated(const headlight::HeadAddress& head);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    void follow();
    void followCount();

    Document* document_;
    Selection* selection_;
    HeadOverview* overview_;
    HeadOrderBar* bar_ = nullptr;
    QLabel* title_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    HeadGridView* grid_ = nullptr;
    HeadTableView* table_ = nullptr;
    QLabel* nothing_ = nullptr; ///< what the page says without heads, or when none passes the filter
    QPushButton* table_button_ = nullptr;
};

} // namespace headlight::ui
