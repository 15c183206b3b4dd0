#include "ui/table/table_dialog.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kWordColumns = 9; ///< characters of a column's header before it is elided

} // namespace

TableDialog::TableDialog(PictureTable table, QWidget* parent)
    : QDialog(parent)
    , model_(std::move(table.model))
    , choose_(std::move(table.choose)) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("%1 as a table").arg(table.title));
    if (table.sortable) {
        sorted_ = new QSortFilterProxyModel(this);
        sorted_->setSortRole(TableSortRole);
        sorted_->setSourceModel(model_.get());
    }
    build(table);
    resize(860, 560);
}

TableDialog::~TableDialog() {
    delete view_; // before the model it looks at
}

void TableDialog::build(const PictureTable& table) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->setSpacing(8);
    auto* title = new QLabel(table.title);
    title->setProperty("role", "title");
    auto* description = new QLabel(table.description);
    description->setProperty("role", "caption");
    description->setWordWrap(true);
    view_ = new QTableView;
    view_->setModel(sorted_ ? static_cast<QAbstractItemModel*>(sorted_) : model_.get());
    view_->setAccessibleName(table.title);
    view_->setAccessibleDescription(table.description);
    view_->setWordWrap(false);
    view_->setTabKeyNavigation(false);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    const QFontMetrics metrics(view_->font());
    view_->verticalHeader()->setDefaultSectionSize(metrics.height() + 8);
    view_->verticalHeader()->setMaximumWidth(metrics.averageCharWidth() * 24);
    view_->horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    view_->horizontalHeader()->setDefaultSectionSize(metrics.averageCharWidth() * kWordColumns + 16);
    if (sorted_) {
        view_->setSortingEnabled(true);
        view_->sortByColumn(-1, Qt::DescendingOrder); // as the model has them
        view_->setSelectionBehavior(QAbstractItemView::SelectRows);
        view_->resizeColumnsToContents();
    }
    status_ = new QLabel;
    status_->setProperty("role", "caption");
    status_->setAccessibleName(tr("Selected cell"));
    words_ = new QCheckBox(tr("copy with words"));
    words_->setChecked(true);
    words_->setToolTip(tr("Row and column headers are copied too"));
    auto* copy = new QPushButton(tr("Copy"));
    copy->setToolTip(tr("Selected cells as tab-separated text for a spreadsheet, with all digits (Ctrl+C)"));
    auto* close_button = new QPushButton(tr("Close"));
    auto* bar = new QHBoxLayout;
    bar->addWidget(status_, 1);
    bar->addWidget(words_);
    bar->addWidget(copy);
    bar->addWidget(close_button);
    layout->addWidget(title);
    layout->addWidget(description);
    layout->addWidget(view_, 1);
    layout->addLayout(bar);
    copy->setAutoDefault(false);
    close_button->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this, &TableDialog::copySelection);
    connect(close_button, &QPushButton::clicked, this, &QDialog::close);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                showCurrent();
                if (choose_ && index.isValid())
                    choose_(sourceOf(index));
            });
    connect(view_->model(), &QAbstractItemModel::dataChanged, this, &TableDialog::showCurrent);
    auto* copy_key = new QShortcut(QKeySequence::Copy, this);
    connect(copy_key, &QShortcut::activated, this, &TableDialog::copySelection);
    showCurrent();
    view_->setFocus();
}

QModelIndex TableDialog::sourceOf(const QModelIndex& index) const {
    return sorted_ ? sorted_->mapToSource(index) : index;
}

void TableDialog::showCurrent() {
    const QModelIndex index = view_->currentIndex();
    const QLocale locale;
    status_->setText(index.isValid() ? index.data(Qt::ToolTipRole).toString()
                                     : tr("%1 rows, %2 columns")
                                           .arg(locale.toString(view_->model()->rowCount()),
                                                locale.toString(view_->model()->columnCount())));
}

TableBlock TableDialog::selectedBlock() const {
    TableBlock block;
    bool first = true;
    for (const QItemSelectionRange& range : view_->selectionModel()->selection()) {
        block.first_row = first ? range.top() : std::min(block.first_row, range.top());
        block.end_row = first ? range.bottom() + 1 : std::max(block.end_row, range.bottom() + 1);
        block.first_column = first ? range.left() : std::min(block.first_column, range.left());
        block.end_column = first ? range.right() + 1 : std::max(block.end_column, range.right() + 1);
        first = false;
    }
    return block;
}

QString TableDialog::textOf(const TableBlock& block, bool with_words) const {
    const QAbstractItemModel& model = *view_->model();
    QStringList lines;
    const auto add = [&lines](QStringList cells) {
        for (QString& cell : cells)
            cell.replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' '));
        lines.append(cells.join(QLatin1Char('\t')));
    };
    if (with_words) {
        QStringList cells;
        for (int column = block.first_column; column < block.end_column; ++column)
            cells.append(model.headerData(column, Qt::Horizontal).toString());
        add(cells);
    }
    for (int row = block.first_row; row < block.end_row; ++row) {
        QStringList cells;
        for (int column = block.first_column; column < block.end_column; ++column) {
            const QModelIndex index = model.index(row, column);
            const QVariant full = index.data(TableFullTextRole);
            cells.append((full.isValid() ? full : index.data()).toString());
        }
        add(cells);
    }
    return lines.join(QLatin1Char('\n'));
}

void TableDialog::copySelection() {
    const TableBlock block = selectedBlock();
    if (block.cells() == 0) {
        status_->setText(tr("Select cells to copy them."));
        return;
    }
    if (block.cells() > kMostCopiedCells) {
        const QLocale locale;
        status_->setText(
            tr("%1 cells are too many to copy: select at most %2, or export the numbers as CSV or NPY.")
                .arg(locale.toString(block.cells()), locale.toString(kMostCopiedCells)));
        return;
    }
    const bool with_words = words_->isChecked() && block.cells() > 1;
    const auto* const bulk = dynamic_cast<const BulkText*>(model_.get());
    if (bulk == nullptr || sorted_) {
        QApplication::clipboard()->setText(textOf(block, with_words));
        status_->setText(tr("Copied."));
        return;
    }
    status_->setText(tr("Copying…"));
    copy_runner_.start<QString>(bulk->textJob(block, with_words), [this](Result<QString> text) {
        if (text.ok())
            QApplication::clipboard()->setText(*text);
        status_->setText(text.ok() ? tr("Copied.") : QString::fromStdString(text.error().message()));
    });
}

} // namespace headlight::ui
