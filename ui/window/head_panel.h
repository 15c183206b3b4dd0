// Which head: the three groups, the grid of heads, and what the chosen one does.
#pragma once

#include "ui/document/document.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace headlight::ui {

class HeadGridView;
class HeadMeasuresView;
class HeadOrderBar;
class HeadOverview;
class Segments;

class HeadPanel : public QFrame {
    Q_OBJECT
public:
    /// Both must outlive the panel.
    HeadPanel(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] HeadGridView* grid() const { return grid_; }
    /// What is known of all heads, their order and filters; shared with the page of heads.
    [[nodiscard]] HeadOverview* overview() const { return overview_; }
    [[nodiscard]] HeadOrderBar* orderBar() const { return order_bar_; }
    [[nodiscard]] HeadMeasuresView* measures() const { return measures_; }
    [[nodiscard]] QPushButton* groupButton(AttentionKind kind) const;

public slots:
    /// Shows a group; does nothing where the model has no such attention.
    void chooseKind(headlight::AttentionKind kind);
    /// The next (+1) or previous (-1) head, over the ends of layers, in the order they are shown.
    void moveHead(int by);
    void setSettings(const headlight::ui::HeatmapSettings& settings);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    void followSnapshot();
    void followHead();
    void followShown();
    void fitGrid();

    Document* document_;
    Selection* selection_;
    Segments* kinds_ = nullptr;
    HeadOverview* overview_;
    HeadOrderBar* order_bar_ = nullptr;
    QLabel* none_label_ = nullptr; ///< no head passes the filter
    HeadGridView* grid_ = nullptr;
    HeadMeasuresView* measures_ = nullptr;
};

/// Why a model has no such attention, for a tooltip; empty when it has.
[[nodiscard]] QString missingReason(const ModelSpec& spec, AttentionKind kind);

} // namespace headlight::ui
