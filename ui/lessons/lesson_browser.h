// The lessons there are, how far one got in each, and one's own.
#pragma once

#include "core/lessons/lesson_files.h"
#include "ui/jobs/job_runner.h"

#include <QWidget>

#include <memory>
#include <vector>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace headlight::ui {

class LessonBrowser : public QWidget {
    Q_OBJECT
public:
    explicit LessonBrowser(QWidget* parent = nullptr);

    /// Reads the folders again and shows progress as it is now.
    void refresh();
    /// Reads a file of any place and starts it; one that is no lesson is shown with line and reason.
    void openFile(const QString& path);
    [[nodiscard]] const std::vector<std::shared_ptr<const Lesson>>& lessons() const { return lessons_; }
    [[nodiscard]] QLabel* problem() const { return problem_; }
    [[nodiscard]] bool reading() const { return runner_.running(); }

public slots:
    void chooseFile();

signals:
    void lessonChosen(const std::shared_ptr<const headlight::Lesson>& lesson);
    void refreshed();

private:
    void show(const std::vector<LessonListing>& listings);
    [[nodiscard]] QWidget* lessonCard(const std::shared_ptr<const Lesson>& lesson, int number);
    [[nodiscard]] QWidget* problemCard(const LessonListing& listing);
    void say(const Error& error);

    JobRunner runner_;
    JobRunner open_runner_;
    std::vector<std::shared_ptr<const Lesson>> lessons_;
    QVBoxLayout* list_ = nullptr;
    QLabel* problem_ = nullptr;
};

} // namespace headlight::ui
