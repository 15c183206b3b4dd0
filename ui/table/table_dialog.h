// Shows a picture as a table, beside the window: readable by screen readers, its cells to be copied.
#pragma once

#include "ui/jobs/job_runner.h"
#include "ui/table/picture_table.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
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
    /// There is a table, and every table's model is there; the dialogue owns them. Of several one is chosen
    /// above.
    explicit TableDialog(PictureTables tables, QWidget* parent = nullptr);
    explicit TableDialog(PictureTable table, QWidget* parent = nullptr);
    ~TableDialog() override;

    [[nodiscard]] QTableView* view() const { return view_; }
    [[nodiscard]] QLabel* statusLabel() const { return status_; }
    [[nodiscard]] QCheckBox* wordsBox() const { return words_; }
    /// The tables of the picture; hidden where there is one.
    [[nodiscard]] QComboBox* partBox() const { return part_box_; }

public slots:
    /// Selected cells (the smallest block that holds them) as tab-separated text, numbers with all their
    /// digits.
    void copySelection();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void selectCurrent();
    void showTable(std::size_t index);
    void fitColumns();
    void showCurrent();
    [[nodiscard]] bool isChosen(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex sourceOf(const QModelIndex& index) const;
    [[nodiscard]] TableBlock selectedBlock() const;
    [[nodiscard]] QString textOf(const TableBlock& block, bool with_words) const;

    [[nodiscard]] const PictureTable& shown() const { return tables_[shown_]; }

    std::vector<PictureTable> tables_;
    std::size_t shown_ = 0;
    QSortFilterProxyModel* sorted_ = nullptr; ///< null: not sortable
    JobRunner copy_runner_;
    QTableView* view_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* description_ = nullptr;
    QComboBox* part_box_ = nullptr;
    QLabel* status_ = nullptr;
    QCheckBox* words_ = nullptr;
};

} // namespace headlight::ui
