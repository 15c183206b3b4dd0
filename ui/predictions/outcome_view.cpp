#include "ui/predictions/outcome_view.h"

#include "ui/predictions/probability_delegate.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QHeaderView>

#include <utility>

namespace headlight::ui {
namespace {

constexpr int kWordDigits = 22; ///< width of a column of words, in digits, where there is room

} // namespace

OutcomeView::OutcomeView(QWidget* parent)
    : QTableView(parent)
    , model_(new OutcomeModel(this)) {
    setModel(model_);
    setItemDelegateForColumn(OutcomeModel::Probability, new ProbabilityDelegate(this));
    setAccessibleName(tr("Predictions, most probable first"));
    setShowGrid(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    sizeColumns();
}

void OutcomeView::setOutcomes(const RankedOutcomesPtr& outcomes) {
    model_->setOutcomes(outcomes);
    if (!outcomes)
        return;
    setColumnHidden(OutcomeModel::Token, !outcomes->tokens);
    setColumnHidden(OutcomeModel::Probability, outcomes->probabilities.empty());
    setColumnHidden(OutcomeModel::Cumulative, outcomes->cumulative.empty());
    scrollToTop();
}

void OutcomeView::setShown(std::optional<std::vector<std::size_t>> ranks) {
    const bool found = ranks.has_value();
    model_->setShown(std::move(ranks));
    if (found)
        scrollToTop();
}

/// Widths that follow the type, so that presenting shows whole numbers too.
void OutcomeView::sizeColumns() {
    const QFontMetrics metrics(themeFont(TextRole::Body));
    verticalHeader()->setDefaultSectionSize(metrics.height() + 9);
    const int digit = metrics.horizontalAdvance(QLatin1Char('0'));
    const std::pair<int, int> digits[] = {{OutcomeModel::Rank, 7},
                                          {OutcomeModel::Id, 7},
                                          {OutcomeModel::Logit, 8},
                                          {OutcomeModel::Probability, 10},
                                          {OutcomeModel::Cumulative, 10}};
    for (const auto& [column, count] : digits)
        setColumnWidth(column, digit * count + 10);
    const int words = digit * kWordDigits + 10;
    const bool wide = width() > digit * 42 + 50 + 2 * words;
    for (const int column : {OutcomeModel::Word, OutcomeModel::Token}) {
        horizontalHeader()->setSectionResizeMode(column, wide ? QHeaderView::Fixed : QHeaderView::Stretch);
        if (wide)
            setColumnWidth(column, words);
    }
    horizontalHeader()->setSectionResizeMode(OutcomeModel::Probability,
                                             wide ? QHeaderView::Stretch : QHeaderView::Fixed);
}

void OutcomeView::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        sizeColumns();
}

void OutcomeView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    sizeColumns();
}

} // namespace headlight::ui
