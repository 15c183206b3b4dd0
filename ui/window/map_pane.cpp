#include "ui/window/map_pane.h"

#include "ui/map/map_figure.h"
#include "ui/map/map_table.h"
#include "ui/map/map_view.h"
#include "ui/plots/panel_figure.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/panel_tables.h"
#include "ui/table/list_table_model.h"
#include "ui/theme/figures.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QLocale>
#include <QMenu>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

MapPane::MapPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , button_(new ChipButton)
    , stack_(new QStackedWidget)
    , view_(new MapView)
    , sheet_(new PanelSheet) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(stack_);
    stack_->addWidget(view_);
    stack_->addWidget(sheet_);
    view_->setAccessibleName(tr("Map of the model"));
    sheet_->canvas()->setAccessibleName(tr("Sizes along the residual stream"));
    button_->setAccessibleName(tr("What the map shows"));
    button_->setToolTip(tr("One layer drawn for all, every layer, or how large the residual stream is"));
    buildMenu();
    choose(settings_);
    connect(view_, &MapView::blockClicked, this, &MapPane::blockClicked);
    connect(view_, &MapView::layersClicked, this, [this] {
        MapSettings settings = settings_;
        settings.each_layer = !settings.each_layer;
        choose(settings);
        emit stateChanged();
    });
    connect(sheet_, &PanelSheet::cellClicked, this,
            [this](std::size_t panel, std::size_t, std::size_t column) {
                // Panels come in pairs, a stack each; a token clicked is selected where the head's queries
                // are of that stack.
                const StackKind stack =
                    sizes_.size() > 1 && panel >= 2 ? StackKind::Decoder : sizes_.begin()->first;
                if ((selection_->head().kind == AttentionKind::EncoderSelf) == (stack == StackKind::Encoder))
                    selection_->setPinned({column, selection_->pinned().key});
            });
    connect(document_, &Document::snapshotChanged, this, &MapPane::follow);
    connect(document_, &Document::modelChanged, this, &MapPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &MapPane::updateEmptyText);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &MapPane::updateEmptyText);
    connect(selection_, &Selection::headChanged, this,
            [this](const HeadAddress& head) { view_->setSelected(head); });
    view_->setSelected(selection_->head());
}

QWidget* MapPane::tools() const {
    return button_;
}

void MapPane::buildMenu() {
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(this);
    const auto offer = [&](const QString& name, const MapSettings& settings) {
        QAction* const action = menu->addAction(name);
        action->setCheckable(true);
        group->addAction(action);
        choices_.emplace_back(action, settings);
        connect(action, &QAction::triggered, this, [this, settings] {
            choose(settings);
            emit stateChanged();
        });
    };
    offer(tr("One layer for all"), {});
    offer(tr("Every layer"), {.each_layer = true});
    menu->addSeparator();
    offer(tr("Residual stream"), {.sizes = true});
    button_->setMenu(menu);
}

void MapPane::setSettings(const MapSettings& settings) {
    choose(settings);
}

void MapPane::choose(const MapSettings& settings) {
    const MapSettings before = settings_;
    settings_ = settings;
    for (const auto& [action, offered] : choices_) {
        const bool chosen =
            offered.sizes ? settings_.sizes : !settings_.sizes && offered.each_layer == settings_.each_layer;
        action->setChecked(chosen);
        if (chosen)
            button_->setTexts(action->text(), {});
    }
    stack_->setCurrentWidget(settings_.sizes ? static_cast<QWidget*>(sheet_) : view_);
    setFocusProxy(stack_->currentWidget());
    follow();
    if (settings_ != before)
        emit settingsChanged(settings_);
}

void MapPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

/// The map comes at once; sizes with the run they are of.
void MapPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool fits = snapshot && snapshot->request.model == document_->model();
    if (!fits) {
        runner_.cancel();
        sizes_.clear();
        sizes_of_.reset();
    } else if (sizes_of_ != snapshot) {
        runner_.start<ResidualSizes>(
            [snapshot](const RunControl&) -> Result<ResidualSizes> { return sizesOf(*snapshot); },
            [this, snapshot](Result<ResidualSizes> sizes) {
                if (!sizes.ok())
                    return;
                sizes_ = std::move(sizes).value();
                sizes_of_ = snapshot;
                draw();
            });
    }
    draw();
}

void MapPane::draw() {
    updateEmptyText();
    sheet_->setPanels(sizes_of_ ? residualPanels(*sizes_of_, sizes_) : std::vector<PlotPanel>{});
    const auto& model = document_->model();
    if (!model)
        return view_->setMap({});
    const QString name = QString::fromStdString(model->name()).section(QLatin1Char('/'), -1);
    MapRequest request{.spec = &model->spec(),
                       .parameters = &model->parameters(),
                       .name = tr("%1 · %2 · %3 parameters")
                                   .arg(name, QString::fromStdString(model->spec().architecture),
                                        countText(static_cast<double>(model->parameterCount()))),
                       .each_layer = settings_.each_layer,
                       .sizes = sizes_};
    ArchitectureMap tall = architectureMap(request);
    request.low = true;
    view_->setMap(std::move(tall), architectureMap(request));
}

void MapPane::updateEmptyText() {
    view_->setEmptyText(
        emptyViewText(*document_, tr("what the model is built of: its layers, their shapes and parameters")));
    sheet_->setEmptyText(emptyViewText(*document_, tr("how large every token's vector is, layer by layer")));
}

void MapPane::blockClicked(const MapBlock& block) {
    const std::optional<AttentionKind> kind = attentionOf(block);
    if (kind && document_->snapshot()) {
        HeadAddress head = selection_->head();
        const bool same = head.kind == *kind;
        const Trace& trace = document_->snapshot()->trace();
        if (trace.has(*kind) && trace.nLayers(*kind) > 0) {
            head.kind = *kind;
            const std::size_t layer = block.kind == MapBlockKind::Embedding ? 0 : block.layer.value_or(head.layer.value);
            head.layer = LayerIndex(std::min(layer, trace.nLayers(head.kind) - 1));
            head.head =
                HeadIndex(same ? head.head.value : std::min(head.head.value, trace.nHeads(head.kind) - 1));
            selection_->setHead(head);
        }
    }
    emit viewWanted(block);
}

/// The attention on whose way a block lies: a decoder's feed-forward layer reads what cross-attention left.
std::optional<AttentionKind> MapPane::attentionOf(const MapBlock& block) const {
    const bool belongs = block.kind == MapBlockKind::Norm || block.kind == MapBlockKind::Add ||
                         block.kind == MapBlockKind::FeedForward || block.kind == MapBlockKind::Embedding;
    if (block.attention || !belongs || !block.stack || !document_->model())
        return block.attention;
    if (*block.stack == StackKind::Encoder)
        return AttentionKind::EncoderSelf;
    const bool first = block.kind == MapBlockKind::Embedding || block.part == ModelPart::SelfAttentionNorm;
    return document_->model()->spec().decoder->cross_attention && !first ? AttentionKind::Cross : AttentionKind::DecoderSelf;
}

std::vector<FigureSubject> MapPane::figures() const {
    const auto& model = document_->model();
    if (!model)
        return {};
    const QString name = QString::fromStdString(model->name());
    const QString about = QStringLiteral("%1 %2 · %3")
                              .arg(name, QString::fromStdString(model->identityHash()).left(8),
                                   QString::fromStdString(model->spec().architecture));
    const QString stem = name.section(QLatin1Char('/'), -1);
    if (settings_.sizes)
        return panelSubjects(
            sheet_->panels(), tr("Sizes along the residual stream"), stem + QStringLiteral("-residual"),
            sizes_of_ ? about + QStringLiteral(" · “%1”").arg(sizes_of_->wholeText()) : about);
    return {mapSubject(view_->tallMap(), stem + QStringLiteral("-map"), about)};
}

PictureTables MapPane::tables() const {
    const auto& model = document_->model();
    if (!model)
        return {};
    if (settings_.sizes)
        return tablesOfPanels(sheet_->panels(), sheet_->currentPanel().value_or(0));
    const QString about = tr("%1 parameters in all. A box that stands for several layers counts all of them and names the tensors of one.")
                              .arg(QLocale().toString(static_cast<qulonglong>(model->parameterCount())));
    return onlyTable(listPicture(mapTable(view_->map()), view_->map().title, about));
}

QJsonObject MapPane::state() const {
    return {{QStringLiteral("each_layer"), settings_.each_layer}, {QStringLiteral("sizes"), settings_.sizes}};
}

void MapPane::setState(const QJsonObject& state) {
    MapSettings settings = settings_;
    settings.each_layer = state[QStringLiteral("each_layer")].toBool(settings.each_layer);
    settings.sizes = state[QStringLiteral("sizes")].toBool(settings.sizes);
    choose(settings);
}

QString MapPane::settingName(const QString&) const {
    return tr("what the map shows");
}

} // namespace headlight::ui
