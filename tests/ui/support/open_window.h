// The whole window on a model that has run a text, for tests of its pages.
#pragma once

#include "tests/ui/support/open_document.h"
#include "tests/ui/support/own_settings.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/main_window.h"
#include "ui/window/view_pane.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QWindow>

#include <memory>

namespace headlight::ui::test {

/// Settings of its own; the window has the keyboard.
class OpenWindow {
public:
    OpenWindow() {
        useSettingsIn(settings_, QStringLiteral("HeadlightPagesTest"));
        window_.resize(1280, 860);
        window_.show();
        window_.activateWindow(); // an X server without a window manager gives nobody the keyboard
    }

    /// Whether the window is active and the model ran the text.
    bool run(const QString& model, const QString& text) {
        if (!QTest::qWaitForWindowExposed(&window_) || !QTest::qWaitForWindowActive(&window_))
            return false;
        window_.start(model, text);
        return QTest::qWaitFor([&] { return hasRun(text); }, kPatience);
    }
    bool hasRun(const QString& text) {
        Document* const document = window_.document();
        return document->snapshot() && document->snapshot()->request.text == text &&
               document->snapshot()->request.model == document->model() && document->settled();
    }
    /// As from a person who has the window before her: to whoever has the keyboard.
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(window_.windowHandle(), key, modifiers);
    }
    void show(const QWidget* view) { window_.viewPane()->showView(view); }
    /// Whether the page came up with tables behind it.
    bool showWithTables(auto* pane) {
        show(pane);
        return QTest::qWaitFor([&] { return pane->isVisible() && !pane->tables().all.empty(); }, kPatience);
    }
    [[nodiscard]] const QWidget* shown() const {
        return window_.viewPane()->page(window_.viewPane()->currentPage()).view;
    }

    [[nodiscard]] ThemeController& themes() { return themes_; }
    MainWindow* operator->() { return &window_; }
    MainWindow& operator*() { return window_; }

private:
    QTemporaryDir settings_;
    ThemeController themes_;
    MainWindow window_{&themes_};
};

} // namespace headlight::ui::test
