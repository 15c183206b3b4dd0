// Joins lessons and presenting with the window's parts.
#pragma once

#include "ui/lessons/lesson_player.h"

#include <QObject>

class QSplitter;

namespace headlight::ui {

class HeadPanel;
class InspectorPanel;
class LessonPanel;
class LessonPrinter;
class MessageCard;
class PanelFolds;
class PartOutline;
class Presenter;
class StatusLine;
class TextPanel;
class ThemeController;
class TopBar;
class ViewPane;

/// The parts of the window lessons touch.
struct LessonParts {
    QWidget* window = nullptr;
    QSplitter* splitter = nullptr; ///< the lesson joins the panels
    TopBar* top_bar = nullptr;
    TextPanel* text_panel = nullptr;
    HeadPanel* head_panel = nullptr;
    ViewPane* views = nullptr;
    InspectorPanel* inspector = nullptr;
    MessageCard* message_card = nullptr;
    StatusLine* status_line = nullptr;
    PanelFolds* folds = nullptr;
    ThemeController* themes = nullptr;
};

class LessonWiring : public QObject {
    Q_OBJECT
public:
    /// To be made when every part has joined the workbench. All must outlive it.
    LessonWiring(const LessonParts& parts, const LessonStage& stage);
    ~LessonWiring() override;

    [[nodiscard]] LessonPlayer* player() { return &player_; }
    [[nodiscard]] LessonPanel* panel() const { return panel_; }
    [[nodiscard]] LessonPrinter* printer() const { return printer_; }
    [[nodiscard]] Presenter* presenter() const { return presenter_; }
    [[nodiscard]] PartOutline* outline() const { return outline_; }

public slots:
    /// The list of lessons, or the lesson that is played.
    void setShown(bool shown);
    void bringInspectorBack(int freed);
    void openFile(const QString& path);
    void setPresenting(bool presenting);

private:
    void connectParts();
    void point();
    bool step(int by);
    void print();
    void fitPanel();

    LessonParts parts_;
    LessonPlayer player_;
    LessonPanel* panel_ = nullptr;
    LessonPrinter* printer_ = nullptr;
    Presenter* presenter_ = nullptr;
    PartOutline* outline_ = nullptr;
    int inspector_width_ = 0; ///< before a lesson took its place
    Qt::WindowStates states_before_; ///< presenting
};

} // namespace headlight::ui
