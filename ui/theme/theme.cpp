#include "ui/theme/theme.h"

#include <QApplication>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

/// Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white).
double luminance(const QColor& colour) {
    const auto linear = [](double channel) {
        return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

double sizeFactor(TextRole role) {
    switch (role) {
    case TextRole::Caption: return 0.86;
    case TextRole::Body: return 1.0;
    case TextRole::Title: return 1.16;
    }
    return 1.0;
}

} // namespace

const Theme& Theme::light() {
    static const Theme theme{
        .dark = false,
        .window = QColor("#ffffff"),
        .canvas = QColor("#f6f7f9"),
        .card = QColor("#ffffff"),
        .chip = QColor("#eef1f6"),
        .hairline = QColor("#e2e5ea"),
        .text = QColor("#1a1d23"),
        .text_muted = QColor("#626a78"),
        .query = QColor("#3b5bdb"),
        .key = QColor("#c2410c"),
        .accent = QColor("#3b5bdb"),
        .error = QColor("#b42318"),
        .masked = QColor("#eceef2"),
        .positive = QColor("#3b5bdb"),
        .negative = QColor("#e8590c"),
    };
    return theme;
}

const Theme& Theme::darkTheme() {
    static const Theme theme{
        .dark = true,
        .window = QColor("#1b1f26"),
        .canvas = QColor("#14171c"),
        .card = QColor("#1b1f26"),
        .chip = QColor("#252b35"),
        .hairline = QColor("#323945"),
        .text = QColor("#e8eaee"),
        .text_muted = QColor("#9aa3b2"),
        .query = QColor("#7c9cff"),
        .key = QColor("#ffa94d"),
        .accent = QColor("#7c9cff"),
        .error = QColor("#ff8a80"),
        .masked = QColor("#20252d"),
        .positive = QColor("#7c9cff"),
        .negative = QColor("#ffa94d"),
    };
    return theme;
}

const Theme& themeOf(const QPalette& palette) {
    QColor window = palette.color(QPalette::Active, QPalette::Window);
    if (window.alpha() == 0) // a style sheet makes some widgets transparent, which tells nothing
        window = QGuiApplication::palette().color(QPalette::Active, QPalette::Window);
    return luminance(window) < 0.4 ? Theme::darkTheme() : Theme::light();
}

QPalette themePalette(const Theme& theme) {
    QPalette palette;
    palette.setColor(QPalette::Window, theme.window);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.card);
    palette.setColor(QPalette::AlternateBase, theme.canvas);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.text_muted);
    palette.setColor(QPalette::Button, theme.chip);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::BrightText, theme.error);
    palette.setColor(QPalette::Highlight, theme.accent);
    palette.setColor(QPalette::HighlightedText, readableOn(theme.accent));
    palette.setColor(QPalette::Link, theme.accent);
    palette.setColor(QPalette::ToolTipBase, theme.card);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Light, theme.chip);
    palette.setColor(QPalette::Midlight, theme.chip);
    palette.setColor(QPalette::Mid, theme.hairline);
    palette.setColor(QPalette::Dark, theme.hairline);
    palette.setColor(QPalette::Shadow, theme.hairline);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, theme.text_muted);
    return palette;
}

QFont themeFont(TextRole role, bool strong) {
    QFont font = QApplication::font();
    const double base = font.pointSizeF() > 0 ? font.pointSizeF() : 10.0;
    font.setPointSizeF(base * sizeFactor(role));
    font.setWeight(strong ? QFont::DemiBold : QFont::Normal);
    return font;
}

QColor readableOn(const QColor& background) {
    // Whichever of the two has the larger WCAG contrast ratio.
    const QColor dark("#14171c");
    const QColor light("#ffffff");
    const double ground = luminance(background);
    const double against_dark = (ground + 0.05) / (luminance(dark) + 0.05);
    const double against_light = (luminance(light) + 0.05) / (ground + 0.05);
    return against_dark >= against_light ? dark : light;
}

} // namespace headlight::ui
