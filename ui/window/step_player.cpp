#include "ui/window/step_player.h"

#include "ui/window/flat_button.h"

#include <QHBoxLayout>
#include <QToolButton>

#include <utility>

namespace headlight::ui {

StepPlayer::StepPlayer(std::function<bool()> at_end, int milliseconds, QWidget* parent)
    : QWidget(parent)
    , at_end_(std::move(at_end))
    , back_(flatButton(QStringLiteral("◀"), tr("Step back"), tr("The step before (Left)")))
    , play_(flatButton(tr("Play"), tr("Play the steps"), tr("Goes through the steps by itself (Space)")))
    , forth_(flatButton(QStringLiteral("▶"), tr("Step forward"), tr("The next step (Right)"))) {
    play_->setCheckable(true);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    line->addWidget(back_);
    line->addWidget(play_);
    line->addWidget(forth_);
    timer_.setInterval(milliseconds);
    connect(&timer_, &QTimer::timeout, this, [this] {
        if (at_end_())
            setPlaying(false);
        else
            emit moved(1);
    });
    connect(back_, &QToolButton::clicked, this, [this] { emit moved(-1); });
    connect(forth_, &QToolButton::clicked, this, [this] { emit moved(1); });
    connect(play_, &QToolButton::toggled, this, &StepPlayer::setPlaying);
}

void StepPlayer::setPlaying(bool playing) {
    if (playing && at_end_())
        emit rewound();
    playing ? timer_.start() : timer_.stop();
    play_->setText(playing ? tr("Pause") : tr("Play"));
    play_->setChecked(playing);
}

} // namespace headlight::ui
