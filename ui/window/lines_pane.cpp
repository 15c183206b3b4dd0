#include "ui/window/lines_pane.h"

#include "ui/export/figure_export.h"

#include "ui/lines/lines_painter.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {
constexpr int kMostLinesOfQuery = 1000; // a session may ask for more than the menu offers, not for nonsense
} // namespace

std::vector<FigureSubject> LinesPane::figures() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot || !snapshot->trace().check(selection_->head()).ok())
        return {};
    ExportRequest request;
    request.map = snapshot->headMap(selection_->head());
    request.lines = LinesFigure{view_->rule(), {}};
    const FigureSubject each = eachHeadSubject(request);
    request.lines = LinesFigure{view_->rule(), selection_->companions()};
    return {headSubject(request), each};
}

LinesPane::LinesPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , view_(new LinesView(selection))
    , rule_button_(new ChipButton) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
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
        group->addAction(action);
        rules_.emplace_back(action, rule);
        connect(action, &QAction::triggered, this, [this, rule] {
            apply(rule);
            emit stateChanged();
        });
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
    for (const auto& [action, offered] : rules_)
        action->setChecked(offered == rule);
}

QJsonObject LinesPane::state() const {
    const LineRule& rule = view_->rule();
    if (rule.kind == LineRule::Kind::StrongestOfQuery)
        return {{QStringLiteral("strongest_of_query"), static_cast<int>(rule.per_query)}};
    return {{QStringLiteral("threshold"), static_cast<double>(rule.threshold)}};
}

void LinesPane::setState(const QJsonObject& state) {
    const int per_query = state[QStringLiteral("strongest_of_query")].toInt(0);
    const double threshold = state[QStringLiteral("threshold")].toDouble(0.0);
    if (per_query >= 1 && per_query <= kMostLinesOfQuery)
        apply({.kind = LineRule::Kind::StrongestOfQuery, .per_query = static_cast<std::size_t>(per_query)});
    else if (threshold >= static_cast<double>(kFaintestLine) && threshold <= 1.0)
        apply({.kind = LineRule::Kind::Threshold, .threshold = static_cast<float>(threshold)});
}

QString LinesPane::settingName(const QString&) const { return tr("lines drawn"); }

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
