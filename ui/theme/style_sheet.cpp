// The application's style sheet: one template, filled with the theme's colours and the current text sizes.
#include "ui/theme/theme.h"

#include <utility>

namespace headlight::ui {

namespace {

const char* const kTemplate = R"(
* { font-size: @body; }
QMainWindow, QDialog { background: @window; }
QToolTip { color: @text; background: @card; border: 1px solid @hairline; padding: 6px; font-size: @caption; }

QLabel { background: transparent; }
QLabel[role="caption"] { color: @muted; font-size: @caption; }
QLabel[role="section"] { color: @muted; font-size: @caption; font-weight: 600; }
QLabel[role="title"] { font-size: @title; font-weight: 600; }
QLabel[role="error"] { color: @error; font-size: @title; font-weight: 600; }
QLabel[role="problem"] { color: @error; font-size: @caption; }

QPushButton, QToolButton { background: @chip; color: @text; border: 1px solid transparent; border-radius: 7px; padding: 4px 10px; }
QPushButton:hover, QToolButton:hover { border-color: @hairline; background: @chipHover; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked { background: @chipPressed; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QPushButton:disabled, QToolButton:disabled { color: @disabled; }
QPushButton[flat="true"], QToolButton[flat="true"] { background: transparent; }
QPushButton[role="link"] { background: transparent; color: @muted; padding: 2px 4px; font-size: @caption; }
QPushButton[role="link"]:hover { color: @text; border-color: transparent; }
QPushButton[role="link"]:focus { border-color: @accent; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }
QPushButton:default { background: @accent; color: @onAccent; }

QFrame[role="card"] { background: @card; border: 1px solid @hairline; border-radius: 8px; }
QFrame[role="bar"] { background: @window; border: none; border-bottom: 1px solid @hairline; }
QFrame[role="footer"] { background: @window; border: none; border-top: 1px solid @hairline; }
QFrame[role="left"] { background: @window; border: none; }
QFrame[role="right"] { background: @window; border: none; }
QFrame[role="canvas"] { background: @canvas; border: none; }
QFrame[role="rule"] { background: @hairline; border: none; }
QLabel[role="preview"] { border: 1px solid @hairline; border-radius: 6px; }
QLabel[role="keys"] { font-weight: 600; }
QFrame[role="message"] { background: @card; border: 1px solid @error; border-radius: 8px; margin: 8px 16px; }
QFrame[role="question"] { background: @card; border: 1px solid @accent; border-radius: 8px; margin: 8px 16px; }
QFrame[role="notice"] { background: @chip; border: 1px solid @hairline; border-radius: 8px; }
QFrame[role="segments"] { background: @chip; border-radius: 8px; }
QPushButton[role="segment"] { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px 6px; color: @muted; }
QPushButton[role="segment"]:hover { color: @text; }
QPushButton[role="segment"]:checked { background: @window; color: @text; font-weight: 600; border-color: @hairline; }
QPushButton[role="segment"]:focus { border-color: @accent; }
QPushButton[role="segment"]:disabled { color: @disabled; }

QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: @card; border: 1px solid @hairline; border-radius: 6px;
    padding: 4px 6px; selection-background-color: @accent; selection-color: @onAccent; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @accent; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(@down); width: 12px; height: 12px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView { background: @card; border: 1px solid @hairline; outline: none; padding: 4px; selection-background-color: @chip; selection-color: @text; }
QComboBox QAbstractItemView::item { padding: 4px 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: @chip; color: @text; }
QLineEdit[role="inline"] { background: transparent; border: none; border-bottom: 1px solid @hairline; border-radius: 0; padding: 2px 0 4px 0; }
QLineEdit[role="inline"]:focus { border-bottom-color: @accent; }

QMenu { background: @card; border: 1px solid @hairline; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 5px 18px 5px 12px; border-radius: 5px; }
QMenu::item:selected { background: @chip; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @hairline; margin: 5px 6px; }

QTabBar { background: transparent; border: none; }
QTabBar::tab { background: transparent; color: @muted; border: none; border-bottom: 2px solid transparent; padding: 7px 2px 9px 2px; margin-right: 18px; }
QTabBar::scroller { width: 44px; }
QTabBar QToolButton { background: @canvas; border: 1px solid @hairline; border-radius: 6px; padding: 0; }
QTabBar QToolButton::left-arrow { image: url(@left); width: 12px; height: 12px; }
QTabBar QToolButton::right-arrow { image: url(@right); width: 12px; height: 12px; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; font-weight: 600; }

QProgressBar { background: @chip; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }

QTableView { background: @window; border: none; selection-background-color: @chip; selection-color: @text; }
QHeaderView { background: @window; border: none; }
QHeaderView::section { background: @window; color: @muted; border: none; border-bottom: 1px solid @hairline; padding: 4px 4px; font-size: @caption; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider { background: transparent; border: none; }
QSlider::groove:horizontal { border: none; height: 4px; background: @hairline; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: @accent; border: 1px solid @card; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { border: 2px solid @text; width: 12px; height: 12px; }

QCheckBox { spacing: 8px; background: transparent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @scroll; border-radius: 4px; background: @card; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QCheckBox:disabled { color: @disabled; }
QSplitter::handle { background: @hairline; }
)";

QString points(TextRole role) { return QString::number(themeFont(role).pointSizeF(), 'f', 2) + "pt"; }

QColor mix(const QColor& from, const QColor& to, double share) {
    const auto channel = [share](int a, int b) { return static_cast<int>(a + (b - a) * share + 0.5); };
    return QColor(channel(from.red(), to.red()), channel(from.green(), to.green()), channel(from.blue(), to.blue()));
}

/// A picture of ours in light or dark ink.
QString icon(const char* name, bool light) {
    return QStringLiteral(":/headlight/theme/%1-%2.svg").arg(QLatin1String(name), QLatin1String(light ? "light" : "dark"));
}

} // namespace

QString styleSheet(const Theme& theme) {
    // Longer names first: "@chipHover" must not be taken for "@chip".
    const std::pair<const char*, QString> values[] = {
        {"@check", icon("check", readableOn(theme.accent).lightnessF() > 0.5f)},
        {"@down", icon("down", theme.dark)},
        {"@left", icon("left", theme.dark)},
        {"@right", icon("right", theme.dark)},
        {"@chipHover", mix(theme.chip, theme.text, 0.05).name()},
        {"@chipPressed", mix(theme.chip, theme.text, 0.12).name()},
        {"@chip", theme.chip.name()},
        {"@caption", points(TextRole::Caption)},
        {"@title", points(TextRole::Title)},
        {"@body", points(TextRole::Body)},
        {"@text", theme.text.name()},
        {"@window", theme.window.name()},
        {"@canvas", theme.canvas.name()},
        {"@card", theme.card.name()},
        {"@hairline", theme.hairline.name()},
        {"@muted", theme.text_muted.name()},
        {"@onAccent", readableOn(theme.accent).name()},
        {"@accent", theme.accent.name()},
        {"@error", theme.error.name()},
        {"@disabled", mix(theme.text_muted, theme.window, 0.35).name()},
        {"@scroll", mix(theme.hairline, theme.text_muted, 0.35).name()},
    };
    QString sheet = QString::fromLatin1(kTemplate);
    for (const auto& [name, value] : values)
        sheet.replace(QLatin1String(name), value);
    return sheet;
}

} // namespace headlight::ui
