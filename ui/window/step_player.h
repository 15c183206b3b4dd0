// ◀ Play ▶: goes through steps, one at a time or by itself.
#pragma once

#include <QTimer>
#include <QWidget>

#include <functional>

class QToolButton;

namespace headlight::ui {

/// Knows nothing of the steps but whether the last is shown; who has them moves.
class StepPlayer : public QWidget {
    Q_OBJECT
public:
    /// `at_end` must be good to call as long as the player is there. Each step stays `milliseconds` while
    /// they play.
    StepPlayer(std::function<bool()> at_end, int milliseconds, QWidget* parent = nullptr);

    [[nodiscard]] QToolButton* backButton() const { return back_; }
    [[nodiscard]] QToolButton* playButton() const { return play_; }
    [[nodiscard]] QToolButton* forthButton() const { return forth_; }
    [[nodiscard]] bool playing() const { return timer_.isActive(); }
    void setInterval(int milliseconds) { timer_.setInterval(milliseconds); }

public slots:
    void setPlaying(bool playing);

signals:
    /// By one, back or forth.
    void moved(int by);
    /// Playing begins at the last step: from the first again.
    void rewound();

private:
    std::function<bool()> at_end_;
    QTimer timer_;
    QToolButton* back_;
    QToolButton* play_;
    QToolButton* forth_;
};

} // namespace headlight::ui
