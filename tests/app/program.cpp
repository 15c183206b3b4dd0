#include "tests/app/program.h"

#include "tests/support/files.h"

#include <QFile>
#include <QTemporaryDir>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

namespace headlight::test {

namespace {

constexpr int kTimeoutMilliseconds = 60'000;

/// QProcess re-encodes arguments as text; execv hands the bytes over as they are.
[[noreturn]] void becomeProgram(const QList<QByteArray>& arguments, const QString& folder,
                                const QString& directory) {
    const auto redirect = [](const QString& path, int flags, int descriptor) {
        const int file = ::open(QFile::encodeName(path).constData(), flags, 0600);
        return file >= 0 && ::dup2(file, descriptor) >= 0;
    };
    const bool ready = redirect(folder + "/in", O_RDONLY, 0) &&
                       redirect(folder + "/out", O_WRONLY | O_CREAT, 1) &&
                       redirect(folder + "/err", O_WRONLY | O_CREAT, 2) &&
                       (directory.isEmpty() || ::chdir(QFile::encodeName(directory).constData()) == 0);
    std::vector<char*> pointers{const_cast<char*>(HEADLIGHT_PROGRAM)};
    for (const QByteArray& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.constData()));
    pointers.push_back(nullptr);
    if (ready)
        ::execv(HEADLIGHT_PROGRAM, pointers.data());
    ::_exit(127);
}

} // namespace

bool ProgramRun::hasOneErrorLine() const {
    return error.startsWith("headlight: ") && error.endsWith('\n') && error.count('\n') == 1 &&
           error.size() > 20;
}

ProgramRun runProgram(const QList<QByteArray>& arguments, const QByteArray& input,
                      const QString& working_directory) {
    const QTemporaryDir folder;
    QFile in(folder.filePath("in"));
    if (!in.open(QIODevice::WriteOnly) || in.write(input) != input.size())
        return {};
    in.close();
    const pid_t child = ::fork();
    if (child == 0)
        becomeProgram(arguments, folder.path(), working_directory);
    ProgramRun run;
    int status = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeoutMilliseconds);
    while (::waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline)
            ::kill(child, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    run.finished = WIFEXITED(status);
    run.exit_code = run.finished ? WEXITSTATUS(status) : -1;
    run.output = testing::contents(folder.filePath("out"));
    run.error = testing::contents(folder.filePath("err"));
    return run;
}

QByteArray golden(const char* name) {
    return QByteArray(HEADLIGHT_GOLDEN_DIR) + "/" + name;
}

} // namespace headlight::test
