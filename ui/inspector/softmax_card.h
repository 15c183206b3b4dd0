// The softmax of the selected row: its largest weights, in the order of the text.
#pragma once

#include "ui/document/run_snapshot.h"

#include <QWidget>

#include <optional>
#include <vector>

class QLabel;

namespace headlight::ui {

class BarList;

class SoftmaxCard : public QWidget {
    Q_OBJECT
public:
    explicit SoftmaxCard(QWidget* parent = nullptr);

    /// At most `n_rows` rows; `key` is among them and stands out.
    void showRow(const RunSnapshot& snapshot, const HeadAddress& head, std::size_t query,
                 std::optional<std::size_t> key, std::size_t n_rows);
    [[nodiscard]] BarList* list() const { return list_; }
    /// Height of everything but the rows.
    [[nodiscard]] int frameHeight() const;

signals:
    /// The key token of the row under the mouse; nothing: the mouse left.
    void keyHovered(std::optional<std::size_t> key);
    void keyChosen(std::size_t key);

private:
    [[nodiscard]] std::optional<std::size_t> keyOf(int list_row) const;

    QLabel* title_ = nullptr;
    BarList* list_ = nullptr;
    std::vector<std::size_t> keys_; ///< key token of each row shown
};

} // namespace headlight::ui
