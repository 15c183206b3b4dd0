// Which theme the application wears: the system's, or the one the user asked for, and how large its text is.
#pragma once

#include "ui/theme/theme.h"

#include <QFont>
#include <QObject>
#include <QPointer>
#include <QWidget>

#include <optional>
#include <vector>

namespace headlight::ui {

/// Dresses the whole application; one lives in the program (and in a test that looks at pictures).
/// Follows the system's palette at once while nobody has asked for a theme.
class ThemeController : public QObject {
    Q_OBJECT
public:
    enum class Mode { System, Light, Dark };

    explicit ThemeController(QObject* parent = nullptr);

    /// Takes up theme and text size of the time before, and keeps every change from now on in the user's settings.
    void remember();

    [[nodiscard]] const Theme& theme() const { return *theme_; }
    [[nodiscard]] Mode mode() const { return mode_; }
    void setMode(Mode mode);
    /// Light becomes dark and the other way round; stays so until the mode is `System` again.
    void toggle();

    /// Text size relative to the system's, 0.7 to 2.5; while presenting, that of presenting.
    [[nodiscard]] double scale() const { return presenting_scale_.value_or(scale_); }
    void setScale(double scale);
    /// Large text for a projector; the size before comes back, and only that one is remembered.
    void setPresenting(bool presenting);

signals:
    void themeChanged(); ///< all widgets wear it

protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void apply();
    enum class Step { None, Repaint, Dress };
    void undress(const QFont& font);
    void goOn(Step step);
    void repaint();
    void dress();
    static void dressLate(QWidget* widget);
    void save() const;
    [[nodiscard]] static bool systemIsDark();

    Mode mode_ = Mode::System;
    const Theme* theme_;
    double scale_ = 1.0;
    std::optional<double> presenting_scale_;
    bool remembers_ = false;
    double base_points_ = 10.0;
    bool applying_ = false;
    QFont font_;
    Step step_ = Step::None;                 ///< what the next event does
    std::vector<QPointer<QWidget>> waiting_; ///< windows that are not painted until then
};

} // namespace headlight::ui
