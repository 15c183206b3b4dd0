// The sliders, the draws and the search of the softmax view.
#pragma once

#include "ui/softmax/softmax_settings.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;
class QPushButton;

namespace headlight::ui {

class ParameterSlider;

class SoftmaxControls : public QWidget {
    Q_OBJECT
public:
    explicit SoftmaxControls(QWidget* parent = nullptr);

    void setSettings(const SoftmaxSettings& settings);
    [[nodiscard]] const SoftmaxSettings& settings() const { return settings_; }
    [[nodiscard]] ParameterSlider* temperature() const { return temperature_; }
    [[nodiscard]] ParameterSlider* topK() const { return top_k_; }
    [[nodiscard]] QPushButton* drawOnce() const { return draw_once_; }
    [[nodiscard]] QPushButton* drawMany() const { return draw_many_; }
    [[nodiscard]] QPushButton* resetButton() const { return reset_; }
    [[nodiscard]] QLineEdit* search() const { return search_; }

signals:
    /// A person changed something.
    void settingsChanged(const headlight::ui::SoftmaxSettings& settings);

private:
    void buildSliders();
    void buildButtons();
    void changed();
    void follow();
    void draw(int n_draws);

    SoftmaxSettings settings_;
    ParameterSlider* temperature_ = nullptr;
    ParameterSlider* top_k_ = nullptr;
    ParameterSlider* top_p_ = nullptr;
    ParameterSlider* min_p_ = nullptr;
    ParameterSlider* seed_ = nullptr;
    QPushButton* draw_once_ = nullptr;
    QPushButton* draw_many_ = nullptr;
    QPushButton* reset_ = nullptr;
    QLineEdit* search_ = nullptr;
    QTimer typing_;
};

} // namespace headlight::ui
