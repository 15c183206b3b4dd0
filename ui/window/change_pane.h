// "Change it": what is changed inside the model, and what comes of it, beside the run as it is.
#pragma once

#include "ui/changes/change_panels.h"
#include "ui/changes/change_set.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"
#include "ui/table/picture_table.h"

#include <QWidget>

namespace headlight::ui {

class ChangeList;
class ChangeMaps;
class PanelSheet;
struct Theme;

/// Maps of the selected head, the predictions at the selected row, and how far everything moved. Computed
/// while in sight.
class ChangePane : public QWidget {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    ChangePane(ChangeSet* set, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] ChangeList* list() const { return list_; }
    [[nodiscard]] ChangeMaps* maps() const { return maps_; }
    [[nodiscard]] PanelSheet* sheet() const { return sheet_; }
    /// What the panels show; of an older run while pending().
    [[nodiscard]] const std::optional<ChangeReport>& report() const { return report_; }
    [[nodiscard]] bool pending() const;
    [[nodiscard]] JobRunner* writingRunner() { return &writing_runner_; }
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// The selected head's weights after the changes, before and what they differ in; then the panels.
    [[nodiscard]] PictureTables tables() const;

public slots:
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);
    void fit();

signals:
    /// A right click on one of the maps, the cell being hovered.
    void menuWanted(const QPoint& global);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Both ways to write: as it is, and with changes.
    struct Writing {
        SnapshotPtr before_of; ///< what `before` was written for
        ChangedRunPtr after_of;
        QString before;
        QString after;
    };
    void build();
    void connectParts();
    [[nodiscard]] int listWidth() const;
    void arrange();
    void follow();
    void followMaps();
    void followReport();
    void startReport();
    void startWriting();
    void showPanels();
    void showNote();
    void takeBackCell();
    [[nodiscard]] bool writes() const;
    [[nodiscard]] std::size_t outputRow() const;
    [[nodiscard]] QString changesInWords() const;

    ChangeSet* set_;
    Selection* selection_;
    JobRunner report_runner_;
    JobRunner writing_runner_;
    std::optional<ChangeReport> report_;
    bool report_again_ = false;
    Writing writing_;
    std::size_t row_ = 0; ///< of the output stack, kept while another stack's rows are selected
    TokenPair pinned_;
    ChangeList* list_ = nullptr;
    ChangeMaps* maps_ = nullptr;
    PanelSheet* sheet_ = nullptr;
};

} // namespace headlight::ui
