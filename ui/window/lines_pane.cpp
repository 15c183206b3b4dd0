#include "ui/window/lines_pane.h"

#include "ui/lines/lines_painter.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

LinesPane::LinesPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , view_(new LinesView(selection))
    , rule_button_(new ChipButton) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    rule_button_->setAccessibleName(tr("Which lines are drawn"));
    rule_button_->setToolTip(
        tr("Only weights worth a line are drawn: the strongest of each query, or all above a threshold"));
    buildRuleMenu();
    apply(view_->rule());
    connect(document_, &Document::snapshotChanged, this, &LinesPane::follow);
    connect(document_, &Document::modelChanged, this, &LinesPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &LinesPane::follow);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &LinesPane::follow);
    connect(selection_, &Selection::headChanged, this, &LinesPane::follow);
    connect(selection_, &Selection::companionsChanged, this, &LinesPane::follow);
}

QWidget* LinesPane::tools() const {
    return rule_button_;
}

void LinesPane::buildRuleMenu() {
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(this);
    const auto offer = [&](const LineRule& rule) {
        QAction* const action = menu->addAction(lineRuleText(rule));
        action->setCheckable(true);
        action->setChecked(rule == view_->rule());
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, rule] { apply(rule); });
    };
    for (const std::size_t count : {1, 2, 3, 5, 10})
        offer({.kind = LineRule::Kind::StrongestOfQuery, .per_query = count});
    menu->addSeparator();
    for (const float threshold : {0.02f, 0.05f, 0.1f, 0.2f, 0.5f})
        offer({.kind = LineRule::Kind::Threshold, .threshold = threshold});
    rule_button_->setMenu(menu);
}

void LinesPane::apply(const LineRule& rule) {
    view_->setRule(rule);
    rule_button_->setTexts(tr("lines"), lineRuleText(rule));
}

void LinesPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void LinesPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool there = snapshot && snapshot->trace().check(selection_->head()).ok();
    view_->setEmptyText(emptyViewText(*document_, tr("a line from each token to those it looks at")));
    view_->setHeads(there ? snapshot->headMap(selection_->head()) : HeadMap{}, selection_->companions());
}

} // namespace headlight::ui
