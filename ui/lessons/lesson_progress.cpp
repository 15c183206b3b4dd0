#include "ui/lessons/lesson_progress.h"

#include <QCryptographicHash>
#include <QSettings>
#include <QStringList>

namespace headlight::ui {

namespace {

/// By file name and title: a lesson that was moved or improved keeps its progress, another one of the same
/// name does not get it.
QString keyOf(const Lesson& lesson) {
    const QByteArray name = QByteArray::fromStdString(lesson.id + '\n' + lesson.title);
    return QStringLiteral("lessons/") +
           QString::fromLatin1(QCryptographicHash::hash(name, QCryptographicHash::Sha256).toHex().left(16));
}

QStringList doneSteps(const Lesson& lesson) {
    return QSettings().value(keyOf(lesson)).toStringList();
}

} // namespace

bool LessonProgress::isDone(const Lesson& lesson, std::size_t step) {
    return doneSteps(lesson).contains(QString::number(step));
}

void LessonProgress::setDone(const Lesson& lesson, std::size_t step) {
    QStringList steps = doneSteps(lesson);
    if (steps.contains(QString::number(step)))
        return;
    steps.append(QString::number(step));
    QSettings().setValue(keyOf(lesson), steps);
}

std::size_t LessonProgress::nDone(const Lesson& lesson) {
    const QStringList steps = doneSteps(lesson);
    std::size_t count = 0;
    for (std::size_t i = 0; i < lesson.steps.size(); ++i)
        count += steps.contains(QString::number(i)) ? 1 : 0;
    return count;
}

std::size_t LessonProgress::nextStep(const Lesson& lesson) {
    const QStringList steps = doneSteps(lesson);
    for (std::size_t i = 0; i < lesson.steps.size(); ++i)
        if (!steps.contains(QString::number(i)))
            return i;
    return 0;
}

void LessonProgress::forget(const Lesson& lesson) {
    QSettings().remove(keyOf(lesson));
}

} // namespace headlight::ui
