// Everything a position could give: the whole vocabulary by probability, a word's rank, and how well the text
// was foreseen.
#pragma once

#include "ui/document/document.h"
#include "ui/document/text_statistics.h"
#include "ui/export/figure_subject.h"
#include "ui/predictions/ranked_outcomes.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;
class QTableView;

namespace headlight::ui {

class OutcomeModel;
class OutcomeSearch;
class OutcomeView;
class RankStripView;

/// The position is the window's query; a double click on a word writes it, as in the inspector.
class PredictionsPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// All must outlive the pane.
    PredictionsPane(Document* document, Selection* selection, StatisticsSource* statistics,
                    QWidget* parent = nullptr);

    [[nodiscard]] QTableView* table() const;
    [[nodiscard]] OutcomeModel* outcomeModel() const;
    [[nodiscard]] QLineEdit* searchEdit() const;
    [[nodiscard]] QLabel* foundLabel() const;
    [[nodiscard]] QLabel* summary() const { return summary_; }
    [[nodiscard]] RankStripView* strip() const { return strip_; }
    /// What Export offers: the most probable ones (or those found) with bars; numbers of all.
    [[nodiscard]] std::vector<FigureSubject> figures() const;
    /// The rows of the table, to be copied.
    [[nodiscard]] PictureTables tables() const;

    [[nodiscard]] QString stateName() const override { return QStringLiteral("predictions"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

signals:
    void stateChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void follow();
    void followSelection();
    void showOutcomes();
    void showStatistics();
    void choosePosition(std::size_t position);
    void takeWord(const QModelIndex& index);
    [[nodiscard]] QString title(const RankedOutcomes& outcomes) const;
    [[nodiscard]] std::optional<std::size_t> selectedRow() const;

    Document* document_;
    Selection* selection_;
    StatisticsSource* statistics_;
    OutcomeSource outcomes_;
    OutcomeView* table_ = nullptr;
    OutcomeSearch* search_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* summary_ = nullptr;
    QLabel* empty_ = nullptr;
    QWidget* content_ = nullptr;
    RankStripView* strip_ = nullptr;
    std::optional<std::size_t> row_; ///< the position shown
    bool restoring_ = false;
};

} // namespace headlight::ui
