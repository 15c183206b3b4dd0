// The window's views: which there are, what their tabs say, and what they share.
#pragma once

#include "core/compute/backend.h"

#include <QObject>

namespace headlight {
class Model;
}

namespace headlight::ui {

class ChangePane;
class ChangeSet;
class ComparePane;
class Document;
class HeadOverview;
class HeatmapPane;
class LinesPane;
class MapPane;
class OverviewPane;
class PositionsPane;
class PredictionsPane;
class Selection;
class SideBySidePane;
class SoftmaxPane;
class StatisticsSource;
class StatusLine;
class StepsPane;
class TimelinePane;
class ViewPane;
class Workbench;
struct MapBlock;
struct Theme;

/// What views show; all must outlive them.
struct ViewSources {
    Document* document = nullptr;
    Selection* selection = nullptr;
    StatisticsSource* statistics = nullptr;
    HeadOverview* overview = nullptr;
};

/// Makes every view once and puts it on its page. A new view is added here and nowhere else in the window.
class WindowViews : public QObject {
    Q_OBJECT
public:
    /// `pane` owns the views.
    WindowViews(ViewPane* pane, const ViewSources& sources, const BackendOptions& backend,
                QObject* parent = nullptr);

    HeatmapPane* heatmap = nullptr;
    LinesPane* lines = nullptr;
    SideBySidePane* side_by_side = nullptr;
    ComparePane* compare = nullptr;
    OverviewPane* heads = nullptr;
    TimelinePane* timeline = nullptr;
    PredictionsPane* predictions = nullptr;
    StepsPane* steps = nullptr;
    ChangeSet* changes = nullptr; ///< what `change` shows
    ChangePane* change = nullptr;
    PositionsPane* positions = nullptr;
    SoftmaxPane* softmax = nullptr;
    MapPane* map = nullptr;

    /// Settings of all views go into sessions and undo.
    void join(Workbench* workbench) const;
    /// Work of the views shows in the status line and can be stopped there.
    void watchWith(StatusLine* status_line) const;
    void setTheme(const Theme& theme) const;
    /// Tabs of views that say nothing about this model go.
    void follow(const Model& model) const;

signals:
    /// A block of the map was chosen that is no view but the text.
    void textWanted();

private:
    void buildAttention(const BackendOptions& backend);
    void buildWords();
    void buildLaboratory();
    void connectSettings();
    void openViewOf(const MapBlock& block);

    ViewPane* pane_;
    ViewSources sources_;
};

} // namespace headlight::ui
