// The arithmetic of the selected head's layer, step by step.
#pragma once

#include "core/analysis/steps/steps.h"
#include "ui/export/figure_subject.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/steps/step_picture.h"
#include "ui/steps/step_place.h"
#include "ui/table/picture_table.h"
#include "ui/window/step_source.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace headlight::ui {

class FormulaView;
class Segments;
class StepCanvas;
class StepCard;
class StepPlayer;
class StepStrip;
struct Theme;

/// Steps are computed in a job while the pane is in sight: those of the run with changes where something is
/// changed, or of the run as it is. The chosen cell follows the selected pair;
/// clicking one selects its tokens everywhere.
class StepsPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// All must outlive the pane.
    StepsPane(Document* document, ChangeSet* changes, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] StepStrip* strip() const { return strip_; }
    [[nodiscard]] StepCanvas* view() const { return view_; }
    [[nodiscard]] QToolButton* playButton() const;
    [[nodiscard]] QLabel* explanation() const { return explanation_; }
    [[nodiscard]] FormulaView* formula() const { return formula_; }
    [[nodiscard]] bool playing() const;
    /// How long each step stays while they play.
    void setPlayInterval(int milliseconds);
    /// Steps are being computed.
    [[nodiscard]] bool pending() const { return source_.pending(); }
    /// "Changed" or "As computed"; in sight while something is changed.
    [[nodiscard]] Segments* runSwitch() const { return which_; }
    /// Whether the steps are those of the run with changes.
    [[nodiscard]] bool showsChanged() const;
    /// The run the steps are of; null: none.
    [[nodiscard]] const SnapshotPtr& shownRun() const { return source_.shown().snapshot; }
    /// What is said of changes at the present step; hidden where there are none.
    [[nodiscard]] QLabel* note() const { return note_; }
    /// What the card below spells out, in plain text.
    [[nodiscard]] QString arithmeticText() const;
    /// Puts a button before those that step.
    void addTool(QWidget* tool);
    /// What Export offers of the present picture; empty while there is none.
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// Every matrix of the present step, the result shown first; a cell chosen there chooses its tokens.
    [[nodiscard]] PictureTables tables();
    void setTheme(const Theme& theme);
    /// The first step of one of these kinds, of the head that is selected when it is shown.
    void showFirstOf(const std::vector<StepKind>& kinds);

    [[nodiscard]] QString stateName() const override { return QStringLiteral("steps"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

public slots:
    void moveStep(int by);

signals:
    void stateChanged();
    /// Steps of a run, changed or not, are in sight, or none.
    void runShown();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    [[nodiscard]] QWidget* buildControls();
    void connectParts();
    void showSwitch();
    void accept();
    void findWanted();
    [[nodiscard]] std::optional<StepKind> shownKind() const;
    void showStep();
    [[nodiscard]] StepPicture pictureOf(const HeadSteps& shown) const;
    void chooseCell(const StepCell& cell);
    bool chooseTokens(StepAxis rows, std::size_t row, StepAxis columns, std::size_t column);
    [[nodiscard]] std::optional<StepCell> cellOfSelection() const;

    Selection* selection_;
    StepSource source_;
    StepPlace place_;
    std::optional<StepCell> clicked_;
    std::vector<QString> notes_; ///< of changes, one a step
    StepStrip* strip_ = nullptr;
    StepCanvas* view_ = nullptr;
    StepPlayer* player_ = nullptr;
    QHBoxLayout* controls_ = nullptr;
    Segments* which_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* explanation_ = nullptr;
    QLabel* note_ = nullptr;
    FormulaView* formula_ = nullptr;
    StepCard* card_ = nullptr;
};

} // namespace headlight::ui
