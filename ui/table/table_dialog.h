// Shows a picture as a table, beside the window: readable by screen readers, its cells to be copied.
#pragma once

#include "ui/jobs/job_runner.h"
#include "ui/table/picture_table.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace headlight::ui {

/// Most cells that are copied at once: more belongs into a file (Export).
inline constexpr qint64 kMostCopiedCells = 4'000'000;

class TableDialog : public QDialog {
    Q_OBJECT
public:
    /// `table.model` is there; the dialogue owns it.
    explicit TableDialog(PictureTable table, QWidget* parent = nullptr);
    ~TableDialog() override;

    [[nodiscard]] QTableView* view() const { return view_; }
    [[nodiscard]] QLabel* statusLabel() const { return status_; }
    [[nodiscard]] QCheckBox* wordsBox() const { return words_; }

public slots:
    /// Selected cells (the smallest block that holds them) as tab-separated text, numbers with all their
    /// digits.
    void copySelection();

private:
    void build(const PictureTable& table);
    void showCurrent();
    [[nodiscard]] QModelIndex sourceOf(const QModelIndex& index) const;
    [[nodiscard]] TableBlock selectedBlock() const;
    [[nodiscard]] QString textOf(const TableBlock& block, bool with_words) const;

    std::unique_ptr<QAbstractItemModel> model_;
    QSortFilterProxyModel* sorted_ = nullptr; ///< null: not sortable
    std::function<void(const QModelIndex&)> choose_;
    JobRunner copy_runner_;
    QTableView* view_ = nullptr;
    QLabel* status_ = nullptr;
    QCheckBox* words_ = nullptr;
};

} // namespace headlight::ui
