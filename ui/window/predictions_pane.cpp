#include "ui/window/predictions_pane.h"

#include "ui/document/predictions.h"
#include "ui/predictions/outcome_model.h"
#include "ui/predictions/outcome_table.h"
#include "ui/predictions/probability_delegate.h"
#include "ui/predictions/rank_strip.h"
#include "ui/table/list_table_model.h"
#include "ui/theme/figures.h"
#include "ui/window/view_pane.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr std::size_t kMostFound = 2000;
constexpr int kLongestSearch = 100; ///< characters
constexpr int kWordDigits = 22; ///< width of a column of words, in digits, where there is room

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
    connect(search_, &QLineEdit::textChanged, this, [this] {
        search();
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
    search_ = new QLineEdit;
    search_->setPlaceholderText(tr("Find a word…"));
    search_->setClearButtonEnabled(true);
    search_->setAccessibleName(tr("Find a word among the predictions"));
    search_->setMaximumWidth(220);
    search_->setMaxLength(kLongestSearch);
    found_ = caption(QStringLiteral("found"));
    buildTable();
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(search_);
    line->addWidget(found_, 1);
    inner->addWidget(summary_);
    inner->addWidget(strip_);
    inner->addWidget(title_);
    inner->addLayout(line);
    inner->addWidget(table_, 1);
    setFocusProxy(table_);
}

void PredictionsPane::buildTable() {
    table_ = new QTableView;
    model_ = new OutcomeModel(table_);
    table_->setModel(model_);
    table_->setItemDelegateForColumn(OutcomeModel::Probability, new ProbabilityDelegate(table_));
    table_->setAccessibleName(tr("Predictions, most probable first"));
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    sizeColumns();
}

/// Widths that follow the type, so that presenting shows whole numbers too. In a narrow table the words give
/// way, in a wide one the bars of the probabilities grow.
void PredictionsPane::sizeColumns() {
    const QFontMetrics metrics(themeFont(TextRole::Body));
    table_->verticalHeader()->setDefaultSectionSize(metrics.height() + 9);
    const int digit = metrics.horizontalAdvance(QLatin1Char('0'));
    const std::pair<int, int> digits[] = {{OutcomeModel::Rank, 7},
                                          {OutcomeModel::Id, 7},
                                          {OutcomeModel::Logit, 8},
                                          {OutcomeModel::Probability, 10},
                                          {OutcomeModel::Cumulative, 10}};
    for (const auto& [column, count] : digits)
        table_->setColumnWidth(column, digit * count + 10);
    const int words = digit * kWordDigits + 10;
    const bool wide = width() > digit * 42 + 50 + 2 * words;
    for (const int column : {OutcomeModel::Word, OutcomeModel::Token}) {
        table_->horizontalHeader()->setSectionResizeMode(column,
                                                         wide ? QHeaderView::Fixed : QHeaderView::Stretch);
        if (wide)
            table_->setColumnWidth(column, words);
    }
    table_->horizontalHeader()->setSectionResizeMode(OutcomeModel::Probability,
                                                     wide ? QHeaderView::Stretch : QHeaderView::Fixed);
}

void PredictionsPane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (table_ && (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange))
        sizeColumns();
}

void PredictionsPane::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    sizeColumns();
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
    model_->setOutcomes(outcomes);
    if (!outcomes)
        return;
    title_->setText(title(*outcomes));
    table_->setColumnHidden(OutcomeModel::Token, !outcomes->tokens);
    table_->setColumnHidden(OutcomeModel::Probability, outcomes->probabilities.empty());
    table_->setColumnHidden(OutcomeModel::Cumulative, outcomes->cumulative.empty());
    table_->scrollToTop();
    search();
}

/// Looks through the vocabulary in a job; the newest word wins.
void PredictionsPane::search() {
    const QString wanted = search_->text().trimmed();
    const RankedOutcomesPtr& outcomes = outcomes_.outcomes();
    if (wanted.isEmpty() || !outcomes) {
        search_runner_.cancel();
        model_->setShown({});
        found_->setText(outcomes && outcomes->tokens
                            ? tr("%1 tokens · double click takes one")
                                  .arg(QLocale().toString(static_cast<qulonglong>(outcomes->size())))
                            : QString());
        return;
    }
    search_runner_.start<std::vector<std::size_t>>(
        [outcomes, wanted](const RunControl&) -> Result<std::vector<std::size_t>> {
            std::vector<std::size_t> ranks = outcomes->find(wanted, kMostFound);
            if (const auto whole = outcomes->rankOfWord(wanted)) { // the word itself comes first
                std::erase(ranks, *whole);
                ranks.insert(ranks.begin(), *whole);
            }
            return ranks;
        },
        [this, outcomes, wanted](Result<std::vector<std::size_t>> ranks) {
            if (!ranks.ok() || outcomes != outcomes_.outcomes())
                return;
            showFound(wanted, *ranks);
            model_->setShown(std::move(ranks).value());
            table_->scrollToTop();
        });
}

void PredictionsPane::showFound(const QString& word, const std::vector<std::size_t>& ranks) {
    const RankedOutcomes& outcomes = *outcomes_.outcomes();
    if (ranks.empty()) {
        found_->setText(tr("no token contains “%1”: longer words are made of several").arg(word));
        return;
    }
    const std::size_t best = ranks.front();
    QString text =
        tr("“%1”: rank %2").arg(outcomes.word(best), QLocale().toString(static_cast<qulonglong>(best + 1)));
    if (!outcomes.probabilities.empty())
        text += tr(", probability %1").arg(weightText(outcomes.probabilities[best], 5));
    text += ranks.size() >= kMostFound
                ? tr(" · the %1 most probable that contain it").arg(kMostFound)
                : tr(" · %n token(s) contain it", nullptr, static_cast<int>(ranks.size()));
    found_->setText(text);
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
                              outcomes->order[model_->rankAt(index.row())]);
}

} // namespace headlight::ui
