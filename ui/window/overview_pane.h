// The page of heads: the whole model at once as pictures, or as a table of numbers.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"

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

/// Its state is what a person chooses: order and filters, which are those of the panel of heads too, pictures or table, size.
class OverviewPane : public QWidget, public Stateful {
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
    /// What Export offers: the heads shown, in their order, and their measures as numbers.
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// The heads shown with their measures.
    [[nodiscard]] PictureTables tables() const;

    [[nodiscard]] QString stateName() const override { return QStringLiteral("heads"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;

public slots:
    void setPictureSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);
    /// All heads in sight again.
    void fit();

signals:
    void stateChanged();
    /// Show me this one.
    void headActivated(const headlight::HeadAddress& head);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    void follow();
    void followCount();
    void tellState();

    Document* document_;
    Selection* selection_;
    HeatmapSettings picture_settings_;
    HeadOverview* overview_;
    HeadOrderBar* bar_ = nullptr;
    QLabel* title_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    HeadGridView* grid_ = nullptr;
    HeadTableView* table_ = nullptr;
    QLabel* nothing_ = nullptr; ///< what the page says without heads, or when none passes the filter
    QPushButton* table_button_ = nullptr;
    bool restoring_ = false; ///< settings come from a session, not from a person
};

} // namespace headlight::ui
