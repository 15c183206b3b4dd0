#include "ui/window/heatmap_pane.h"

#include "ui/heatmap/heatmap_view.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

HeatmapPane::HeatmapPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection) {
    build();
    connect(document_, &Document::snapshotChanged, this, &HeatmapPane::follow);
    connect(document_, &Document::modelChanged, this, &HeatmapPane::updateEmptyText);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &HeatmapPane::updateEmptyText);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &HeatmapPane::updateEmptyText);
    connect(document_, &Document::problemChanged, this, &HeatmapPane::updateEmptyText);
    connect(selection_, &Selection::headChanged, this, &HeatmapPane::follow);
    follow();
}

void HeatmapPane::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    view_button_ = new ChipButton;
    view_button_->setAccessibleName(tr("Colours and scale"));
    view_button_->setToolTip(tr("Colour map, linear or log scale, numbers in the cells"));
    buildViewMenu();
    view_ = new HeatmapView(selection_);
    view_->setAccessibleName(tr("Heatmap of the selected head"));
    layout->addWidget(view_, 1);
}

QWidget* HeatmapPane::tools() const { return view_button_; }

void HeatmapPane::buildViewMenu() {
    view_menu_ = new QMenu(this);
    const auto choice = [this](QActionGroup* group, const QString& text, bool checked, auto change) {
        QAction* const action = view_menu_->addAction(text);
        action->setCheckable(true);
        action->setChecked(checked);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, change] {
            HeatmapSettings settings = settings_;
            change(settings);
            apply(settings);
        });
    };
    auto* colours = new QActionGroup(this);
    for (const ColourMapKind kind : weightColourMaps())
        choice(colours, colourMapName(kind), kind == settings_.colour_map,
               [kind](HeatmapSettings& settings) { settings.colour_map = kind; });
    view_menu_->addSeparator();
    auto* scales = new QActionGroup(this);
    choice(scales, tr("automatic scale"), automatic_scale_, [this](HeatmapSettings& settings) {
        automatic_scale_ = true;
        settings.scale = suitableScale();
    });
    for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Logarithmic, ScaleKind::RowRelative})
        choice(scales, scaleName(kind), false, [this, kind](HeatmapSettings& settings) {
            automatic_scale_ = false;
            settings.scale = kind;
        });
    scales->actions().front()->setToolTip(tr("Linear for short texts; for longer ones each row by its own largest weight, "
                                             "because weights spread over many tokens are all small."));
    view_menu_->setToolTipsVisible(true);
    view_menu_->addSeparator();
    QAction* const numbers = view_menu_->addAction(tr("Numbers in cells"));
    numbers->setCheckable(true);
    numbers->setChecked(settings_.show_numbers);
    connect(numbers, &QAction::triggered, this, [this](bool on) {
        HeatmapSettings settings = settings_;
        settings.show_numbers = on;
        apply(settings);
    });
    view_button_->setMenu(view_menu_);
    nameSettings();
}

void HeatmapPane::nameSettings() {
    const QString scale = scaleName(settings_.scale);
    view_button_->setTexts(colourMapName(settings_.colour_map), automatic_scale_ ? tr("auto: %1").arg(scale) : scale);
}

void HeatmapPane::apply(const HeatmapSettings& settings) {
    const bool changed = settings != settings_;
    settings_ = settings;
    nameSettings();
    if (!changed)
        return;
    view_->setSettings(settings_);
    emit settingsChanged(settings_);
}

ScaleKind HeatmapPane::suitableScale() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    const AttentionKind kind = selection_->head().kind;
    return snapshot && snapshot->trace().has(kind) ? scaleForKeys(snapshot->trace().nKeys(kind)) : settings_.scale;
}

void HeatmapPane::follow() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    const bool there = snapshot && snapshot->trace().check(head).ok();
    if (automatic_scale_) {
        HeatmapSettings settings = settings_;
        settings.scale = suitableScale();
        apply(settings);
    }
    view_->setHeadMap(there ? snapshot->headMap(head) : HeadMap{});
    updateEmptyText();
}

void HeatmapPane::updateEmptyText() {
    view_->setEmptyText(emptyViewText(*document_, tr("which token looks at which")));
}

} // namespace headlight::ui
