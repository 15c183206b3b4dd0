#include "app/window_main.h"

#include "app/output.h"
#include "core/base/memory.h"
#include "ui/jobs/job_runner.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/main_window.h"
#include "ui/window/session_wiring.h"

#include <QApplication>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>

#include <chrono>
#include <cstdlib>
#include <new>

namespace headlight {

namespace {
constexpr const char* kFirstModel = "en-fr";
constexpr std::chrono::seconds kPatienceWithJobs{3};

/// An event whose handler runs out of memory is dropped and told; the window and what it shows stay.
class Application : public QApplication {
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override {
        try {
            return QApplication::notify(receiver, event);
        } catch (const BackendFailure& failure) {
            reportError(failure.error().message());
            return false;
        } catch (const std::bad_alloc&) {
            reportError(outOfMemory().message());
            return false;
        }
    }
};
} // namespace

int runWindow(int argc, char** argv, const WindowOptions& options) {
    const Application application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("Headlight"));
    QCoreApplication::setOrganizationName(QStringLiteral("Headlight"));
    QGuiApplication::setDesktopFileName(QStringLiteral("headlight"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    int exit_code = 0;
    {
        ui::ThemeController themes;
        themes.remember();
        ui::MainWindow window(&themes, options.backend);
        window.show();
        const std::string model = !options.file.empty() ? options.file : options.model.empty() ? kFirstModel : options.model;
        const QString text = QString::fromStdString(options.text), text_pair = QString::fromStdString(options.text_pair);
        if (options.session.empty())
            window.start(QString::fromStdString(model), text, text_pair);
        else
            window.startSession(QString::fromStdString(options.session), {QString::fromStdString(options.model), text, text_pair},
                                QString::fromStdString(model));
        if (!options.lesson.empty())
            window.openPath(QString::fromStdString(options.lesson));
        const QString data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
        window.session()->sessions()->autosaver()->start(data.toStdString() + "/autosave");
        exit_code = QApplication::exec();
    }
    // A job that does not notice in time that it was stopped must not see the program torn down around it.
    if (!ui::waitForJobThreads(kPatienceWithJobs))
        std::_Exit(exit_code);
    return exit_code;
}

} // namespace headlight
