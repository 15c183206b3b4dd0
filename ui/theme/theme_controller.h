// Which theme the application wears: the system's, or the one the user asked for, and how large its text is.
#pragma once

#include "ui/theme/theme.h"

#include <QObject>

namespace headlight::ui {

/// Dresses the whole application; one lives in the program (and in a test that looks at pictures).
/// Follows the system's palette at once while nobody has asked for a theme.
class ThemeController : public QObject {
    Q_OBJECT
public:
    enum class Mode { System, Light, Dark };

    explicit ThemeController(QObject* parent = nullptr);

    [[nodiscard]] const Theme& theme() const { return *theme_; }
    [[nodiscard]] Mode mode() const { return mode_; }
    void setMode(Mode mode);
    /// Light becomes dark and the other way round; stays so until the mode is `System` again.
    void toggle();

    /// Text size relative to the system's, 0.7 to 2.5.
    [[nodiscard]] double scale() const { return scale_; }
    void setScale(double scale);

signals:
    void themeChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void apply();
    [[nodiscard]] static bool systemIsDark();

    Mode mode_ = Mode::System;
    const Theme* theme_;
    double scale_ = 1.0;
    double base_points_ = 10.0;
    bool applying_ = false;
};

} // namespace headlight::ui
