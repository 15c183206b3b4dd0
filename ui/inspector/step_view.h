// One number and where it comes from: a trail of steps, the formula, the F32 value beside the one in double
// precision, and a table of operands that open in its place.
#pragma once

#include "ui/inspector/step_texts.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QTableView;

namespace headlight::ui {

class FormulaView;
class StepModel;

class StepView : public QFrame {
    Q_OBJECT
public:
    explicit StepView(QWidget* parent = nullptr);

    /// Begins a new trail at `id`; stepRequested follows.
    void begin(const NodeId& id, const StepContext& context);
    /// Goes on to an operand of the step shown.
    void open(const NodeId& id);
    /// Moves the whole trail to another pair of tokens.
    void moveTo(std::size_t query, std::size_t key, const StepContext& context);
    void clear();
    [[nodiscard]] bool isOpen() const { return !trail_.empty(); }
    [[nodiscard]] const std::vector<NodeId>& trail() const { return trail_; }
    [[nodiscard]] NodeId current() const { return trail_[position_]; }

    void showNode(const ProvenanceNode& node);
    void showError(const QString& message);
    void showProgress(const QString& what);

    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] FormulaView* formulas() const { return formulas_; }
    [[nodiscard]] QLabel* numbers() const { return numbers_; }
    [[nodiscard]] QPushButton* backButton() const { return back_; }
    [[nodiscard]] QPushButton* forwardButton() const { return forward_; }
    [[nodiscard]] QPushButton* copyButton() const { return copy_; }

public slots:
    /// One step back; at the beginning of the trail the view closes.
    void back();
    void forward();
    void close();

signals:
    void stepRequested(const headlight::NodeId& id);
    void closed();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    void goTo(std::size_t position);
    void showTrail();
    void copyNumber();
    void copyCells();
    void openCell(const QModelIndex& index);
    [[nodiscard]] QString numbersText(const ProvenanceNode& node) const;

    StepContext context_;
    std::vector<NodeId> trail_;
    std::size_t position_ = 0;
    StepModel* model_ = nullptr;
    QPushButton* back_ = nullptr;
    QPushButton* forward_ = nullptr;
    QPushButton* copy_ = nullptr;
    QLabel* trail_label_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* explanation_ = nullptr;
    FormulaView* formulas_ = nullptr;
    QLabel* numbers_ = nullptr;
    QLabel* remarks_ = nullptr;
    QTableView* table_ = nullptr;
};

} // namespace headlight::ui
