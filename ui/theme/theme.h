// One small set of named colours and sizes per theme; every widget and every painter takes them from here.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>

namespace headlight::ui {

/// Colours by meaning. `query` and `key` carry meaning everywhere and are used for nothing else.
struct Theme {
    bool dark = false;
    QColor window;         ///< panels, top bar
    QColor canvas;         ///< behind the main view
    QColor card;           ///< cards and inputs on panels
    QColor chip;           ///< token chips, quiet buttons
    QColor hairline;       ///< borders
    QColor text;
    QColor text_muted;     ///< captions; still WCAG AA on window and canvas
    QColor query;          ///< blue: who looks
    QColor key;            ///< orange: who is looked at
    QColor accent;         ///< selected tab, focus ring
    QColor error;
    QColor masked;         ///< cells a mask hides (with a hatch in `hairline`)
    QColor positive;       ///< signed numbers: blue end
    QColor negative;       ///< signed numbers: orange end

    static const Theme& light();
    static const Theme& darkTheme();
};

/// The theme a palette belongs to, by the luminance of its window colour: a widget asks `themeOf(palette())`.
[[nodiscard]] const Theme& themeOf(const QPalette& palette);
/// The palette that makes `themeOf` answer with this theme, for the application.
[[nodiscard]] QPalette themePalette(const Theme& theme);

/// Three sizes, two weights. Sizes in points, relative to the application's font, so that one call scales everything.
enum class TextRole { Caption, Body, Title };
[[nodiscard]] QFont themeFont(TextRole role, bool strong = false);

/// The application's style sheet for a theme.
[[nodiscard]] QString styleSheet(const Theme& theme);

/// Dark or light text for a cell of this colour, by luminance.
[[nodiscard]] QColor readableOn(const QColor& background);

} // namespace headlight::ui
