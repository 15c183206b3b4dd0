// The bottom of the frame: what mouse and keys do here, and while something takes long, what it does and a way to stop it.
#pragma once

#include "ui/jobs/job_runner.h"

#include <QFrame>
#include <QTimer>

class QLabel;
class QProgressBar;
class QPushButton;

namespace headlight::ui {

class StatusLine : public QFrame {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);

    void setHint(const QString& hint);
    /// Puts `widget` at the right end, always in sight.
    void addFigures(QWidget* widget);
    /// Shows a job's progress once it has run for 200 ms; `what` is said until the job says something itself.
    void watch(JobRunner* runner, const QString& what);
    [[nodiscard]] QPushButton* stopButton() const { return stop_button_; }
    [[nodiscard]] bool showsProgress() const;

signals:
    void stopRequested();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void keepHeight();
    void runningChanged(JobRunner* runner, const QString& what);
    void setProgressVisible(bool visible);

    QLabel* hint_ = nullptr;
    QLabel* what_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QPushButton* stop_button_ = nullptr;
    QTimer delay_;
    JobRunner* watched_ = nullptr; ///< the one that runs now
};

} // namespace headlight::ui
