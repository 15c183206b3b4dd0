#include "app/window_main.h"

#include "ui/jobs/job_runner.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QSettings>
#include <QTimer>

#include <chrono>
#include <cstdlib>

namespace headlight {

namespace {
constexpr const char* kFirstModel = "en-fr";
constexpr const char* kFirstText = "The black cat sleeps under the table.";
constexpr std::chrono::seconds kPatienceWithJobs{3};
} // namespace

int runWindow(int argc, char** argv, const WindowOptions& options) {
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("Headlight"));
    QCoreApplication::setOrganizationName(QStringLiteral("Headlight"));
    QGuiApplication::setDesktopFileName(QStringLiteral("headlight"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    int exit_code = 0;
    {
        ui::ThemeController themes;
        ui::MainWindow window(&themes, options.backend);
        window.show();
        const std::string model = !options.file.empty() ? options.file : options.model.empty() ? kFirstModel : options.model;
        const std::string text = options.text.empty() ? kFirstText : options.text;
        window.start(QString::fromStdString(model), QString::fromStdString(text));
        exit_code = QApplication::exec();
    }
    // A job that does not notice in time that it was stopped must not see the program torn down around it.
    if (!ui::waitForJobThreads(kPatienceWithJobs))
        std::_Exit(exit_code);
    return exit_code;
}

} // namespace headlight
