#include "ui/table/table_dialog.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
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

constexpr int kWordColumns = 9;       ///< characters of a column's header before it is elided
constexpr int kWidestListColumn = 70; ///< characters; a longer text is elided and stands in its tooltip
constexpr int kListPadding = 8;
constexpr int kMeasuredRows = 60;      ///< a column is as wide as these need: a vocabulary has tens of thousands

} // namespace

TableDialog::TableDialog(PictureTable table, QWidget* parent)
    : TableDialog(onlyTable(std::move(table)), parent) {}

TableDialog::TableDialog(PictureTables tables, QWidget* parent)
    : QDialog(parent)
    , tables_(std::move(tables.all)) {
    setAttribute(Qt::WA_DeleteOnClose);
    build();
    showTable(std::min(tables.first, tables_.size() - 1));
    resize(860, 560);
    view_->setFocus();
}

TableDialog::~TableDialog() {
    delete view_; // before the model it looks at
}

void TableDialog::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->setSpacing(8);
    title_ = new QLabel;
    title_->setProperty("role", "title");
    title_->setWordWrap(true);
    part_box_ = new QComboBox;
    part_box_->setAccessibleName(tr("Which table"));
    part_box_->setToolTip(tr("The picture has several parts: each is a table of its own"));
    part_box_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    for (const PictureTable& table : tables_)
        part_box_->addItem(table.name.isEmpty() ? table.title : table.name);
    part_box_->setVisible(tables_.size() > 1);
    description_ = new QLabel;
    description_->setProperty("role", "caption");
    description_->setWordWrap(true);
    view_ = new QTableView;
    view_->setWordWrap(false);
    view_->setTabKeyNavigation(false);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    const QFontMetrics metrics(view_->font());
    view_->verticalHeader()->setDefaultSectionSize(metrics.height() + 8);
    view_->verticalHeader()->setMaximumWidth(metrics.averageCharWidth() * 24);
    view_->horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    view_->horizontalHeader()->setDefaultSectionSize(metrics.averageCharWidth() * kWordColumns + 16);
    status_ = new QLabel;
    status_->setProperty("role", "caption");
    status_->setWordWrap(true);
    status_->setAccessibleName(tr("Selected cell"));
    words_ = new QCheckBox(tr("copy with words"));
    words_->setChecked(true);
    words_->setToolTip(tr("Row and column headers are copied too"));
    auto* copy = new QPushButton(tr("Copy"));
    copy->setToolTip(tr("Selected cells as tab-separated text for a spreadsheet, with all digits (Ctrl+C)"));
    auto* close_button = new QPushButton(tr("Close"));
    auto* head = new QHBoxLayout;
    head->setSpacing(16);
    head->addWidget(title_, 1);
    head->addWidget(part_box_);
    auto* bar = new QHBoxLayout;
    bar->addWidget(status_, 1);
    bar->addWidget(words_);
    bar->addWidget(copy);
    bar->addWidget(close_button);
    layout->addLayout(head);
    layout->addWidget(description_);
    layout->addWidget(view_, 1);
    layout->addLayout(bar);
    copy->setAutoDefault(false);
    close_button->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this, &TableDialog::copySelection);
    connect(close_button, &QPushButton::clicked, this, &QDialog::close);
    connect(part_box_, &QComboBox::currentIndexChanged, this,
            [this](int index) { showTable(static_cast<std::size_t>(index)); });
    auto* copy_key = new QShortcut(QKeySequence::Copy, this);
    connect(copy_key, &QShortcut::activated, this, &TableDialog::copySelection);
}

void TableDialog::showTable(std::size_t index) {
    copy_runner_.cancel();
    shown_ = index;
    const PictureTable& table = shown();
    const QSignalBlocker quiet(part_box_);
    part_box_->setCurrentIndex(static_cast<int>(index));
    setWindowTitle(tr("%1 as a table").arg(table.title));
    title_->setText(table.title);
    description_->setText(table.description);
    view_->setAccessibleName(table.title);
    view_->setAccessibleDescription(table.description);
    const QItemSelectionModel* const selection_before = view_->selectionModel();
    QSortFilterProxyModel* const sorted_before = sorted_;
    sorted_ = nullptr;
    if (table.sortable) {
        sorted_ = new QSortFilterProxyModel(this);
        sorted_->setSortRole(TableSortRole);
        sorted_->setSourceModel(table.model.get());
    }
    view_->setSortingEnabled(false);
    view_->setModel(sorted_ ? static_cast<QAbstractItemModel*>(sorted_) : table.model.get());
    delete selection_before; // views leave the one they had
    delete sorted_before;
    view_->setSelectionBehavior(table.list ? QAbstractItemView::SelectRows : QAbstractItemView::SelectItems);
    view_->horizontalHeader()->setSortIndicator(-1, Qt::DescendingOrder); // as the model has them
    view_->setSortingEnabled(sorted_ != nullptr);
    fitColumns();
    selectCurrent(); // before anybody listens: the view has it already
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                showCurrent();
                if (shown().choose && isChosen(current))
                    shown().choose(sourceOf(current));
            });
    connect(view_->model(), &QAbstractItemModel::dataChanged, this, &TableDialog::showCurrent,
            Qt::UniqueConnection);
    showCurrent();
}

/// The table begins where the view is: at its selected cell.
void TableDialog::selectCurrent() {
    const PictureTable& table = shown();
    if (!table.current_row)
        return;
    const QModelIndex cell = table.model->index(static_cast<int>(*table.current_row), static_cast<int>(table.current_column.value_or(0)));
    const QModelIndex index = sorted_ ? sorted_->mapFromSource(cell) : cell;
    if (!index.isValid())
        return;
    view_->setCurrentIndex(index);
    view_->scrollTo(index, QAbstractItemView::PositionAtCenter);
}

/// Only now has the view its size.
void TableDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    if (const QModelIndex index = view_->currentIndex(); isChosen(index))
        view_->scrollTo(index, QAbstractItemView::PositionAtCenter);
}

/// A list's columns are as wide as what they hold; those of a matrix stay all the same.
void TableDialog::fitColumns() {
    if (!shown().list)
        return;
    QHeaderView& header = *view_->horizontalHeader();
    header.setResizeContentsPrecision(kMeasuredRows);
    view_->resizeColumnsToContents();
    const int widest = QFontMetrics(view_->font()).averageCharWidth() * kWidestListColumn;
    for (int column = 0; column < header.count(); ++column)
        header.resizeSection(column, std::min(header.sectionSize(column) + kListPadding, widest));
}

QModelIndex TableDialog::sourceOf(const QModelIndex& index) const {
    return sorted_ ? sorted_->mapToSource(index) : index;
}

/// A table that gets the keyboard has a current cell nobody chose; it must not move the window's selection.
bool TableDialog::isChosen(const QModelIndex& index) const {
    return index.isValid() && view_->selectionModel()->isSelected(index);
}

void TableDialog::showCurrent() {
    const QModelIndex index = view_->currentIndex();
    const QLocale locale;
    status_->setText(isChosen(index) ? index.data(Qt::ToolTipRole).toString()
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
    const auto* const bulk = dynamic_cast<const BulkText*>(shown().model.get());
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
