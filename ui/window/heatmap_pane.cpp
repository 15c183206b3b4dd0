#include "ui/window/heatmap_pane.h"

#include "ui/export/figure_export.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

/// In session files; never translated.
QString scaleKey(ScaleKind kind) {
    switch (kind) {
    case ScaleKind::Linear: return QStringLiteral("linear");
    case ScaleKind::Logarithmic: return QStringLiteral("logarithmic");
    case ScaleKind::RowRelative: return QStringLiteral("row-relative");
    }
    return {};
}

} // namespace

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

std::vector<FigureSubject> HeatmapPane::figures() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot || !snapshot->trace().check(selection_->head()).ok())
        return {};
    ExportRequest request;
    request.map = snapshot->headMap(selection_->head());
    request.settings = settings_;
    return {headSubject(request), sheetSubject(request), eachHeadSubject(request)};
}

void HeatmapPane::buildViewMenu() {
    view_menu_ = new QMenu(this);
    const auto choice = [this](QActionGroup* group, const QString& text, std::function<bool()> chosen, auto change) {
        QAction* const action = view_menu_->addAction(text);
        action->setCheckable(true);
        group->addAction(action);
        choices_.emplace_back(action, std::move(chosen));
        connect(action, &QAction::triggered, this, [this, change] {
            HeatmapSettings settings = settings_;
            change(settings);
            apply(settings);
            emit stateChanged();
        });
    };
    auto* colours = new QActionGroup(this);
    for (const ColourMapKind kind : weightColourMaps())
        choice(colours, colourMapName(kind), [this, kind] { return settings_.colour_map == kind; },
               [kind](HeatmapSettings& settings) { settings.colour_map = kind; });
    view_menu_->addSeparator();
    auto* scales = new QActionGroup(this);
    choice(scales, tr("automatic scale"), [this] { return automatic_scale_; }, [this](HeatmapSettings& settings) {
        automatic_scale_ = true;
        settings.scale = suitableScale();
    });
    for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Logarithmic, ScaleKind::RowRelative})
        choice(scales, scaleName(kind), [this, kind] { return !automatic_scale_ && settings_.scale == kind; },
               [this, kind](HeatmapSettings& settings) {
                   automatic_scale_ = false;
                   settings.scale = kind;
               });
    scales->actions().front()->setToolTip(tr("Linear for short texts; for longer ones each row by its own largest weight, "
                                             "because weights spread over many tokens are all small."));
    view_menu_->setToolTipsVisible(true);
    view_menu_->addSeparator();
    QAction* const numbers = view_menu_->addAction(tr("Numbers in cells"));
    numbers->setCheckable(true);
    choices_.emplace_back(numbers, [this] { return settings_.show_numbers; });
    connect(numbers, &QAction::triggered, this, [this](bool on) {
        HeatmapSettings settings = settings_;
        settings.show_numbers = on;
        apply(settings);
        emit stateChanged();
    });
    view_button_->setMenu(view_menu_);
    nameSettings();
}

void HeatmapPane::nameSettings() {
    const QString scale = scaleName(settings_.scale);
    view_button_->setTexts(colourMapName(settings_.colour_map), automatic_scale_ ? tr("auto: %1").arg(scale) : scale);
    for (const auto& [action, chosen] : choices_)
        action->setChecked(chosen());
}

QJsonObject HeatmapPane::state() const {
    return {{QStringLiteral("colours"), colourMapName(settings_.colour_map)},
            {QStringLiteral("scale"), automatic_scale_ ? QStringLiteral("automatic") : scaleKey(settings_.scale)},
            {QStringLiteral("numbers"), settings_.show_numbers}};
}

void HeatmapPane::setState(const QJsonObject& state) {
    HeatmapSettings settings = settings_;
    const QString colours = state[QStringLiteral("colours")].toString();
    for (const ColourMapKind kind : weightColourMaps())
        if (colourMapName(kind) == colours)
            settings.colour_map = kind;
    const QString scale = state[QStringLiteral("scale")].toString();
    for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Logarithmic, ScaleKind::RowRelative})
        if (scaleKey(kind) == scale) {
            automatic_scale_ = false;
            settings.scale = kind;
        }
    if (scale == QStringLiteral("automatic")) {
        automatic_scale_ = true;
        settings.scale = suitableScale();
    }
    settings.show_numbers = state[QStringLiteral("numbers")].toBool(settings.show_numbers);
    apply(settings);
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
