// The softmax of an attention row or of the next word, to be turned by hand: temperature, cuts, draws.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"
#include "ui/softmax/softmax_panels.h"
#include "ui/softmax/softmax_settings.h"

#include <QWidget>

class QAction;

namespace headlight::ui {

class ChipButton;
class PanelSheet;
class SoftmaxControls;

class SoftmaxPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    SoftmaxPane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] PanelSheet* sheet() const { return sheet_; }
    [[nodiscard]] SoftmaxControls* controls() const { return controls_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;
    [[nodiscard]] const SoftmaxSettings& settings() const { return settings_; }
    void setSettings(const SoftmaxSettings& settings);
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// The panels in rows and columns, the one with the cross-hair first.
    [[nodiscard]] PictureTables tables() const;
    [[nodiscard]] bool pending() const { return runner_.running(); }

    [[nodiscard]] QString stateName() const override { return QStringLiteral("softmax"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

signals:
    void stateChanged();
    void settingsChanged(const headlight::ui::SoftmaxSettings& settings);

protected:
    void showEvent(QShowEvent* event) override;

private:
    /// What a job brings back.
    struct Shown {
        std::vector<PlotPanel> panels;
        std::vector<std::size_t> listed; ///< keys or words of the bars, row by row
        Vocabulary vocabulary;
    };
    void buildSourceMenu();
    void choose(const SoftmaxSettings& settings);
    void follow();
    void receive(Result<Shown> shown);
    void updateEmptyText();
    void cellClicked(std::size_t panel, std::size_t row);

    Document* document_;
    Selection* selection_;
    SoftmaxSettings settings_;
    ChipButton* source_button_ = nullptr;
    std::vector<std::pair<QAction*, SoftmaxOf>> sources_; ///< of the menu
    SoftmaxControls* controls_ = nullptr;
    PanelSheet* sheet_ = nullptr;
    TokenPair pinned_;
    std::vector<std::size_t> listed_;
    Vocabulary vocabulary_;                ///< of the model below; made when something is searched
    const Model* vocabulary_of_ = nullptr; ///< only compared
    QString problem_;
    JobRunner runner_;
};

} // namespace headlight::ui
