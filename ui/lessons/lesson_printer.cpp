#include "ui/lessons/lesson_printer.h"

#include "ui/lessons/lesson_panel.h"

namespace headlight::ui {

namespace {

constexpr int kLookMilliseconds = 20;
constexpr int kRestMilliseconds = 250;      ///< a page may still compute when the run is there
constexpr int kPatienceMilliseconds = 8000; ///< then the step goes without a figure

} // namespace

LessonPrinter::LessonPrinter(LessonPlayer* player, std::function<std::vector<FigureSubject>()> figures,
                             QObject* parent)
    : QObject(parent)
    , player_(player)
    , figures_(std::move(figures)) {
    timer_.setInterval(kLookMilliseconds);
    connect(&timer_, &QTimer::timeout, this, &LessonPrinter::look);
    connect(player_, &LessonPlayer::lessonChanged, this, [this] {
        if (running() && player_->lesson() != lesson_)
            end(cancelledError());
    });
}

void LessonPrinter::print(const QString& path) {
    if (running() || !player_->lesson())
        return;
    path_ = path;
    lesson_ = player_->lesson();
    came_from_ = player_->step();
    next_ = 0;
    printed_ = {};
    printed_.title = QString::fromStdString(lesson_->title);
    printed_.about = QString::fromStdString(lesson_->about);
    since_ready_.invalidate();
    since_step_.start();
    player_->visit(0);
    timer_.start();
}

void LessonPrinter::look() {
    if (!running() || player_->lesson() != lesson_)
        return;
    if (player_->step() != next_) { // somebody pressed a key meanwhile
        player_->visit(next_);
        return;
    }
    if (!player_->ready()) {
        if (since_step_.elapsed() > 4 * kPatienceMilliseconds)
            end(makeError(ErrorKind::Usage, "a step of the lesson could not be shown")
                    .atItem(lesson_->steps[next_].title));
        return;
    }
    if (!since_ready_.isValid())
        since_ready_.start();
    const bool rested = since_ready_.elapsed() > kRestMilliseconds;
    if (rested && (!figures_().empty() || since_ready_.elapsed() > kPatienceMilliseconds))
        take();
}

void LessonPrinter::take() {
    const LessonStep& step = player_->currentStep();
    const FilledStep& filled = *player_->filled();
    PrintedStep printed{
        stepKindText(step.kind), QString::fromStdString(step.title), filled.text, filled.question, {}};
    FigureLook look;
    look.size.width_mm = kPrintedFigureMm;
    if (const std::vector<FigureSubject> subjects = figures_(); !subjects.empty())
        if (Result<Figure> figure = subjects.front().figure(look); figure.ok())
            printed.figure = std::move(*figure);
    if (printed_.run.isEmpty())
        printed_.run = player_->runText();
    printed_.steps.push_back(std::move(printed));
    emit progressed(tr("collecting figures: step %1 of %2").arg(next_ + 1).arg(lesson_->steps.size()));
    since_ready_.invalidate();
    since_step_.restart();
    if (++next_ < lesson_->steps.size())
        player_->visit(next_);
    else
        write();
}

void LessonPrinter::write() {
    timer_.stop();
    player_->visit(came_from_);
    runner_.start<bool>(
        [printed = printed_, path = path_->toStdString()](const RunControl& control) -> Result<bool> {
            HEADLIGHT_CHECK(writeLessonPdf(printed, path, control));
            return true;
        },
        [this](const Result<bool>& written) {
            end(written.ok() ? Result<void>() : Result<void>(written.error()));
        });
}

void LessonPrinter::end(const Result<void>& result) {
    timer_.stop();
    runner_.cancel();
    const QString path = *path_;
    path_.reset();
    lesson_.reset();
    emit finished(result, path);
}

} // namespace headlight::ui
