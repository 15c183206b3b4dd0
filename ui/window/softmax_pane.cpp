#include "ui/window/softmax_pane.h"

#include "ui/plots/panel_figure.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/panel_tables.h"
#include "ui/softmax/softmax_controls.h"
#include "ui/window/chip_button.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QMenu>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

constexpr std::size_t kBarsPanel = 1;

/// In session files; never translated.
QString sourceKey(SoftmaxOf source) {
    return source == SoftmaxOf::Attention ? QStringLiteral("attention") : QStringLiteral("output");
}

} // namespace

SoftmaxPane::SoftmaxPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , source_button_(new ChipButton)
    , controls_(new SoftmaxControls)
    , sheet_(new PanelSheet) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(controls_);
    layout->addWidget(sheet_, 1);
    setFocusProxy(sheet_);
    sheet_->canvas()->setAccessibleName(tr("Softmax"));
    source_button_->setAccessibleName(tr("Softmax of what"));
    source_button_->setToolTip(
        tr("The next word over the whole vocabulary, or one row of the selected head"));
    buildSourceMenu();
    choose(settings_);
    connect(controls_, &SoftmaxControls::settingsChanged, this, [this](const SoftmaxSettings& settings) {
        choose(settings);
        emit stateChanged();
    });
    connect(sheet_, &PanelSheet::cellClicked, this,
            [this](std::size_t panel, std::size_t row, std::size_t) { cellClicked(panel, row); });
    connect(document_, &Document::snapshotChanged, this, &SoftmaxPane::follow);
    connect(document_, &Document::modelChanged, this, &SoftmaxPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &SoftmaxPane::updateEmptyText);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &SoftmaxPane::updateEmptyText);
    connect(document_, &Document::problemChanged, this, &SoftmaxPane::updateEmptyText);
    connect(selection_, &Selection::headChanged, this, &SoftmaxPane::follow);
    connect(selection_, &Selection::tokensChanged, this, [this] {
        if (selection_->pinned() != pinned_) // hovering changes nothing here
            follow();
    });
}

QWidget* SoftmaxPane::tools() const {
    return source_button_;
}

void SoftmaxPane::buildSourceMenu() {
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(this);
    for (const SoftmaxOf source : {SoftmaxOf::Output, SoftmaxOf::Attention}) {
        QAction* const action =
            menu->addAction(source == SoftmaxOf::Output ? tr("Next word") : tr("Attention row"));
        action->setCheckable(true);
        group->addAction(action);
        sources_.emplace_back(action, source);
        connect(action, &QAction::triggered, this, [this, source] {
            SoftmaxSettings settings = settings_;
            settings.source = source;
            choose(settings);
            emit stateChanged();
        });
    }
    source_button_->setMenu(menu);
}

void SoftmaxPane::setSettings(const SoftmaxSettings& settings) {
    choose(settings);
}

void SoftmaxPane::choose(const SoftmaxSettings& settings) {
    const SoftmaxSettings before = settings_;
    settings_ = validated(settings);
    controls_->setSettings(settings_);
    for (const auto& [action, source] : sources_) {
        action->setChecked(source == settings_.source);
        if (source == settings_.source)
            source_button_->setTexts(action->text(), {});
    }
    follow();
    if (settings_ != before)
        emit settingsChanged(settings_);
}

void SoftmaxPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void SoftmaxPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    pinned_ = selection_->pinned();
    const SnapshotPtr& snapshot = document_->snapshot();
    updateEmptyText();
    if (!snapshot) {
        runner_.cancel();
        sheet_->setPanels({});
        return;
    }
    if (vocabulary_of_ != &snapshot->model()) {
        vocabulary_.reset();
        vocabulary_of_ = &snapshot->model();
    }
    runner_.start<Shown>(
        [settings = settings_, source = SoftmaxSource{snapshot, selection_->head(), pinned_},
         vocabulary = vocabulary_](const RunControl& control) -> Result<Shown> {
            HEADLIGHT_ASSIGN(const ScoreRow row, scoreRow(settings, source, control));
            Shown shown;
            shown.vocabulary = vocabulary;
            std::vector<std::size_t> found;
            if (!settings.search.trimmed().isEmpty()) {
                if (row.is_attention) {
                    found = foundWords(row, settings.search, source.snapshot->keys(source.head.kind).words);
                } else {
                    if (!shown.vocabulary)
                        shown.vocabulary = vocabularyOf(source.snapshot->model());
                    found = foundWords(row, settings.search, *shown.vocabulary);
                }
            }
            shown.listed = listedWords(row, found);
            shown.panels = softmaxPanels(settings, row, found);
            return shown;
        },
        [this](Result<Shown> shown) { receive(std::move(shown)); });
}

void SoftmaxPane::receive(Result<Shown> shown) {
    problem_ =
        shown.ok() || shown.error().cancelled() ? QString() : QString::fromStdString(shown.error().message());
    listed_ = shown.ok() ? shown.value().listed : std::vector<std::size_t>{};
    if (shown.ok() && shown.value().vocabulary)
        vocabulary_ = shown.value().vocabulary;
    sheet_->setPanels(shown.ok() ? std::move(shown.value().panels) : std::vector<PlotPanel>{});
    updateEmptyText();
}

void SoftmaxPane::updateEmptyText() {
    if (!problem_.isEmpty() && document_->snapshot())
        return sheet_->setEmptyText(problem_);
    sheet_->setEmptyText(emptyViewText(
        *document_, tr("how a softmax shares itself out, and what temperature and cuts make of it")));
}

/// A key clicked becomes the selected one.
void SoftmaxPane::cellClicked(std::size_t panel, std::size_t row) {
    if (settings_.source == SoftmaxOf::Attention && panel == kBarsPanel && row < listed_.size())
        selection_->setPinned({selection_->pinned().query.value_or(0), listed_[row]});
}

std::vector<FigureSubject> SoftmaxPane::figures() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot || sheet_->panels().empty())
        return {};
    const QString name = QString::fromStdString(snapshot->model().name());
    const QString about = QStringLiteral("%1 %2 · “%3” · temperature %4, top-k %5, top-p %6, min-p %7")
                              .arg(name, QString::fromStdString(snapshot->model().identityHash()).left(8),
                                   snapshot->wholeText())
                              .arg(settings_.temperature)
                              .arg(settings_.top_k)
                              .arg(settings_.top_p)
                              .arg(settings_.min_p);
    return panelSubjects(sheet_->panels(),
                         settings_.source == SoftmaxOf::Output ? tr("Softmax over the vocabulary")
                                                               : tr("Softmax of an attention row"),
                         name.section(QLatin1Char('/'), -1) + QStringLiteral("-softmax"), about);
}

PictureTables SoftmaxPane::tables() const {
    return tablesOfPanels(sheet_->panels(), sheet_->currentPanel().value_or(0));
}

QJsonObject SoftmaxPane::state() const {
    return {{QStringLiteral("source"), sourceKey(settings_.source)},
            {QStringLiteral("temperature"), settings_.temperature},
            {QStringLiteral("top_k"), settings_.top_k},
            {QStringLiteral("top_p"), settings_.top_p},
            {QStringLiteral("min_p"), settings_.min_p},
            {QStringLiteral("seed"), settings_.seed},
            {QStringLiteral("draws"), settings_.n_draws},
            {QStringLiteral("search"), settings_.search}};
}

void SoftmaxPane::setState(const QJsonObject& state) {
    SoftmaxSettings settings = settings_;
    const QString source = state[QStringLiteral("source")].toString();
    for (const SoftmaxOf known : {SoftmaxOf::Output, SoftmaxOf::Attention})
        if (sourceKey(known) == source)
            settings.source = known;
    settings.temperature = state[QStringLiteral("temperature")].toDouble(settings.temperature);
    settings.top_k = state[QStringLiteral("top_k")].toInt(settings.top_k);
    settings.top_p = state[QStringLiteral("top_p")].toDouble(settings.top_p);
    settings.min_p = state[QStringLiteral("min_p")].toDouble(settings.min_p);
    settings.seed = state[QStringLiteral("seed")].toInt(settings.seed);
    settings.n_draws = state[QStringLiteral("draws")].toInt(settings.n_draws);
    settings.search = state[QStringLiteral("search")].toString(settings.search);
    choose(settings);
}

QString SoftmaxPane::settingName(const QString& key) const {
    return key == QStringLiteral("source") ? tr("softmax shown") : tr("softmax setting");
}

} // namespace headlight::ui
