#include "ui/window/heatmap_pane.h"

#include "ui/export/figure_export.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

/// Weights read up to which a map is made at once: a few milliseconds.
constexpr std::size_t kCellsAtOnce = std::size_t{1} << 18;

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
    connect(selection_, &Selection::companionsChanged, this, &HeatmapPane::follow);
    follow();
}

void HeatmapPane::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    view_button_ = new ChipButton;
    view_button_->setAccessibleName(tr("Colours and scale"));
    view_button_->setToolTip(tr("Colour map, linear or log scale, numbers in the cells"));
    map_button_ = new ChipButton;
    map_button_->setAccessibleName(tr("What is shown"));
    map_menu_ = new MapMenu(this);
    map_button_->setMenu(map_menu_);
    connect(map_menu_, &MapMenu::chosen, this, [this](const MapChoice& choice) {
        setChoice(choice);
        emit stateChanged();
    });
    tools_ = new QWidget;
    auto* chips = new QHBoxLayout(tools_);
    chips->setContentsMargins(0, 0, 0, 0);
    chips->setSpacing(8);
    chips->addWidget(map_button_);
    chips->addWidget(view_button_);
    buildViewMenu();
    note_ = new QLabel;
    note_->setProperty("role", "caption");
    note_->setWordWrap(true);
    note_->hide();
    view_ = new HeatmapView(selection_);
    view_->setAccessibleName(tr("Heatmap of the selected head"));
    view_->setProfiles(choice().profiles);
    layout->addWidget(note_);
    layout->addWidget(view_, 1);
    setFocusProxy(view_);
    nameChoice();
}

QWidget* HeatmapPane::tools() const { return tools_; }

std::vector<FigureSubject> HeatmapPane::figures() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot || !snapshot->trace().check(selection_->head()).ok())
        return {};
    ExportRequest request;
    request.map = snapshot->headMap(selection_->head());
    request.settings = settings_;
    ExportRequest shown = request; // what is on the screen; the others show heads as they are
    shown.map = view_->headMap();
    return {headSubject(shown), sheetSubject(request), eachHeadSubject(request)};
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

void HeatmapPane::nameChoice() {
    QStringList done;
    const MapChoice& chosen = choice();
    if (chosen.recipe.combine && selection_->companions().size() > 0)
        done << (*chosen.recipe.combine == HeadCombination::Mean ? tr("mean of heads") : tr("largest of heads"));
    if (chosen.recipe.merge_words)
        done << tr("words");
    if (chosen.recipe.treatsKeys())
        done << (chosen.recipe.renormalise ? tr("keys, renormalised") : tr("keys"));
    if (chosen.threshold > 0.0f)
        done << tr("from %1").arg(static_cast<double>(chosen.threshold));
    map_button_->setTexts(tr("Show"), done.isEmpty() ? tr("plain") : done.join(QStringLiteral(", ")));
    const QString altered = view_->headMap().alterationText();
    map_button_->setToolTip(altered.isEmpty() ? tr("Several heads as one, words for sub-words, keys hidden or dimmed, a threshold") : altered);
}

void HeatmapPane::setChoice(const MapChoice& choice) {
    map_menu_->setChoice(choice);
    HeatmapSettings settings = settings_;
    settings.pooling = choice.pooling;
    settings.threshold = choice.threshold;
    view_->setProfiles(choice.profiles);
    apply(settings);
    follow();
}

QJsonObject HeatmapPane::state() const {
    QJsonObject state = toJson(choice());
    state[QStringLiteral("colours")] = colourMapName(settings_.colour_map);
    state[QStringLiteral("scale")] = automatic_scale_ ? QStringLiteral("automatic") : scaleKey(settings_.scale);
    state[QStringLiteral("numbers")] = settings_.show_numbers;
    return state;
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
    setChoice(fromJson(state, choice()));
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
    map_menu_->setHeadCount(selection_->heads().size());
    map_runner_.cancel();
    note_->hide();
    if (there)
        showAltered(snapshot->headMap(head), selection_->heads());
    else
        show({});
    updateEmptyText();
}

void HeatmapPane::show(const HeadMap& map) {
    view_->setHeadMap(map);
    nameChoice();
}

void HeatmapPane::showAltered(const HeadMap& head, std::vector<HeadAddress> heads) {
    const MapRecipe recipe = choice().recipe;
    if (!recipe.combine)
        heads = {head.head};
    if (!recipe.treatsKeys() && !recipe.merge_words && heads.size() == 1) {
        show(head);
        return;
    }
    const MapTokens tokens{head.queries.word_tokens, head.keys.word_tokens, head.keys.special};
    const auto work = [head, heads, tokens, recipe](const RunControl& control) {
        return makeMapSource(head.trace, heads, tokens, recipe, control);
    };
    const auto done = [this, head, heads](Result<MapSourcePtr> source) {
        if (source.ok()) {
            HeadMap map = alteredMap(head, std::move(source).value());
            map.combined = heads;
            show(map);
        } else if (!source.error().cancelled()) {
            note_->setText(tr("Shown plain: %1.").arg(QString::fromStdString(source.error().message())));
            note_->show();
            show(head);
        }
    };
    if (heads.size() * head.nRows() * head.nColumns() <= kCellsAtOnce)
        done(guardMemory([&] { return work({}); }));
    else
        map_runner_.start<MapSourcePtr>(work, done);
}

void HeatmapPane::updateEmptyText() {
    view_->setEmptyText(emptyViewText(*document_, tr("which token looks at which")));
}

} // namespace headlight::ui
