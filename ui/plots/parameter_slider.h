// A named number one drags or types: "temperature ———o—— 0.70".
#pragma once

#include <QWidget>

class QDoubleSpinBox;
class QSlider;

namespace headlight::ui {

class ParameterSlider : public QWidget {
    Q_OBJECT
public:
    struct Range {
        double least = 0.0;
        double most = 1.0;
        int decimals = 0;
        bool logarithmic = false; ///< the slider's steps multiply; `least` above 0
        double step = 1.0;        ///< of the field and, unless logarithmic, of the slider
    };
    ParameterSlider(const QString& name, const QString& tool_tip, const Range& range,
                    QWidget* parent = nullptr);

    [[nodiscard]] double value() const;
    /// Clamped; tells nobody.
    void setValue(double value);
    /// A lower end than the range's own, while another parameter allows no more; the number is clamped and nobody told.
    void setMost(double most);
    /// What the field says instead of its lowest number ("off").
    void setLowestText(const QString& text);
    /// What a screen reader says, where no name stands beside the slider.
    void setSpokenName(const QString& name);
    [[nodiscard]] QSlider* slider() const { return slider_; }
    /// The keyboard goes to the number, which the next digit replaces.
    void focusField();

signals:
    /// A person changed it.
    void valueChanged(double value);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fitField();
    [[nodiscard]] int toSlider(double value) const;
    [[nodiscard]] double fromSlider(int position) const;

    Range range_;
    QSlider* slider_ = nullptr;
    QDoubleSpinBox* field_ = nullptr;
};

} // namespace headlight::ui
