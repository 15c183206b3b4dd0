#include "ui/lessons/lesson_browser.h"

#include "core/lessons/lesson_reader.h"
#include "ui/lessons/lesson_progress.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QUrl>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

QLabel* wrapped(const QString& text, const char* role) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    if (role != nullptr)
        label->setProperty("role", role);
    return label;
}

QString progressText(const Lesson& lesson) {
    const std::size_t n_done = LessonProgress::nDone(lesson);
    const QString length =
        LessonBrowser::tr("%1 min · %2 steps").arg(lesson.minutes).arg(lesson.steps.size());
    if (n_done == 0)
        return length;
    if (n_done == lesson.steps.size())
        return length + LessonBrowser::tr(" · ✓ done");
    return length + LessonBrowser::tr(" · %1 done").arg(n_done);
}

} // namespace

LessonBrowser::LessonBrowser(QWidget* parent)
    : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    problem_ = wrapped({}, "problem");
    problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problem_->hide();
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget;
    list_ = new QVBoxLayout(content);
    list_->setContentsMargins(0, 0, 6, 0);
    list_->setSpacing(8);
    scroll->setWidget(content);
    auto* open = new QPushButton(tr("Open lesson file…"));
    open->setObjectName(QStringLiteral("openLesson"));
    open->setToolTip(tr("A lesson is a text file; the README says how to write one"));
    auto* folder = new QPushButton(tr("My lessons' folder"));
    folder->setProperty("role", "link");
    folder->setToolTip(tr("Lessons put there are listed here"));
    auto* below = new QHBoxLayout;
    below->addWidget(open);
    below->addWidget(folder);
    below->addStretch(1);
    layout->addWidget(problem_);
    layout->addWidget(scroll, 1);
    layout->addLayout(below);
    connect(open, &QPushButton::clicked, this, &LessonBrowser::chooseFile);
    connect(folder, &QPushButton::clicked, this, [] {
        const QString path = QString::fromStdString(ownLessonsFolder().string());
        if (!path.isEmpty() && QDir().mkpath(path))
            QDesktopServices::openUrl(QUrl::fromLocalFile(path));
    });
}

void LessonBrowser::refresh() {
    runner_.start<std::vector<LessonListing>>(
        [](const RunControl&) -> Result<std::vector<LessonListing>> { return allLessons(); },
        [this](Result<std::vector<LessonListing>> listings) {
            if (listings.ok())
                show(*listings);
            else
                say(listings.error());
            emit refreshed();
        });
}

void LessonBrowser::show(const std::vector<LessonListing>& listings) {
    while (QLayoutItem* item = list_->takeAt(0)) {
        if (item->widget() != nullptr)
            item->widget()->deleteLater();
        delete item;
    }
    lessons_.clear();
    bool own = false;
    int number = 0;
    for (const LessonListing& listing : listings) {
        if (!listing.bundled && !std::exchange(own, true))
            list_->addWidget(wrapped(tr("Your own"), "section"));
        if (!listing.lesson.ok()) {
            list_->addWidget(problemCard(listing));
            continue;
        }
        lessons_.push_back(std::make_shared<const Lesson>(*listing.lesson));
        list_->addWidget(lessonCard(lessons_.back(), listing.bundled ? ++number : 0));
    }
    list_->addStretch(1);
}

QWidget* LessonBrowser::lessonCard(const std::shared_ptr<const Lesson>& lesson, int number) {
    auto* card = new QFrame;
    card->setProperty("role", "card");
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(4);
    const QString title = QString::fromStdString(lesson->title);
    auto* name = wrapped(number > 0 ? tr("%1. %2").arg(number).arg(title) : title, "keys");
    auto* about = wrapped(QString::fromStdString(lesson->about), "caption");
    auto* line = new QHBoxLayout;
    line->addWidget(wrapped(progressText(*lesson), "caption"), 1);
    const std::size_t n_done = LessonProgress::nDone(*lesson);
    auto* begin = new QPushButton(n_done == 0                      ? tr("Start")
                                  : n_done == lesson->steps.size() ? tr("Again")
                                                                   : tr("Go on"));
    begin->setObjectName(QStringLiteral("lesson-") + QString::fromStdString(lesson->id));
    begin->setAccessibleName(tr("%1: %2").arg(begin->text(), title));
    line->addWidget(begin);
    layout->addWidget(name);
    layout->addWidget(about);
    layout->addLayout(line);
    connect(begin, &QPushButton::clicked, this, [this, lesson] { emit lessonChosen(lesson); });
    return card;
}

QWidget* LessonBrowser::problemCard(const LessonListing& listing) {
    auto* card = new QFrame;
    card->setProperty("role", "card");
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->addWidget(wrapped(QString::fromStdString(listing.file.filename().string()), "keys"));
    layout->addWidget(wrapped(QString::fromStdString(listing.lesson.error().message()), "problem"));
    return card;
}

void LessonBrowser::openFile(const QString& path) {
    open_runner_.start<Lesson>(
        [file = path.toStdString()](const RunControl&) { return readLessonFile(file); },
        [this](Result<Lesson> lesson) {
            if (!lesson.ok())
                return say(lesson.error());
            problem_->hide();
            emit lessonChosen(std::make_shared<const Lesson>(std::move(*lesson)));
        });
}

void LessonBrowser::say(const Error& error) {
    problem_->setText(QString::fromStdString(error.message()));
    problem_->show();
}

void LessonBrowser::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a lesson"), QString::fromStdString(ownLessonsFolder().string()), tr("Lessons (*.md)"));
    if (!path.isEmpty())
        openFile(path);
}

} // namespace headlight::ui
