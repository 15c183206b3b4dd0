// The table of all heads and their measures: click a heading to sort, copy rows as text or CSV.
#pragma once

#include "ui/selection/selection.h"

#include <QTableView>

namespace headlight::ui {

class HeadOverview;
class HeadTableModel;
struct Theme;

/// A row chooses its head, several rows several; double click or Enter opens it.
class HeadTableView : public QTableView {
    Q_OBJECT
public:
    /// Both must outlive the view.
    HeadTableView(HeadOverview* overview, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] HeadTableModel* tableModel() const { return table_model_; }
    void setTheme(const Theme& theme);
    /// The selected rows, or all where fewer than two are selected, on the clipboard.
    void copyText();
    void copyCsv();

signals:
    void headActivated(const headlight::HeadAddress& head);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;
    void changeEvent(QEvent* event) override;

private:
    void followSelection();
    void followModel();
    void fitColumns();
    [[nodiscard]] std::vector<int> selectedRows() const;
    [[nodiscard]] std::vector<int> rowsToCopy() const;

    Selection* selection_;
    HeadTableModel* table_model_;
    bool following_ = false;
};

} // namespace headlight::ui
