// One change of the list: what it is, its value to drag or type, and a way to take it back.
#pragma once

#include "ui/changes/change_set.h"

#include <QFrame>

class QCheckBox;
class QLabel;
class QSpinBox;
class QToolButton;

namespace headlight::ui {

class ParameterSlider;

class ChangeRow : public QFrame {
    Q_OBJECT
public:
    /// `item` says of which kind the row is; it stays of that kind.
    ChangeRow(const ChangeSet::Item& item, const SnapshotPtr& snapshot, QWidget* parent = nullptr);

    /// Shows another value or place of the same kind.
    void show(const ChangeSet::Item& item, const SnapshotPtr& snapshot);
    /// Whether show() can take it: the same kind of change with the same controls.
    [[nodiscard]] bool suits(const ChangeSet::Item& item) const {
        return item.change.index() == change_.index();
    }
    /// Puts the keyboard where the value is.
    void focusValue();

    [[nodiscard]] ParameterSlider* slider() const { return slider_; }
    [[nodiscard]] QSpinBox* placeField() const { return place_; }
    [[nodiscard]] QSpinBox* otherField() const { return other_; }
    [[nodiscard]] QCheckBox* box() const { return box_; }
    [[nodiscard]] QToolButton* removeButton() const { return remove_; }
    [[nodiscard]] QLabel* problemLabel() const { return problem_; }
    [[nodiscard]] QLabel* text() const { return text_; }

signals:
    void edited(const headlight::Change& change);
    void removed();

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildControl(const RunSnapshot* snapshot);
    void buildSlider(const RunSnapshot* snapshot);
    QSpinBox* addField(const QString& name, const QString& tool_tip);
    void addBox(const QString& text, const QString& tool_tip);
    void showValues();
    void showText();
    void take(const Change& change);

    Change change_;
    SnapshotPtr snapshot_;
    QLabel* text_ = nullptr;
    QLabel* was_ = nullptr; ///< null without a number
    QLabel* problem_ = nullptr;
    QWidget* control_ = nullptr;
    QToolButton* remove_ = nullptr;
    ParameterSlider* slider_ = nullptr;
    QSpinBox* place_ = nullptr;
    QSpinBox* other_ = nullptr;
    QCheckBox* box_ = nullptr;
};

} // namespace headlight::ui
