// The lines of the selected heads, and which of them are worth drawing.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/lines/lines_view.h"
#include "ui/selection/selection.h"
#include "ui/session/stateful.h"

#include <QWidget>

#include <utility>
#include <vector>

class QAction;

namespace headlight::ui {

class ChipButton;

class LinesPane : public QWidget, public Stateful {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    LinesPane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] LinesView* view() const { return view_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;
    /// What Export offers of the present picture; empty while there is none.
    [[nodiscard]] std::vector<FigureSubject> figures() const;

    [[nodiscard]] QString stateName() const override { return QStringLiteral("lines"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

signals:
    void stateChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildRuleMenu();
    void apply(const LineRule& rule);
    void follow();

    Document* document_;
    Selection* selection_;
    LinesView* view_ = nullptr;
    ChipButton* rule_button_ = nullptr;
    std::vector<std::pair<QAction*, LineRule>> rules_; ///< of the menu
};

} // namespace headlight::ui
