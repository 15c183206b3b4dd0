#include "ui/window/status_line.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QtMath>

namespace headlight::ui {

namespace {
constexpr int kPatienceMilliseconds = 200;
constexpr int kAroundText = 16; // above and below, the button's edge among it
}

StatusLine::StatusLine(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "footer");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 4, 14, 4);
    layout->setSpacing(10);
    hint_ = new QLabel;
    what_ = new QLabel;
    for (QLabel* label : {hint_, what_})
        label->setProperty("role", "caption");
    hint_->setMinimumWidth(1); // a narrow window cuts the hint before anything else
    bar_ = new QProgressBar;
    bar_->setRange(0, 1000);
    bar_->setTextVisible(false);
    bar_->setFixedWidth(160);
    bar_->setAccessibleName(tr("Progress"));
    stop_button_ = new QPushButton(tr("Stop"));
    stop_button_->setObjectName(QStringLiteral("stop"));
    stop_button_->setProperty("role", "link");
    stop_button_->setToolTip(tr("Stop this; what was there before stays (Ctrl+.)"));
    layout->addWidget(hint_, 1);
    layout->addWidget(what_);
    layout->addWidget(bar_);
    layout->addWidget(stop_button_);
    setProgressVisible(false);
    delay_.setSingleShot(true);
    delay_.setInterval(kPatienceMilliseconds);
    connect(&delay_, &QTimer::timeout, this, [this] { setProgressVisible(watched_ != nullptr); });
    connect(stop_button_, &QPushButton::clicked, this, &StatusLine::stopRequested);
}

void StatusLine::setHint(const QString& hint) {
    hint_->setText(hint);
    hint_->setToolTip(hint);
}

void StatusLine::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        QMetaObject::invokeMethod(this, &StatusLine::keepHeight, Qt::QueuedConnection); // labels hear of it after this
}

void StatusLine::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    keepHeight();
}

/// The same with and without the button, so that nothing moves when work begins.
void StatusLine::keepHeight() {
    hint_->ensurePolished();
    setFixedHeight(qCeil(QFontMetricsF(hint_->font()).height()) + kAroundText);
}

void StatusLine::addFigures(QWidget* widget) { layout()->addWidget(widget); }

bool StatusLine::showsProgress() const { return !bar_->isHidden(); }

void StatusLine::setProgressVisible(bool visible) {
    what_->setVisible(visible);
    bar_->setVisible(visible);
    stop_button_->setVisible(visible);
}

void StatusLine::watch(JobRunner* runner, const QString& what) {
    connect(runner, &JobRunner::runningChanged, this, [this, runner, what] { runningChanged(runner, what); });
    connect(runner, &JobRunner::progressed, this, [this, runner](double fraction, const QString& text) {
        if (runner != watched_)
            return;
        bar_->setRange(0, fraction > 0 ? 1000 : 0); // nothing done yet: how far is not known
        bar_->setValue(static_cast<int>(fraction * 1000));
        what_->setText(text);
    });
}

void StatusLine::runningChanged(JobRunner* runner, const QString& what) {
    if (runner->running()) {
        watched_ = runner;
        what_->setText(what);
        bar_->setRange(0, 0); // how far is not known yet
        delay_.start();
    } else if (watched_ == runner) {
        watched_ = nullptr;
        delay_.stop();
        setProgressVisible(false);
    }
}

} // namespace headlight::ui
