// The sliders and choices of each page of positions; those of other pages are hidden.
#pragma once

#include "ui/positions/position_settings.h"

#include <QWidget>

#include <functional>
#include <vector>

class QCheckBox;
class QComboBox;

namespace headlight::ui {

class ParameterSlider;

class PositionControls : public QWidget {
    Q_OBJECT
public:
    explicit PositionControls(QWidget* parent = nullptr);

    void setSettings(const PositionSettings& settings);
    [[nodiscard]] const PositionSettings& settings() const { return settings_; }
    /// Whether there are two stacks to choose from.
    void offerStacks(bool both);
    [[nodiscard]] ParameterSlider* slider(const QString& object_name) const;

signals:
    /// A person changed one.
    void settingsChanged(const headlight::ui::PositionSettings& settings);

private:
    void addSlider(const QString& key, ParameterSlider* slider, std::vector<PositionPage> pages,
                   double PositionSettings::*field);
    void addSlider(const QString& key, ParameterSlider* slider, std::vector<PositionPage> pages,
                   int PositionSettings::*field);
    void addChoices();
    void addSliders();
    void changed();
    void follow();

    /// A control, the pages it is for, and how it takes its value.
    struct Control {
        QWidget* widget = nullptr;
        std::vector<PositionPage> pages;
        std::function<void()> show;
        bool of_scaling = false;
    };
    PositionSettings settings_;
    std::vector<Control> controls_;
    QComboBox* stack_ = nullptr;
    QComboBox* layout_ = nullptr;
    QComboBox* scaling_ = nullptr;
    QCheckBox* bidirectional_ = nullptr;
    ParameterSlider* position_ = nullptr;
    bool both_stacks_ = false;
};

} // namespace headlight::ui
