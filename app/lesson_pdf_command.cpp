#include "app/lesson_pdf_command.h"

#include "app/forward.h"
#include "core/checkpoint/model_folder.h"
#include "core/lessons/lesson_files.h"
#include "core/lessons/lesson_reader.h"
#include "ui/jobs/job_runner.h"
#include "ui/lessons/lesson_printer.h"
#include "ui/window/lesson_wiring.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QEventLoop>
#include <QHashFunctions>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

#include <chrono>

namespace headlight {

namespace {

constexpr std::chrono::milliseconds kLookForCtrlC{50};
constexpr std::chrono::seconds kPatienceWithJobs{3};

/// The lesson about another model or another text in all its steps.
Result<std::shared_ptr<const Lesson>> lessonToPrint(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::filesystem::path file, findLesson(options.files.front()));
    HEADLIGHT_ASSIGN(Lesson lesson, readLessonFile(file));
    if (!options.model.name.empty()) {
        HEADLIGHT_ASSIGN(const ModelListing listing, findModel(options.model.name));
        lesson.model = options.model.name;
    }
    if (options.text.text) {
        HEADLIGHT_ASSIGN(lesson.text, givenText(*options.text.text, context.input));
    }
    for (LessonStep& step : lesson.steps) {
        if (step.state.model && !options.model.name.empty())
            step.state.model = lesson.model;
        if (step.state.text && options.text.text)
            step.state.text = lesson.text;
    }
    return std::make_shared<const Lesson>(std::move(lesson));
}

/// Prints in a window and waits for it.
Result<void> printInWindow(ui::MainWindow& window, const std::shared_ptr<const Lesson>& lesson,
                           const CommandContext& context) {
    QEventLoop loop;
    Result<void> result = cancelledError();
    const auto end = [&](Result<void> with) {
        result = std::move(with);
        loop.quit();
    };
    ui::LessonWiring* const lessons = window.lessons();
    ui::Document* const document = window.document();
    QObject::connect(lessons->printer(), &ui::LessonPrinter::finished, &loop,
                     [&](const Result<void>& written, const QString&) { end(written); });
    QObject::connect(lessons->printer(), &ui::LessonPrinter::progressed, &loop,
                     [&](const QString& what) { context.control.report(0.0, what.toStdString()); });
    QObject::connect(document, &ui::Document::modelFailed, &loop, [&](const Error& error) { end(error); });
    QObject::connect(document, &ui::Document::problemChanged, &loop, [&] {
        if (document->problem() && !document->problem()->cancelled())
            end(*document->problem());
    });
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (context.control.stopRequested())
            end(cancelledError());
    });
    look.start(kLookForCtrlC);
    lessons->player()->start(lesson);
    lessons->printer()->print(QString::fromStdString(context.options.lesson_pdf));
    loop.exec();
    return result;
}

} // namespace

CommandResult runLessonPdfCommand(CommandContext& context) {
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Lesson> lesson, lessonToPrint(context));
    static int argument_count = 1;
    static char program[] = "headlight";
    static char* arguments[] = {program, nullptr};
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QHashSeed::setDeterministicGlobalSeed(); // Qt writes a PDF's fonts in hash order: the same lesson, the
                                             // same bytes
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
    const QApplication application(argument_count, arguments);
    const QTemporaryDir
        settings; // what a person set in her window, and how far she is in the lesson, are hers
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
    Result<void> printed = cancelledError();
    {
        ui::ThemeController themes;
        themes.setMode(ui::ThemeController::Mode::Light);
        ui::MainWindow window(&themes, context.options.model.backend);
        window.resize(1440, 900);
        window.show(); // pages compute what is in sight
        printed = printInWindow(window, lesson, context);
    }
    (void)ui::waitForJobThreads(kPatienceWithJobs);
    if (!printed.ok())
        return printed.error();
    return kExitOk;
}

} // namespace headlight
