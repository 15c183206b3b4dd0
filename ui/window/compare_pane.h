// Two sentences on one model, or one sentence on two models, side by side, and what the same head differs in.
#pragma once

#include "ui/compare/comparison.h"
#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"
#include "ui/window/other_side.h"

#include <QWidget>

#include <array>

class QGridLayout;
class QLabel;
class QLineEdit;

namespace headlight::ui {

class CompareBar;
class HeatmapView;
struct Theme;

/// A is what the window is about; B is a document of its own, with A's model until another is chosen.
/// Hovering a cell in one of the three maps shows its partner in the others, and the numbers of A, B and A -
/// B below them.
class ComparePane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// Both must outlive the pane; `backend` is what another model for B computes on.
    ComparePane(Document* document, Selection* selection, const BackendOptions& backend = {},
                QWidget* parent = nullptr);
    ~ComparePane() override;

    enum class Side { A, B, Difference };
    [[nodiscard]] HeatmapView* view(Side side) const { return parts_[static_cast<std::size_t>(side)].view; }
    /// B: its text, its model, its runs and what is wrong with them.
    [[nodiscard]] Document* other() { return &other_.document(); }
    [[nodiscard]] QLineEdit* otherText() const;
    [[nodiscard]] JobRunner* runner() { return &runner_; }
    [[nodiscard]] const Comparison& comparison() const { return comparison_; }
    /// "chat looks at cat: A 0.812345, B 0.703112, A − B 0.109233"; empty without a pair.
    [[nodiscard]] QString numbers() const;
    /// What Export offers of the present picture; empty while there is none.
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// The difference, A and B as tables; a cell of A or of the difference becomes the window's pair.
    [[nodiscard]] PictureTables tables() const;
    /// All three whole.
    void fit();
    /// For the status line's stop.
    void stop();

    [[nodiscard]] QString stateName() const override { return QStringLiteral("compare"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;

public slots:
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);

signals:
    void stateChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Part {
        QLabel* title = nullptr;
        HeatmapView* view = nullptr;
    };
    void build();
    void arrange();
    void chooseModel(const QString& reference);
    void followModels();
    void follow();
    void show(const Comparison& comparison);
    void showWaiting(const QString& why);
    void showProblems();
    void tellB();
    void tellA();
    [[nodiscard]] HeatmapSettings differenceSettings() const;

    Document* document_;
    Selection* selection_;
    OtherSide other_;
    Selection other_selection_;
    HeatmapSettings settings_;
    std::array<Part, 3> parts_;
    Comparison comparison_;
    JobRunner runner_;
    CompareBar* bar_ = nullptr;
    QWidget* about_ = nullptr; ///< numbers and summary
    QLabel* problem_ = nullptr;
    QLabel* summary_ = nullptr;
    QLabel* numbers_ = nullptr;
    QGridLayout* grid_ = nullptr;
    bool in_step_ = false; ///< selections are being brought into step
};

} // namespace headlight::ui
