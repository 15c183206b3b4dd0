#include "ui/window/positions_pane.h"

#include "ui/plots/panel_figure.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/panel_tables.h"
#include "ui/positions/position_controls.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

PositionsPane::PositionsPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , page_button_(new ChipButton)
    , controls_(new PositionControls)
    , sheet_(new PanelSheet) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(controls_);
    layout->addWidget(sheet_, 1);
    setFocusProxy(sheet_);
    sheet_->canvas()->setAccessibleName(tr("Positions"));
    page_button_->setAccessibleName(tr("Which positions"));
    page_button_->setToolTip(
        tr("The model's own positions, the same text without them, or another kind explained"));
    buildPageMenu();
    choose(settings_);
    connect(controls_, &PositionControls::settingsChanged, this, [this](const PositionSettings& settings) {
        choose(settings);
        emit stateChanged();
    });
    connect(sheet_, &PanelSheet::cellClicked, this, &PositionsPane::cellClicked);
    connect(document_, &Document::snapshotChanged, this, &PositionsPane::follow);
    connect(document_, &Document::modelChanged, this, &PositionsPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &PositionsPane::updateEmptyText);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &PositionsPane::updateEmptyText);
    connect(document_, &Document::problemChanged, this, &PositionsPane::updateEmptyText);
    connect(selection_, &Selection::headChanged, this, &PositionsPane::follow);
    connect(selection_, &Selection::tokensChanged, this, [this] {
        if (selection_->pinned() != pinned_) // hovering changes nothing here
            follow();
    });
}

QWidget* PositionsPane::tools() const {
    return page_button_;
}

void PositionsPane::buildPageMenu() {
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(this);
    menu->setToolTipsVisible(true);
    for (const PositionPage page : kPositionPages) {
        QAction* const action = menu->addAction(pageName(page));
        action->setCheckable(true);
        action->setToolTip(pageText(page));
        group->addAction(action);
        pages_.emplace_back(action, page);
        connect(action, &QAction::triggered, this, [this, page] {
            PositionSettings settings = settings_;
            settings.page = page;
            choose(settings);
            emit stateChanged();
        });
        if (page == PositionPage::Off || page == PositionPage::Alibi)
            menu->addSeparator();
    }
    page_button_->setMenu(menu);
}

void PositionsPane::setSettings(const PositionSettings& settings) {
    choose(settings);
}

void PositionsPane::choose(const PositionSettings& settings) {
    const PositionSettings before = settings_;
    settings_ = validated(settings);
    controls_->setSettings(settings_);
    page_button_->setTexts(pageName(settings_.page), {});
    for (const auto& [action, page] : pages_)
        action->setChecked(page == settings_.page);
    follow();
    if (settings_ != before)
        emit settingsChanged(settings_);
}

bool PositionsPane::needsModel() const {
    return settings_.page == PositionPage::Own || settings_.page == PositionPage::Off ||
           settings_.page == PositionPage::Learned;
}

void PositionsPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void PositionsPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    pinned_ = selection_->pinned();
    const auto& model = document_->model();
    controls_->offerStacks(model && stacksFor(*model, settings_.page).size() > 1);
    updateEmptyText();
    if (settings_.page == PositionPage::Off)
        return followOff();
    off_runner_.cancel();
    const PositionSource source{model, document_->snapshot(), selection_->head(), pinned_};
    runner_.start<std::vector<PlotPanel>>(
        [settings = settings_, source](const RunControl& control) -> Result<std::vector<PlotPanel>> {
            switch (settings.page) {
            case PositionPage::Sinusoidal:
                return sinusoidalPanels(settings);
            case PositionPage::Rotary:
                return rotaryPanels(settings);
            case PositionPage::Alibi:
                return alibiPanels(settings);
            case PositionPage::Compare:
                return comparedPanels(settings, source.model.get());
            case PositionPage::RelativeBias: {
                HEADLIGHT_ASSIGN(std::vector<PlotPanel> panels, modelPanels(settings, source, control));
                for (PlotPanel& panel : bucketPanels(settings))
                    panels.push_back(std::move(panel));
                return panels;
            }
            default:
                return modelPanels(settings, source, control);
            }
        },
        [this](Result<std::vector<PlotPanel>> panels) { receive(std::move(panels)); });
}

/// The run without positions is made once a snapshot; its panels follow the selection.
void PositionsPane::followOff() {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot) {
        runner_.cancel();
        off_.reset();
        sheet_->setPanels({});
        return;
    }
    if (!off_ || off_->snapshot != snapshot) {
        off_runner_.start<SwitchedOffPtr>(
            [snapshot](const RunControl& control) { return switchOff(snapshot, control); },
            [this](Result<SwitchedOffPtr> off) {
                if (!off.ok())
                    return receive(std::move(off).error());
                off_ = std::move(off).value();
                follow();
            });
        return;
    }
    runner_.start<std::vector<PlotPanel>>(
        [off = off_, head = selection_->head(), pair = pinned_](const RunControl&)
            -> Result<std::vector<PlotPanel>> { return switchedOffPanels(*off, head, pair); },
        [this](Result<std::vector<PlotPanel>> panels) { receive(std::move(panels)); });
}

void PositionsPane::receive(Result<std::vector<PlotPanel>> panels) {
    problem_ = panels.ok() || panels.error().cancelled() ? QString()
                                                         : QString::fromStdString(panels.error().message());
    sheet_->setPanels(panels.ok() ? std::move(panels).value() : std::vector<PlotPanel>{});
    updateEmptyText();
}

void PositionsPane::updateEmptyText() {
    if (!problem_.isEmpty())
        return sheet_->setEmptyText(problem_);
    if (document_->model() && settings_.page == PositionPage::Learned)
        return sheet_->setEmptyText(
            tr("This model learned no position vectors: “This model” shows what it has instead.\n\n"
               "books-gpt and mini-bert have learned ones; choose one at the top left."));
    sheet_->setEmptyText(
        settings_.page == PositionPage::Off
            ? emptyViewText(*document_,
                            tr("what the model loses when it no longer knows where its tokens stand"))
            : emptyViewText(*document_, tr("how the model knows the order of its tokens")));
}

void PositionsPane::cellClicked(std::size_t panel, std::size_t row, std::size_t column) {
    if (settings_.page != PositionPage::Off || !off_)
        return;
    if (panel == kMovedHeadsPanel)
        selection_->setHead({selection_->head().kind, LayerIndex(row), HeadIndex(column)});
    else if (panel == kMapBeforePanel || panel == kMapAfterPanel)
        selection_->setPinned({row, column});
}

std::vector<FigureSubject> PositionsPane::figures() const {
    const auto& model = document_->model();
    QString about, stem = QStringLiteral("positions-") + pageKey(settings_.page);
    if (needsModel() && model) {
        about = QStringLiteral("%1 %2").arg(QString::fromStdString(model->name()),
                                            QString::fromStdString(model->identityHash()).left(8));
        stem.prepend(QString::fromStdString(model->name()).section(QLatin1Char('/'), -1) + QLatin1Char('-'));
        if (settings_.page == PositionPage::Off && off_)
            about += QStringLiteral(" · “%1”").arg(off_->snapshot->wholeText());
    }
    return panelSubjects(sheet_->panels(), tr("Positions: %1").arg(pageName(settings_.page)), stem, about);
}

PictureTables PositionsPane::tables() const {
    return tablesOfPanels(sheet_->panels(), sheet_->currentPanel().value_or(0));
}

QJsonObject PositionsPane::state() const {
    return {{QStringLiteral("page"), pageKey(settings_.page)},
            {QStringLiteral("stack"),
             settings_.stack == StackKind::Encoder ? QStringLiteral("encoder") : QStringLiteral("decoder")},
            {QStringLiteral("d_model"), settings_.d_model},
            {QStringLiteral("n_positions"), settings_.n_positions},
            {QStringLiteral("position"), settings_.position},
            {QStringLiteral("shift"), settings_.shift},
            {QStringLiteral("layout"), settings_.layout == SinusoidLayout::Marian
                                           ? QStringLiteral("paper")
                                           : QStringLiteral("fairseq")},
            {QStringLiteral("rotary_dims"), settings_.rotary_dims},
            {QStringLiteral("rotary_base"), settings_.rotary_base},
            {QStringLiteral("scaling"), scalingKey(settings_.scaling)},
            {QStringLiteral("factor"), settings_.factor},
            {QStringLiteral("original_positions"), settings_.original_positions},
            {QStringLiteral("alibi_heads"), settings_.alibi_heads},
            {QStringLiteral("n_buckets"), settings_.n_buckets},
            {QStringLiteral("max_distance"), settings_.max_distance},
            {QStringLiteral("bidirectional"), settings_.bidirectional}};
}

void PositionsPane::setState(const QJsonObject& state) {
    PositionSettings settings = settings_;
    const auto whole = [&state](const char* key, int& field) {
        field = state[QLatin1String(key)].toInt(field);
    };
    const QString page = state[QStringLiteral("page")].toString();
    for (const PositionPage known : kPositionPages)
        if (pageKey(known) == page)
            settings.page = known;
    const QString stack = state[QStringLiteral("stack")].toString();
    if (stack == QStringLiteral("encoder") || stack == QStringLiteral("decoder"))
        settings.stack = stack == QStringLiteral("encoder") ? StackKind::Encoder : StackKind::Decoder;
    const QString layout = state[QStringLiteral("layout")].toString();
    if (layout == QStringLiteral("paper") || layout == QStringLiteral("fairseq"))
        settings.layout =
            layout == QStringLiteral("paper") ? SinusoidLayout::Marian : SinusoidLayout::Fairseq;
    const QString scaling = state[QStringLiteral("scaling")].toString();
    for (const RotaryScaling known : {RotaryScaling::None, RotaryScaling::Linear, RotaryScaling::Dynamic,
                                      RotaryScaling::Yarn, RotaryScaling::Llama3})
        if (scalingKey(known) == scaling)
            settings.scaling = known;
    whole("d_model", settings.d_model);
    whole("n_positions", settings.n_positions);
    whole("position", settings.position);
    whole("shift", settings.shift);
    whole("rotary_dims", settings.rotary_dims);
    whole("original_positions", settings.original_positions);
    whole("alibi_heads", settings.alibi_heads);
    whole("n_buckets", settings.n_buckets);
    whole("max_distance", settings.max_distance);
    settings.rotary_base = state[QStringLiteral("rotary_base")].toDouble(settings.rotary_base);
    settings.factor = state[QStringLiteral("factor")].toDouble(settings.factor);
    settings.bidirectional = state[QStringLiteral("bidirectional")].toBool(settings.bidirectional);
    choose(settings);
}

QString PositionsPane::settingName(const QString& key) const {
    return key == QStringLiteral("page") ? tr("positions shown") : tr("position setting");
}

} // namespace headlight::ui
