#include "ui/overview/head_table_view.h"

#include "ui/overview/head_table_model.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>

#include <algorithm>

namespace headlight::ui {

HeadTableView::HeadTableView(HeadOverview* overview, Selection* selection, QWidget* parent)
    : QTableView(parent)
    , selection_(selection)
    , table_model_(new HeadTableModel(overview, this)) {
    setModel(table_model_);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setTabKeyNavigation(false);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setWordWrap(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsClickable(true);
    horizontalHeader()->setSortIndicatorShown(false); // the heading has an arrow, which stands clear of its text
    setAccessibleName(tr("Measures of all heads"));
    // Not setSortingEnabled: it would sort by its own idea of the present order whenever the model changes.
    connect(horizontalHeader(), &QHeaderView::sectionClicked, this, [this](int column) {
        const auto [now, direction] = table_model_->sorting();
        const Qt::SortOrder usual = column >= HeadTableModel::FirstMeasureColumn ? Qt::DescendingOrder : Qt::AscendingOrder;
        table_model_->sort(column, column != now ? usual : direction == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder);
    });
    connect(table_model_, &QAbstractItemModel::modelReset, this, &HeadTableView::followModel);
    connect(overview, &HeadOverview::orderChanged, this, &HeadTableView::followModel);
    connect(selection_, &Selection::headChanged, this, &HeadTableView::followSelection);
    connect(selection_, &Selection::companionsChanged, this, &HeadTableView::followSelection);
    connect(this, &QAbstractItemView::doubleClicked, this, [this](const QModelIndex& index) { emit headActivated(table_model_->headAt(index.row())); });
    followModel();
    fitColumns();
}

void HeadTableView::setTheme(const Theme& theme) {
    QPalette colours = palette();
    colours.setColor(QPalette::Base, theme.canvas);
    colours.setColor(QPalette::Highlight, theme.chip);
    colours.setColor(QPalette::HighlightedText, theme.text);
    setPalette(colours);
    // The style would give headings its own grey.
    setStyleSheet(QStringLiteral("QTableView { background: %1; selection-background-color: %2; selection-color: %3; }"
                                 "QTableView::item { padding: 0 8px; border: none; }"
                                 "QTableView::item:selected { background: %2; color: %3; }"
                                 "QHeaderView { background: %1; }"
                                 "QHeaderView::section { background: %1; color: %4; border: none; border-bottom: 1px solid %5; padding: 4px 8px; }")
                      .arg(theme.canvas.name(), theme.chip.name(), theme.text.name(), theme.text_muted.name(), theme.hairline.name()));
}

void HeadTableView::fitColumns() {
    const QFontMetrics metrics(font());
    for (int column = 0; column < table_model_->columnCount(); ++column) {
        const QString heading = table_model_->heading(column) + QStringLiteral(" ↓");
        const QString widest = column == HeadTableModel::RoleColumn ? roleName(HeadRole::PreviousToken) : QStringLiteral("88.88");
        setColumnWidth(column, std::max(metrics.horizontalAdvance(heading), metrics.horizontalAdvance(widest)) + 24);
    }
    verticalHeader()->setDefaultSectionSize(metrics.height() + 8);
}

void HeadTableView::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fitColumns();
}

void HeadTableView::followModel() {
    const auto [column, direction] = table_model_->sorting();
    horizontalHeader()->setSortIndicator(column, direction);
    fitColumns();
    followSelection();
}

void HeadTableView::followSelection() {
    if (following_)
        return;
    following_ = true;
    QItemSelection rows;
    for (const HeadAddress& head : selection_->heads())
        if (const int row = table_model_->rowOf(head); row >= 0)
            rows.select(table_model_->index(row, 0), table_model_->index(row, table_model_->columnCount() - 1));
    selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
    if (const int row = table_model_->rowOf(selection_->head()); row >= 0) {
        const QModelIndex index = table_model_->index(row, std::max(0, currentIndex().column()));
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        scrollTo(index);
    }
    following_ = false;
}

void HeadTableView::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
    QTableView::selectionChanged(selected, deselected);
    if (following_)
        return;
    std::vector<HeadAddress> heads;
    for (const int row : selectedRows())
        heads.push_back(table_model_->headAt(row));
    if (heads.empty()) {
        followSelection(); // one head is always chosen
        return;
    }
    // The head that is selected stays the first while it is among them.
    if (const auto first = std::ranges::find(heads, selection_->head()); first != heads.end())
        std::rotate(heads.begin(), first, first + 1);
    following_ = true;
    selection_->setHeads(heads);
    following_ = false;
}

std::vector<int> HeadTableView::selectedRows() const {
    std::vector<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::ranges::sort(rows);
    return rows;
}

std::vector<int> HeadTableView::rowsToCopy() const {
    const std::vector<int> rows = selectedRows();
    return rows.size() < 2 ? std::vector<int>{} : rows;
}

void HeadTableView::copyText() { QApplication::clipboard()->setText(tableText(*table_model_, rowsToCopy(), TableText::Tabs)); }
void HeadTableView::copyCsv() { QApplication::clipboard()->setText(tableText(*table_model_, rowsToCopy(), TableText::Csv)); }

void HeadTableView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copyText();
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        emit headActivated(table_model_->headAt(currentIndex().row()));
        return;
    }
    QTableView::keyPressEvent(event);
}

void HeadTableView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu;
    menu.addAction(tr("Copy as text"), this, &HeadTableView::copyText);
    menu.addAction(tr("Copy as CSV"), this, &HeadTableView::copyCsv);
    menu.exec(event->globalPos());
}

} // namespace headlight::ui
