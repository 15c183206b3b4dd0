// The window: wires document, selection and views, and owns the actions. Nothing is computed here.
#pragma once

#include "ui/document/document.h"
#include "ui/map/architecture_map.h"
#include "ui/document/text_statistics.h"
#include "ui/selection/selection.h"
#include "ui/theme/theme_controller.h"

#include <QMainWindow>

class QSplitter;

namespace headlight::ui {

class ChangeWiring;
class HeadPanel;
class HeatmapPane;
class InspectorPanel;
class LinesPane;
class MapPane;
class MessageCard;
class PanelFolds;
class PredictionsPane;
class OverviewPane;
class SelectionKeeper;
struct SessionOverrides;
class SessionWiring;
class PositionsPane;
class SideBySidePane;
class SoftmaxPane;
class StatusLine;
class StepsPane;
class TextPanel;
class TimelinePane;
class TopBar;
class ViewPane;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// `themes` must outlive the window.
    explicit MainWindow(ThemeController* themes, const BackendOptions& backend = {}, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Shows `text`, and for models that read two sentences `text_pair`, and runs it as soon as the model is there.
    void start(const QString& model, const QString& text, const QString& text_pair = {});
    /// Opens a session; where it cannot be read, says so and opens `model_otherwise`.
    void startSession(const QString& path, const SessionOverrides& overrides, const QString& model_otherwise);
    void openModel(const QString& name_or_path);
    /// A session, a model's folder or a file of it, as dropped on the window.
    void openPath(const QString& path);

    [[nodiscard]] Document* document() { return &document_; }
    [[nodiscard]] Selection* selection() { return &selection_; }
    [[nodiscard]] TextPanel* textPanel() const { return text_panel_; }
    [[nodiscard]] HeadPanel* headPanel() const { return head_panel_; }
    [[nodiscard]] ViewPane* viewPane() const { return view_pane_; }
    [[nodiscard]] HeatmapPane* heatmapPane() const { return heatmap_pane_; }
    [[nodiscard]] LinesPane* linesPane() const { return lines_pane_; }
    [[nodiscard]] StepsPane* stepsPane() const { return steps_pane_; }
    [[nodiscard]] TimelinePane* timelinePane() const { return timeline_pane_; }
    [[nodiscard]] PredictionsPane* predictionsPane() const { return predictions_pane_; }
    [[nodiscard]] SideBySidePane* sideBySide() const { return side_by_side_; }
    [[nodiscard]] OverviewPane* overviewPane() const { return overview_pane_; }
    [[nodiscard]] PositionsPane* positionsPane() const { return positions_pane_; }
    [[nodiscard]] SoftmaxPane* softmaxPane() const { return softmax_pane_; }
    [[nodiscard]] MapPane* mapPane() const { return map_pane_; }
    [[nodiscard]] ChangeWiring* changes() const { return changes_; }
    [[nodiscard]] InspectorPanel* inspector() const { return inspector_; }
    [[nodiscard]] MessageCard* messageCard() const { return message_card_; }
    [[nodiscard]] StatusLine* statusLine() const { return status_line_; }
    [[nodiscard]] SessionWiring* session() const { return session_; }

public slots:
    void setPresenting(bool presenting);
    void openExport();
    /// The current view's numbers in rows and columns, in a window of their own.
    void openTable();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    void buildViews();
    void buildLaboratory();
    void openViewOf(MapBlockKind kind);
    void connectParts();
    void addActions();
    void addMoreMenu();
    QAction* addKey(const QString& text, const QList<QKeySequence>& keys, std::function<void()> action);
    void followModel();
    void scaleText(double factor);

    ThemeController* themes_;
    SelectionKeeper* keeper_ = nullptr;
    PanelFolds* folds_ = nullptr;
    SessionWiring* session_ = nullptr;
    Selection selection_;
    Document document_;
    StatisticsSource statistics_; ///< of the text's positions, for the views that show them
    TopBar* top_bar_ = nullptr;
    TextPanel* text_panel_ = nullptr;
    HeadPanel* head_panel_ = nullptr;
    ViewPane* view_pane_ = nullptr;
    HeatmapPane* heatmap_pane_ = nullptr;
    LinesPane* lines_pane_ = nullptr;
    SideBySidePane* side_by_side_ = nullptr;
    TimelinePane* timeline_pane_ = nullptr;
    StepsPane* steps_pane_ = nullptr;
    PredictionsPane* predictions_pane_ = nullptr;
    OverviewPane* overview_pane_ = nullptr;
    PositionsPane* positions_pane_ = nullptr;
    SoftmaxPane* softmax_pane_ = nullptr;
    MapPane* map_pane_ = nullptr;
    ChangeWiring* changes_ = nullptr;
    InspectorPanel* inspector_ = nullptr;
    MessageCard* message_card_ = nullptr;
    StatusLine* status_line_ = nullptr;
    QSplitter* splitter_ = nullptr;
};

} // namespace headlight::ui
