#include "ui/window/lesson_wiring.h"

#include "ui/inspector/inspector_panel.h"
#include "ui/lessons/lesson_browser.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/lessons/lesson_printer.h"
#include "ui/theme/theme_controller.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/chip_button.h"
#include "ui/window/head_panel.h"
#include "ui/window/message_card.h"
#include "ui/window/panel_folds.h"
#include "ui/window/part_outline.h"
#include "ui/window/presenter.h"
#include "ui/window/status_line.h"
#include "ui/window/steps_pane.h"
#include "ui/window/top_bar.h"
#include "ui/window/view_pane.h"

#include <QFileDialog>
#include <QPushButton>
#include <QSplitter>
#include <QTabBar>

namespace headlight::ui {

namespace {

constexpr int kPanelWidth = 340;
constexpr int kLeastPanelWidth = 280;

} // namespace

LessonWiring::LessonWiring(const LessonParts& parts, const LessonStage& stage)
    : QObject(parts.window)
    , parts_(parts)
    , player_(stage)
    , panel_(new LessonPanel(&player_))
    , printer_(new LessonPrinter(&player_, [views = parts.views] {
        const ViewPage& page = views->page(views->currentPage());
        return page.figures ? page.figures() : std::vector<FigureSubject>{};
    }, this))
    , outline_(new PartOutline(parts.window)) {
    parts_.splitter->addWidget(panel_);
    panel_->hide();
    fitPanel();
    presenter_ = new Presenter(parts_.window, {[this] { return step(1); }, [this] { return step(-1); },
                                               [this] { parts_.top_bar->presentButton()->setChecked(false); }});
    connectParts();
}

LessonWiring::~LessonWiring() {
    delete presenter_; // all of them look at the player, and the window keeps them longer
    delete printer_;
    delete panel_;
    delete outline_;
}

void LessonWiring::connectParts() {
    connect(parts_.top_bar->lessonButton(), &QPushButton::toggled, this, &LessonWiring::setShown);
    connect(panel_, &LessonPanel::closeRequested, this, [this] { parts_.top_bar->lessonButton()->setChecked(false); });
    connect(panel_, &LessonPanel::printRequested, this, &LessonWiring::print);
    connect(&player_, &LessonPlayer::lessonChanged, this, [this] {
        presenter_->setStepping(player_.lesson() != nullptr);
        if (player_.lesson())
            parts_.top_bar->lessonButton()->setChecked(true);
        point();
    });
    connect(&player_, &LessonPlayer::stepChanged, this, &LessonWiring::point);
    connect(parts_.themes, &ThemeController::themeChanged, this, &LessonWiring::fitPanel);
    connect(printer_, &LessonPrinter::progressed, this, [this](const QString& what) { parts_.status_line->setHint(what); });
    connect(printer_, &LessonPrinter::finished, this, [this](const Result<void>& result, const QString& path) {
        if (result.ok())
            parts_.status_line->setHint(tr("The lesson is in %1").arg(path));
        else if (!result.error().cancelled())
            parts_.message_card->showError(tr("The lesson could not be written"), result.error());
    });
}

void LessonWiring::setShown(bool shown) {
    if (shown && !player_.lesson())
        panel_->browser()->refresh();
    if (shown && panel_->isHidden()) {
        QList<int> sizes = parts_.splitter->sizes();
        const int width = std::max(panel_->minimumWidth(), static_cast<int>(kPanelWidth * parts_.themes->scale()));
        inspector_width_ = sizes[2];
        sizes[1] = std::max(100, sizes[1] + sizes[2] - width);
        sizes[2] = 0;
        sizes[3] = width;
        panel_->show();
        parts_.folds->setRightTaken(true);
        parts_.splitter->setSizes(sizes);
    } else if (!shown) {
        const int freed = parts_.splitter->sizes().value(3);
        panel_->hide();
        parts_.folds->setRightTaken(false);
        bringInspectorBack(freed);
    }
    point();
}

/// The splitter holds for folded what it last gave no room to.
void LessonWiring::bringInspectorBack(int freed) {
    QList<int> sizes = parts_.splitter->sizes();
    if (parts_.inspector->isHidden() || sizes[2] > 0)
        return;
    const int width = std::max(parts_.inspector->minimumWidth(), inspector_width_);
    sizes[1] = std::max(100, sizes[1] + freed - width);
    sizes[2] = width;
    parts_.splitter->setSizes(sizes);
}

void LessonWiring::openFile(const QString& path) {
    parts_.top_bar->lessonButton()->setChecked(true);
    panel_->browser()->openFile(path);
}

void LessonWiring::setPresenting(bool presenting) {
    QWidget* const window = parts_.window;
    if (presenting && !presenter_->presenting()) {
        states_before_ = window->windowState();
        window->setWindowState(states_before_ | Qt::WindowFullScreen);
    } else if (!presenting && presenter_->presenting()) {
        window->setWindowState(states_before_);
    }
    presenter_->setPresenting(presenting);
    parts_.status_line->setVisible(!presenting);
    parts_.top_bar->setVisible(!presenting);
    if (presenting)
        window->setFocus(); // not the text: a remote control's keys would write into it
    point();
}

void LessonWiring::fitPanel() {
    panel_->setMinimumWidth(static_cast<int>(kLeastPanelWidth * std::min(1.6, parts_.themes->scale())));
}

/// Outlines the part the step speaks of.
void LessonWiring::point() {
    QWidget* part = nullptr;
    if (player_.lesson() && !panel_->isHidden()) {
        const std::string name = player_.currentStep().state.pointed_at.value_or("");
        const std::pair<const char*, QWidget*> parts[] = {{"model", parts_.top_bar->modelButton()}, {"text", parts_.text_panel}, {"heads", parts_.head_panel},
                                                          {"tabs", parts_.views->tabs()},           {"view", parts_.views},      {"numbers", parts_.inspector}};
        for (const auto& [known, widget] : parts)
            if (name == known)
                part = widget;
    }
    outline_->setPart(part);
}

/// A key of the remote control: the lesson, else the arithmetic's next step, else the next view.
bool LessonWiring::step(int by) {
    if (player_.lesson() && !panel_->isHidden()) {
        by > 0 ? player_.next() : player_.back();
        return true;
    }
    const ViewPage& page = parts_.views->page(parts_.views->currentPage());
    if (auto* steps = qobject_cast<StepsPane*>(page.view)) {
        steps->moveStep(by);
        return true;
    }
    by > 0 ? parts_.views->showNextPage() : parts_.views->showPreviousPage();
    return true;
}

void LessonWiring::print() {
    if (!player_.lesson() || printer_->running())
        return;
    const QString path = QFileDialog::getSaveFileName(parts_.window, tr("Lesson as PDF"), QString::fromStdString(player_.lesson()->id) + QStringLiteral(".pdf"),
                                                      tr("PDF (*.pdf)"));
    if (!path.isEmpty())
        printer_->print(path.endsWith(QStringLiteral(".pdf"), Qt::CaseInsensitive) ? path : path + QStringLiteral(".pdf"));
}

} // namespace headlight::ui
