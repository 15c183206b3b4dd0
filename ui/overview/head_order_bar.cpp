#include "ui/overview/head_order_bar.h"

#include "ui/overview/head_filter_panel.h"
#include "ui/plots/flow_layout.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScreen>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

QString sortName(const HeadOrder& order) {
    switch (order.sort) {
    case HeadSort::Layer: return HeadOrderBar::tr("layer");
    case HeadSort::Head: return HeadOrderBar::tr("head");
    case HeadSort::Role: return HeadOrderBar::tr("role");
    case HeadSort::Measure: return measureName(order.measure);
    }
    return {};
}

QToolButton* toolButton(const QString& name, const QString& tooltip) {
    auto* button = new QToolButton;
    button->setAccessibleName(name);
    button->setToolTip(tooltip);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace

HeadOrderBar::HeadOrderBar(HeadOverview* overview, bool one_line, QWidget* parent)
    : QWidget(parent)
    , overview_(overview)
    , panel_(new HeadFilterPanel(overview, this)) {
    build(one_line);
    for (const auto signal : {&HeadOverview::orderChanged, &HeadOverview::shownChanged, &HeadOverview::tableChanged, &HeadOverview::progressChanged})
        connect(overview_, signal, this, &HeadOrderBar::follow);
    follow();
}

void HeadOrderBar::build(bool one_line) {
    count_ = new QLabel;
    count_->setProperty("role", "section");
    count_->setToolTip(tr("Each attention head has its own query, key and value projections; each gets a small picture here."));
    sort_ = toolButton(tr("Sort heads by"), tr("Sort heads by layer, by role or by a measure"));
    sort_menu_ = new QMenu(this);
    sort_menu_->setToolTipsVisible(true);
    sort_->setMenu(sort_menu_);
    sort_->setPopupMode(QToolButton::InstantPopup);
    connect(sort_menu_, &QMenu::aboutToShow, this, &HeadOrderBar::fillSortMenu);
    direction_ = toolButton(tr("Direction of the order"), {});
    connect(direction_, &QToolButton::clicked, this, [this] {
        HeadOrder order = overview_->effectiveOrder();
        order.descending = !order.descending;
        overview_->setOrder(order);
    });
    filter_ = toolButton(tr("Filter heads"), tr("Show only heads with a role, a value or in layers of your choice"));
    filter_->setText(tr("filter"));
    filter_->setCheckable(true);
    connect(filter_, &QToolButton::clicked, this, &HeadOrderBar::openFilter);
    reset_ = new QPushButton(tr("reset"));
    reset_->setProperty("role", "link");
    reset_->setToolTip(tr("All heads, layer by layer"));
    connect(reset_, &QPushButton::clicked, overview_, &HeadOverview::resetOrder);
    QLayout* const buttons = one_line ? static_cast<QLayout*>(new QHBoxLayout) : new FlowLayout; // a narrow panel, large text
    buttons->setSpacing(4);
    for (QWidget* button : {static_cast<QWidget*>(sort_), static_cast<QWidget*>(direction_), static_cast<QWidget*>(filter_)})
        buttons->addWidget(button);
    auto* counted = new QHBoxLayout;
    counted->setSpacing(4);
    counted->addWidget(count_, one_line ? 0 : 1);
    counted->addWidget(reset_);
    if (one_line) {
        auto* line = new QHBoxLayout(this);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(12);
        line->addLayout(buttons);
        line->addLayout(counted);
        line->addStretch(1);
        return;
    }
    auto* lines = new QVBoxLayout(this);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(2);
    lines->addLayout(counted);
    lines->addLayout(buttons);
}

void HeadOrderBar::sortBy(HeadSort sort, HeadMeasure measure) {
    HeadOrder order = overview_->order();
    order.sort = sort;
    order.measure = measure;
    order.descending = sort == HeadSort::Measure; // the largest is what one looks for
    overview_->setOrder(order);
}

void HeadOrderBar::fillSortMenu() {
    sort_menu_->clear();
    auto* group = new QActionGroup(sort_menu_);
    const HeadOrder order = overview_->effectiveOrder();
    const auto offer = [&](HeadSort sort, HeadMeasure measure, const QString& name, const QString& tooltip) {
        QAction* const action = sort_menu_->addAction(name);
        action->setToolTip(tooltip);
        action->setCheckable(true);
        action->setChecked(order.sort == sort && (sort != HeadSort::Measure || order.measure == measure));
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, sort, measure] { sortBy(sort, measure); });
    };
    offer(HeadSort::Layer, order.measure, tr("layer"), tr("Layers down, heads across"));
    offer(HeadSort::Role, order.measure, tr("role"), tr("Heads that do the same beside each other"));
    sort_menu_->addSeparator();
    for (const HeadMeasure measure : measuresOf(overview_->table().kind))
        offer(HeadSort::Measure, measure, measureName(measure), measureExplained(measure));
}

void HeadOrderBar::openFilter() {
    QPoint corner = filter_->mapToGlobal(QPoint(0, filter_->height() + 4));
    panel_->move(corner);
    panel_->show(); // takes its size
    if (const QScreen* on = screen()) {
        const QRect room = on->availableGeometry();
        const QSize size = panel_->size();
        corner.setX(std::clamp(corner.x(), room.left(), std::max(room.left(), room.right() - size.width())));
        corner.setY(std::clamp(corner.y(), room.top(), std::max(room.top(), room.bottom() - size.height())));
    }
    panel_->move(corner);
    follow();
}

QString HeadOrderBar::countText() const { return count_->text(); }

void HeadOrderBar::setEmptyText(const QString& text) {
    empty_text_ = text;
    follow();
}

void HeadOrderBar::follow() {
    const HeadOrder order = overview_->effectiveOrder();
    const bool heads = overview_->table().size() > 0;
    count_->setText(heads ? overview_->countText() : empty_text_);
    sort_->setText(tr("sort: %1").arg(sortName(order)) + QStringLiteral(" ▾"));
    direction_->setText(order.descending ? QStringLiteral("↓") : QStringLiteral("↑"));
    const bool by_measure = order.sort == HeadSort::Measure;
    direction_->setToolTip(order.descending ? (by_measure ? tr("Largest first; press for smallest first") : tr("Last first; press for first first"))
                                            : (by_measure ? tr("Smallest first; press for largest first") : tr("First first; press for last first")));
    filter_->setChecked(order.filters());
    reset_->setVisible(heads && !order.plain());
    for (QWidget* button : {static_cast<QWidget*>(sort_), static_cast<QWidget*>(direction_), static_cast<QWidget*>(filter_)})
        button->setEnabled(heads);
}

} // namespace headlight::ui
