// Which heads are shown: by role, by a range of one measure, by layer.
#pragma once

#include "ui/heads/head_overview.h"

#include <QFrame>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace headlight::ui {

class RangeHistogram;

/// A popup; every change takes effect at once.
class HeadFilterPanel : public QFrame {
    Q_OBJECT
public:
    /// `overview` must outlive the panel.
    explicit HeadFilterPanel(HeadOverview* overview, QWidget* parent = nullptr);

    [[nodiscard]] QCheckBox* roleBox(HeadRole role) const;
    [[nodiscard]] QComboBox* measureBox() const { return measure_; }
    [[nodiscard]] RangeHistogram* histogram() const { return histogram_; }
    [[nodiscard]] QSpinBox* firstLayer() const { return first_layer_; }
    [[nodiscard]] QSpinBox* lastLayer() const { return last_layer_; }
    [[nodiscard]] QPushButton* resetButton() const { return reset_; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    void buildRoles();
    void followKind();  ///< other roles and measures
    void followOrder(); ///< what is chosen
    void followTable();
    void fit(); ///< counts and values
    void apply();

    HeadOverview* overview_;
    std::optional<AttentionKind> kind_; ///< whose roles and measures are offered
    QVBoxLayout* roles_ = nullptr;
    std::vector<std::pair<HeadRole, QCheckBox*>> role_boxes_;
    QComboBox* measure_ = nullptr;
    RangeHistogram* histogram_ = nullptr;
    QLabel* explanation_ = nullptr;
    QSpinBox* first_layer_ = nullptr;
    QSpinBox* last_layer_ = nullptr;
    QLabel* count_ = nullptr;
    QPushButton* reset_ = nullptr;
    bool following_ = false;
};

} // namespace headlight::ui
