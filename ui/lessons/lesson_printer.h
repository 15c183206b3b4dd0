// Collects what a lesson's PDF holds: goes through the steps in the window, takes each page's figure of the
// sentence on the screen, and comes back.
#pragma once

#include "ui/export/figure_subject.h"
#include "ui/lessons/lesson_pdf.h"
#include "ui/lessons/lesson_player.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>

namespace headlight::ui {

class LessonPrinter : public QObject {
    Q_OBJECT
public:
    /// `figures` gives what the page in sight exports, most obvious first; empty while it has nothing yet.
    LessonPrinter(LessonPlayer* player, std::function<std::vector<FigureSubject>()> figures,
                  QObject* parent = nullptr);

    /// Of the lesson that is played. Leaving it or starting another ends it without a file.
    void print(const QString& path);
    [[nodiscard]] bool running() const { return path_.has_value(); }
    /// What was collected for the last PDF.
    [[nodiscard]] const PrintedLesson& collected() const { return printed_; }

signals:
    void progressed(const QString& what);
    void finished(const headlight::Result<void>& result, const QString& path);

private:
    void look();
    void take();
    void write();
    void end(const Result<void>& result);

    LessonPlayer* player_;
    std::function<std::vector<FigureSubject>()> figures_;
    JobRunner runner_;
    QTimer timer_;
    QElapsedTimer since_ready_;
    QElapsedTimer since_step_;
    std::optional<QString> path_;
    std::shared_ptr<const Lesson> lesson_;
    std::size_t came_from_ = 0;
    std::size_t next_ = 0;
    PrintedLesson printed_;
};

} // namespace headlight::ui
