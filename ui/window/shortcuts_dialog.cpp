#include "ui/window/shortcuts_dialog.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

#include <array>
#include <utility>

namespace headlight::ui {

namespace {

constexpr auto kShortcuts = std::to_array<std::pair<const char*, const char*>>({
    {"Ctrl+L", "write the text"},
    {"Ctrl+O  Ctrl+Shift+O", "open a session or a model, a model's folder"},
    {"Ctrl+S  Ctrl+Shift+S", "save the session, under another name"},
    {"Ctrl+Z  Ctrl+Shift+Z", "undo, redo"},
    {"Ctrl+M", "choose a model"},
    {"1  2  3", "encoder, decoder, cross attention"},
    {"[  ]", "previous, next head"},
    {"arrows in the heads", "neighbouring head; with Shift several"},
    {"Ctrl+click, Shift+click", "one more head, all heads up to there"},
    {"double click, Enter", "the heatmap of a head"},
    {"arrows in the heatmap", "neighbouring cell"},
    {"arrows in the chips", "neighbouring token; with Shift the key"},
    {"Return, H, Delete on a cell of Change", "edit its score, hide its key, take back"},
    {"right click on a cell or a chip", "what can be changed there"},
    {"Left  Right  Home  End  Space", "in steps and timeline: go through them, play"},
    {"Alt+Left  Alt+Right", "previous, next decoder step"},
    {"Ctrl+Return", "continue the text; with Shift by one token"},
    {"wheel, drag", "zoom, pan"},
    {"F", "fit the whole map"},
    {"Escape", "let go of the cell, dismiss a message"},
    {"E or Ctrl+E", "export the picture or its numbers"},
    {"Ctrl+T", "the picture as a table"},
    {"Enter, Esc in the numbers", "where a number comes from, and back"},
    {"Ctrl+.", "stop what runs"},
    {"Ctrl+=  Ctrl+-  Ctrl+0", "larger, smaller, normal text"},
    {"F5", "present: larger text, panels folded"},
    {"F7  F8", "fold the left, the right panel"},
    {"Ctrl+Shift+T", "light or dark"},
    {"Tab", "next control"},
    {"F1", "this list"},
});

} // namespace

ShortcutsDialog::ShortcutsDialog(QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Keyboard and mouse"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(24, 20, 24, 16);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(5);
    int line = 0;
    for (const auto& [keys, meaning] : kShortcuts) {
        auto* key_label = new QLabel(QString::fromUtf8(keys));
        auto* meaning_label = new QLabel(tr(meaning));
        key_label->setProperty("role", "keys");
        grid->addWidget(key_label, line, 0);
        grid->addWidget(meaning_label, line, 1);
        ++line;
    }
    auto* close = new QPushButton(tr("Close"));
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    grid->addWidget(close, line, 1, Qt::AlignRight);
}

} // namespace headlight::ui
