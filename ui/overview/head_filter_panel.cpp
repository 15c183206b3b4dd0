#include "ui/overview/head_filter_panel.h"

#include "ui/overview/range_histogram.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

QLabel* sectionLabel(const QString& text) {
    auto* label = new QLabel(text);
    label->setProperty("role", "section");
    return label;
}

} // namespace

HeadFilterPanel::HeadFilterPanel(HeadOverview* overview, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , overview_(overview) {
    setProperty("role", "card");
    setAccessibleName(tr("Which heads are shown"));
    build();
    connect(overview_, &HeadOverview::orderChanged, this, &HeadFilterPanel::followOrder);
    connect(overview_, &HeadOverview::tableChanged, this, &HeadFilterPanel::followTable);
    connect(overview_, &HeadOverview::shownChanged, this, [this] { count_->setText(overview_->countText()); });
    connect(overview_, &HeadOverview::progressChanged, this, [this] { count_->setText(overview_->countText()); });
}

void HeadFilterPanel::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(6);
    layout->addWidget(sectionLabel(tr("Role on this text")));
    roles_ = new QVBoxLayout;
    roles_->setSpacing(2);
    layout->addLayout(roles_);
    layout->addSpacing(6);
    layout->addWidget(sectionLabel(tr("Value of a measure")));
    measure_ = new QComboBox;
    measure_->setAccessibleName(tr("Measure to filter by"));
    histogram_ = new RangeHistogram;
    explanation_ = new QLabel;
    explanation_->setProperty("role", "caption");
    explanation_->setWordWrap(true);
    explanation_->setFixedWidth(histogram_->sizeHint().width() + 20);
    layout->addWidget(measure_);
    layout->addWidget(histogram_);
    layout->addWidget(explanation_);
    layout->addSpacing(6);
    layout->addWidget(sectionLabel(tr("Layers")));
    auto* layers = new QHBoxLayout;
    first_layer_ = new QSpinBox;
    first_layer_->setAccessibleName(tr("First layer shown"));
    last_layer_ = new QSpinBox;
    last_layer_->setAccessibleName(tr("Last layer shown"));
    layers->addWidget(first_layer_);
    layers->addWidget(new QLabel(tr("to")));
    layers->addWidget(last_layer_);
    layers->addStretch(1);
    layout->addLayout(layers);
    layout->addSpacing(6);
    auto* bottom = new QHBoxLayout;
    count_ = new QLabel;
    reset_ = new QPushButton(tr("Show all"));
    bottom->addWidget(count_, 1);
    bottom->addWidget(reset_);
    layout->addLayout(bottom);
    connect(measure_, &QComboBox::currentIndexChanged, this, [this] {
        if (following_)
            return;
        histogram_->setRange(0.0, 0.0); // another measure: all of it
        followTable();
        apply();
    });
    connect(histogram_, &RangeHistogram::rangeChanged, this, &HeadFilterPanel::apply);
    connect(first_layer_, &QSpinBox::valueChanged, this, &HeadFilterPanel::apply);
    connect(last_layer_, &QSpinBox::valueChanged, this, &HeadFilterPanel::apply);
    connect(reset_, &QPushButton::clicked, this, [this] {
        HeadOrder order = overview_->order();
        order.roles.clear();
        order.range.reset();
        order.layers.reset();
        overview_->setOrder(order);
    });
}

QCheckBox* HeadFilterPanel::roleBox(HeadRole role) const {
    const auto found = std::ranges::find(role_boxes_, role, [](const auto& entry) { return entry.first; });
    return found != role_boxes_.end() ? found->second : nullptr;
}

void HeadFilterPanel::followKind() {
    const HeadTable& table = overview_->table();
    following_ = true;
    for (QSpinBox* box : {first_layer_, last_layer_})
        box->setRange(1, std::max(1, static_cast<int>(table.n_layers)));
    if (kind_ != table.kind) {
        kind_ = table.kind;
        buildRoles();
        measure_->clear();
        for (const HeadMeasure measure : measuresOf(table.kind)) {
            measure_->addItem(measureName(measure), static_cast<int>(measure));
            measure_->setItemData(measure_->count() - 1, measureExplained(measure), Qt::ToolTipRole);
        }
    }
    following_ = false;
}

void HeadFilterPanel::buildRoles() {
    for (const auto& [role, box] : role_boxes_)
        delete box;
    role_boxes_.clear();
    for (const HeadRole role : rolesOf(*kind_)) {
        auto* box = new QCheckBox;
        box->setToolTip(roleExplained(role));
        roles_->addWidget(box);
        box->show(); // now: a layout would do it later, and until then its size does not count
        connect(box, &QCheckBox::toggled, this, &HeadFilterPanel::apply);
        role_boxes_.emplace_back(role, box);
    }
}

void HeadFilterPanel::followOrder() {
    if (!isVisible())
        return;
    const HeadOrder order = overview_->effectiveOrder();
    following_ = true;
    for (const auto& [role, box] : role_boxes_)
        box->setChecked(std::ranges::find(order.roles, role) != order.roles.end());
    if (order.range)
        measure_->setCurrentIndex(measure_->findData(static_cast<int>(order.range->measure)));
    else if (order.sort == HeadSort::Measure && histogram_->whole())
        measure_->setCurrentIndex(measure_->findData(static_cast<int>(order.measure))); // what one looks at
    first_layer_->setValue(order.layers ? static_cast<int>(order.layers->first) + 1 : 1);
    last_layer_->setValue(order.layers ? static_cast<int>(order.layers->last) + 1 : last_layer_->maximum());
    following_ = false;
    followTable();
    following_ = true;
    if (order.range)
        histogram_->setRange(order.range->lowest, order.range->highest);
    else
        histogram_->setRange(0.0, 0.0);
    following_ = false;
    count_->setText(overview_->countText());
    reset_->setEnabled(order.filters());
}

void HeadFilterPanel::followTable() {
    if (!isVisible())
        return;
    followKind();
    const HeadTable& table = overview_->table();
    const auto measure = static_cast<HeadMeasure>(measure_->currentData().toInt());
    std::vector<double> values;
    std::vector<int> of_role(allRoles().size(), 0);
    for (std::size_t index = 0; index < table.size(); ++index) {
        const HeadAddress head = table.addressOf(index);
        if (const auto value = table.value(head, measure))
            values.push_back(*value);
        if (const auto role = table.role(head))
            ++of_role[static_cast<std::size_t>(*role)];
    }
    for (const auto& [role, box] : role_boxes_)
        box->setText(QStringLiteral("%1 (%2)").arg(roleName(role)).arg(of_role[static_cast<std::size_t>(role)]));
    const MeasureUnit unit = measureInfo(measure).unit;
    const bool bounded = unit == MeasureUnit::Share || unit == MeasureUnit::Fraction;
    const double largest = values.empty() ? 1.0 : *std::ranges::max_element(values);
    following_ = true;
    histogram_->setValues(std::move(values), 0.0, bounded ? 1.0 : std::max(largest, 1e-3));
    following_ = false;
    explanation_->setText(measureExplained(measure));
    fit();
}

/// The popup is as tall as what it says.
void HeadFilterPanel::fit() {
    layout()->invalidate();
    layout()->activate();
    const int width = sizeHint().width();
    resize(width, layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width) : sizeHint().height());
}

void HeadFilterPanel::apply() {
    if (following_)
        return;
    HeadOrder order = overview_->order();
    order.roles.clear();
    for (const auto& [role, box] : role_boxes_)
        if (box->isChecked())
            order.roles.push_back(role);
    order.range.reset();
    if (!histogram_->whole())
        order.range = MeasureRange{static_cast<HeadMeasure>(measure_->currentData().toInt()), histogram_->lower(), histogram_->upper()};
    const auto first = static_cast<std::size_t>(std::min(first_layer_->value(), last_layer_->value()) - 1);
    const auto last = static_cast<std::size_t>(std::max(first_layer_->value(), last_layer_->value()) - 1);
    order.layers.reset();
    if (first > 0 || last + 1 < overview_->table().n_layers)
        order.layers = LayerSpan{first, last};
    overview_->setOrder(order);
}

void HeadFilterPanel::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    overview_->want(this, true);
    followKind();
    followOrder();
    fit(); // what is offered is only known now
}

void HeadFilterPanel::hideEvent(QHideEvent* event) {
    QFrame::hideEvent(event);
    overview_->want(this, false);
}

} // namespace headlight::ui
