// The window: wires document, selection and views, and owns the actions. Nothing is computed here.
#pragma once

#include "ui/document/document.h"
#include "ui/document/text_statistics.h"
#include "ui/selection/selection.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/window_views.h"

#include <QMainWindow>

class QSplitter;

namespace headlight::ui {

class ChangeWiring;
class HeadPanel;
class InspectorPanel;
class LessonWiring;
class MessageCard;
class PanelFolds;
class SelectionKeeper;
struct SessionOverrides;
class SessionWiring;
class StatusLine;
class TextPanel;
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
    [[nodiscard]] HeatmapPane* heatmapPane() const { return views_->heatmap; }
    [[nodiscard]] LinesPane* linesPane() const { return views_->lines; }
    [[nodiscard]] StepsPane* stepsPane() const { return views_->steps; }
    [[nodiscard]] TimelinePane* timelinePane() const { return views_->timeline; }
    [[nodiscard]] PredictionsPane* predictionsPane() const { return views_->predictions; }
    [[nodiscard]] SideBySidePane* sideBySide() const { return views_->side_by_side; }
    [[nodiscard]] OverviewPane* overviewPane() const { return views_->heads; }
    [[nodiscard]] PositionsPane* positionsPane() const { return views_->positions; }
    [[nodiscard]] SoftmaxPane* softmaxPane() const { return views_->softmax; }
    [[nodiscard]] MapPane* mapPane() const { return views_->map; }
    [[nodiscard]] ComparePane* comparePane() const { return views_->compare; }
    [[nodiscard]] WindowViews* views() const { return views_; }
    [[nodiscard]] ChangeWiring* changes() const { return changes_; }
    [[nodiscard]] InspectorPanel* inspector() const { return inspector_; }
    [[nodiscard]] MessageCard* messageCard() const { return message_card_; }
    [[nodiscard]] StatusLine* statusLine() const { return status_line_; }
    [[nodiscard]] SessionWiring* session() const { return session_; }
    [[nodiscard]] LessonWiring* lessons() const { return lessons_; }

public slots:
    void setPresenting(bool presenting);
    void openExport();
    /// The current view's numbers in rows and columns, in a window of their own.
    void openTable();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build(const BackendOptions& backend);
    void connectParts();
    void addActions();
    void addMoreMenu();
    QAction* addKey(const QString& text, const QList<QKeySequence>& keys, std::function<void()> action);
    void followModel();
    void scaleText(double factor);
    void makeRoom();

    ThemeController* themes_;
    SelectionKeeper* keeper_ = nullptr;
    PanelFolds* folds_ = nullptr;
    SessionWiring* session_ = nullptr;
    LessonWiring* lessons_ = nullptr;
    Selection selection_;
    Document document_;
    StatisticsSource statistics_; ///< of the text's positions, for the views that show them
    TopBar* top_bar_ = nullptr;
    TextPanel* text_panel_ = nullptr;
    HeadPanel* head_panel_ = nullptr;
    ViewPane* view_pane_ = nullptr;
    WindowViews* views_ = nullptr;
    ChangeWiring* changes_ = nullptr;
    InspectorPanel* inspector_ = nullptr;
    MessageCard* message_card_ = nullptr;
    StatusLine* status_line_ = nullptr;
    QSplitter* splitter_ = nullptr;
};

} // namespace headlight::ui
