// The words as they were made: one column a step, what each step looks at, and a way back to paths taken
// before.
#pragma once

#include "ui/document/document.h"
#include "ui/document/text_statistics.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"

#include <QWidget>

#include <optional>

class QLabel;
class QMenu;
class QSlider;
class QToolButton;

namespace headlight::ui {

class ChipButton;
class StepAttentionView;
class StepPlayer;
class TimelineView;
struct AttentionStrip;
struct Theme;

/// The chosen step is the query of the shared selection, so that every other view follows it.
class TimelinePane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// All must outlive the pane.
    TimelinePane(Document* document, Selection* selection, StatisticsSource* statistics,
                 QWidget* parent = nullptr);

    [[nodiscard]] TimelineView* view() const { return view_; }
    [[nodiscard]] StepAttentionView* attention() const { return attention_; }
    [[nodiscard]] QSlider* slider() const { return slider_; }
    [[nodiscard]] QToolButton* playButton() const;
    [[nodiscard]] QLabel* note() const { return note_; }
    [[nodiscard]] QMenu* pathMenu() const { return path_menu_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const { return tools_; }
    void setTheme(const Theme& theme);
    /// What export offers: all steps, and those in sight with what the chosen one looks at.
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// Every candidate of every step; a row chosen there chooses its step.
    [[nodiscard]] PictureTables tables();

    [[nodiscard]] QString stateName() const override { return QStringLiteral("timeline"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

public slots:
    /// Colours of the cells.
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void moveStep(int by);

signals:
    void stateChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    [[nodiscard]] QWidget* buildControls();
    void buildTools();
    void follow();
    void followSelection();
    void followPaths();
    void chooseStep(std::size_t step);
    void chooseWord(std::size_t step, TokenId word);
    void setOptionCount(std::size_t n_options);
    void showStep(bool scroll);
    [[nodiscard]] std::optional<AttentionStrip> stripOf(AttentionKind kind, std::size_t row) const;
    [[nodiscard]] QString stepText() const;

    Document* document_;
    Selection* selection_;
    StatisticsSource* statistics_;
    TimelineView* view_ = nullptr;
    StepAttentionView* attention_ = nullptr;
    QLabel* note_ = nullptr;
    QLabel* step_label_ = nullptr;
    StepPlayer* player_ = nullptr;
    QSlider* slider_ = nullptr;
    QWidget* controls_ = nullptr;
    QWidget* tools_ = nullptr;
    ChipButton* path_button_ = nullptr;
    ChipButton* options_button_ = nullptr;
    QMenu* path_menu_ = nullptr;
    QMenu* options_menu_ = nullptr;
    std::size_t n_options_ = 8;
    std::optional<std::size_t>
        row_; ///< the step shown; the selection's query while a decoder attention is looked at
};

} // namespace headlight::ui
