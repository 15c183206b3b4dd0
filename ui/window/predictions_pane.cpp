#include "ui/window/predictions_pane.h"

#include "ui/document/predictions.h"
#include "ui/predictions/outcome_search.h"
#include "ui/predictions/outcome_view.h"
#include "ui/predictions/rank_strip.h"
#include "ui/theme/figures.h"
#include "ui/window/view_pane.h"

#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

QLabel* caption(const QString& name) {
    auto* label = new QLabel;
    label->setProperty("role", "caption");
    label->setObjectName(name);
    label->setWordWrap(true);
    return label;
}

bool predictsTokens(const ModelSpec& spec) {
    return spec.head == HeadKind::LanguageModel || spec.head == HeadKind::MaskedLanguageModel;
}

} // namespace

PredictionsPane::PredictionsPane(Document* document, Selection* selection, StatisticsSource* statistics,
                                 QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , statistics_(statistics) {
    build();
    connect(document_, &Document::snapshotChanged, this, &PredictionsPane::follow);
    connect(document_, &Document::modelChanged, this, &PredictionsPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &PredictionsPane::follow);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &PredictionsPane::follow);
    connect(statistics_, &StatisticsSource::changed, this, &PredictionsPane::showStatistics);
    connect(selection_, &Selection::tokensChanged, this, &PredictionsPane::followSelection);
    connect(selection_, &Selection::headChanged, this, &PredictionsPane::followSelection);
    connect(&outcomes_, &OutcomeSource::changed, this, &PredictionsPane::showOutcomes);
    connect(search_, &OutcomeSearch::found, table_, &OutcomeView::setShown);
    connect(search_->edit(), &QLineEdit::textChanged, this, [this] {
        if (!restoring_)
            emit stateChanged();
    });
    connect(strip_, &RankStripView::positionChosen, this, &PredictionsPane::choosePosition);
    connect(table_, &QTableView::doubleClicked, this, &PredictionsPane::takeWord);
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (!table_->underMouse()) // Return; a double click has been heard above
            takeWord(index);
    });
}

void PredictionsPane::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    empty_ = new QLabel;
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setProperty("role", "caption");
    content_ = new QWidget;
    layout->addWidget(empty_, 1);
    layout->addWidget(content_, 1);
    auto* inner = new QVBoxLayout(content_);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(6);
    summary_ = caption(QStringLiteral("textSummary"));
    summary_->setToolTip(tr("Perplexity: e to the mean of −ln p of the words that are there; as if the model "
                            "had chosen among so many "
                            "equally probable words. Entropy: −Σ p ln p of a prediction, in nats."));
    strip_ = new RankStripView;
    title_ = new QLabel;
    title_->setProperty("role", "section");
    title_->setWordWrap(true);
    title_->setObjectName(QStringLiteral("positionTitle"));
    search_ = new OutcomeSearch;
    table_ = new OutcomeView;
    inner->addWidget(summary_);
    inner->addWidget(strip_);
    inner->addWidget(title_);
    inner->addWidget(search_);
    inner->addWidget(table_, 1);
    setFocusProxy(table_);
}

void PredictionsPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

/// The row of the output stack that is selected; of a classifier of whole texts there is one.
std::optional<std::size_t> PredictionsPane::selectedRow() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    const std::size_t n_rows = snapshot ? PredictionSource::rowCount(*snapshot) : 0;
    if (n_rows == 0)
        return {};
    const ModelSpec& spec = snapshot->model().spec();
    if (spec.head == HeadKind::SequenceClassification)
        return 0;
    const bool output_rows =
        (spec.outputStack() == StackKind::Decoder) == (selection_->head().kind != AttentionKind::EncoderSelf);
    const auto query = output_rows ? selection_->pinned().query : row_;
    return std::min(query.value_or(0), n_rows - 1);
}

void PredictionsPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool there = snapshot && PredictionSource::rowCount(*snapshot) > 0;
    content_->setVisible(there);
    empty_->setVisible(!there);
    empty_->setText(
        snapshot ? tr("This model has no output layer: it gives vectors, not predictions.")
                 : emptyViewText(*document_,
                                 tr("every word the model could write at a position, with its probability")));
    statistics_->request(there && predictsTokens(snapshot->model().spec()) ? snapshot : nullptr);
    if (!there)
        outcomes_.clear();
    followSelection();
    showStatistics();
}

void PredictionsPane::followSelection() {
    if (!isVisible())
        return;
    row_ = selectedRow();
    if (row_)
        outcomes_.request(document_->snapshot(), *row_);
    if (strip_->strip().selected != row_)
        showStatistics();
}

void PredictionsPane::showStatistics() {
    const TextStatisticsPtr& statistics = statistics_->statistics();
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool there =
        statistics && snapshot && statistics->snapshot == snapshot && !statistics->rows.empty();
    strip_->setVisible(snapshot && predictsTokens(snapshot->model().spec()));
    summary_->setVisible(strip_->isVisibleTo(content_));
    strip_->setStrip(there ? RankStrip{statistics, row_, snapshot->model().spec().vocabulary_size}
                           : RankStrip{});
    if (!there) {
        summary_->setText(tr("Ranking every word…"));
        return;
    }
    const auto& rows = statistics->rows;
    const auto top = std::count_if(rows.begin(), rows.end(), [](const PositionStatistics& row) {
        return row.actual >= 0 && row.rank == 0;
    });
    QStringList parts;
    if (statistics->perplexity > 0)
        parts << tr("perplexity %1").arg(numberText(statistics->perplexity));
    parts << tr("mean entropy %1 nats").arg(numberText(statistics->mean_entropy));
    if (statistics->n_counted > 0)
        parts << (snapshot->model().spec().hasDecoder()
                      ? tr("%1 of %2 words were the most probable")
                      : tr("%1 of %2 words are the most probable in their place, "
                           "which the model sees unless it is masked"))
                     .arg(top)
                     .arg(statistics->n_counted);
    parts << tr("cells: rank of each word, bright is 1");
    summary_->setText(parts.join(QStringLiteral(" · ")));
}

void PredictionsPane::showOutcomes() {
    const RankedOutcomesPtr& outcomes = outcomes_.outcomes();
    table_->setOutcomes(outcomes);
    search_->setOutcomes(outcomes);
    if (outcomes)
        title_->setText(title(*outcomes));
}

QTableView* PredictionsPane::table() const {
    return table_;
}

OutcomeModel* PredictionsPane::outcomeModel() const {
    return table_->outcomeModel();
}

QLineEdit* PredictionsPane::searchEdit() const {
    return search_->edit();
}

QLabel* PredictionsPane::foundLabel() const {
    return search_->foundLabel();
}

void PredictionsPane::choosePosition(std::size_t position) {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot)
        return;
    row_ = position;
    const bool decoder = snapshot->model().spec().outputStack() == StackKind::Decoder;
    if (decoder == (selection_->head().kind != AttentionKind::EncoderSelf)) {
        TokenPair pair = selection_->pinned();
        pair.query = position;
        selection_->setPinned(pair);
    } else {
        followSelection();
        showStatistics();
    }
}

void PredictionsPane::takeWord(const QModelIndex& index) {
    const RankedOutcomesPtr& outcomes = outcomes_.outcomes();
    if (index.isValid() && outcomes && outcomes->tokens)
        document_->chooseWord(outcomes->snapshot, outcomes->row,
                              outcomes->order[outcomeModel()->rankAt(index.row())]);
}

} // namespace headlight::ui
