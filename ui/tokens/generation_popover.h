// How the model chooses its words, in a small window that goes away by itself.
#pragma once

#include "ui/document/document.h"

#include <QFrame>

#include <utility>
#include <vector>

class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QSpinBox;

namespace headlight::ui {

/// Edits the document's generation settings; what does not count for the chosen way is not shown.
class GenerationPopover : public QFrame {
    Q_OBJECT
public:
    /// `document` must outlive it.
    explicit GenerationPopover(Document* document, QWidget* parent = nullptr);

    void openBelow(QWidget* anchor);
    [[nodiscard]] QComboBox* strategyBox() const { return strategy_; }
    [[nodiscard]] QDoubleSpinBox* temperatureBox() const { return temperature_; }
    [[nodiscard]] QSpinBox* seedBox() const { return seed_; }

private:
    void build();
    QLabel* addRow(QGridLayout* grid, const QString& name, QWidget* control, const QString& tool_tip);
    void showSettings(const GenerationSettings& settings);
    void apply();
    void arrange(const GenerationSettings& settings);

    Document* document_;
    QComboBox* strategy_ = nullptr;
    QLabel* meaning_ = nullptr;
    QSpinBox* tokens_ = nullptr;
    QSpinBox* beams_ = nullptr;
    QDoubleSpinBox* temperature_ = nullptr;
    QSpinBox* top_k_ = nullptr;
    QDoubleSpinBox* top_p_ = nullptr;
    QDoubleSpinBox* min_p_ = nullptr;
    QDoubleSpinBox* penalty_ = nullptr;
    QSpinBox* seed_ = nullptr;
    std::vector<std::pair<QWidget*, QLabel*>> rows_;
    bool showing_ = false; ///< the controls are being set, nobody uses them
};

} // namespace headlight::ui
