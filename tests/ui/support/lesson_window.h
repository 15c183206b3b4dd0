// The window in which a lesson is played, with a sentence of one's own before it.
#pragma once

#include "core/lessons/lesson_files.h"
#include "core/lessons/lesson_reader.h"
#include "tests/ui/support/own_settings.h"
#include "ui/lessons/choice_button.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/lessons/question_view.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/lesson_wiring.h"
#include "ui/window/main_window.h"

#include <QLineEdit>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <memory>

namespace headlight::ui::test {

inline constexpr int kPatience = 60000;
inline const QString kOwn = QStringLiteral("My brother has a big white house.");

inline std::filesystem::path lessonFile(const QString& name) {
    return std::filesystem::path(HEADLIGHT_RESOURCES_DIR "/lessons") / name.toStdString();
}

inline QStringList bundledLessons() {
    QStringList names;
    for (const LessonListing& listing : lessonsIn(HEADLIGHT_RESOURCES_DIR "/lessons", true))
        names << QString::fromStdString(listing.file.filename().string());
    return names;
}

/// What tests of lessons are made of: a window a test function, with settings and lessons of its own.
class LessonRoom {
protected:
    LessonRoom() = default;

    void useOwnSettings();
    void openFirstWindow();
    void closeWindow();
    [[nodiscard]] LessonPlayer* player() const { return window_->lessons()->player(); }
    [[nodiscard]] LessonPanel* panel() const { return window_->lessons()->panel(); }
    void openWindow();
    void start(const QString& name, std::size_t step = 0);
    void waitForStep();
    /// Answers the step's question as it should be.
    void answerRight();

    QTemporaryDir settings_;
    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
};

inline void LessonRoom::useOwnSettings() {
    useSettingsIn(settings_, QStringLiteral("HeadlightLessons"));
    qputenv("XDG_DATA_HOME", settings_.path().toUtf8());
}

inline void LessonRoom::openFirstWindow() {
    QSettings().clear();
    openWindow();
}

inline void LessonRoom::closeWindow() {
    window_.reset();
    themes_.reset();
}

inline void LessonRoom::openWindow() {
    window_.reset();
    themes_ = std::make_unique<ThemeController>();
    window_ = std::make_unique<MainWindow>(themes_.get());
    window_->resize(1280, 800);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    window_->start(QStringLiteral("en-fr"), kOwn);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() && window_->document()->settled(), kPatience);
}

inline void LessonRoom::start(const QString& name, std::size_t step) {
    Result<Lesson> lesson = readLessonFile(lessonFile(name));
    QVERIFY2(lesson.ok(), lesson.ok() ? "" : lesson.error().message().c_str());
    player()->start(std::make_shared<const Lesson>(std::move(*lesson)), step);
    waitForStep();
}

inline void LessonRoom::waitForStep() {
    QTRY_VERIFY_WITH_TIMEOUT(player()->ready(), kPatience);
}

inline void LessonRoom::answerRight() {
    QuestionView* const view = panel()->question();
    const FilledQuestion& question = *player()->filled()->question;
    for (std::size_t i = 0; i < view->choices().size(); ++i)
        if (question.choices[i].right) {
            QTest::mouseClick(view->choices()[i], Qt::LeftButton);
            QVERIFY(view->answered());
            QCOMPARE(view->choices()[i]->mark(), ChoiceButton::Mark::Right);
            return;
        }
    view->field()->setText(QString::fromStdString(valueText(*question.answer)));
    view->checkField();
    QVERIFY2(view->answered(), qPrintable(view->field()->text()));
}

} // namespace headlight::ui::test
