// A file that shrinks, changes or vanishes under its map gives an Error, never a crash.
#include "core/checkpoint/mapped_file.h"
#include "tests/support/files.h"

#include <QTest>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace headlight;
using namespace headlight::testing;

namespace {

constexpr std::size_t kSize = 1u << 20;

struct sigaction currentBusAction() {
    struct sigaction action {};
    ::sigaction(SIGBUS, nullptr, &action);
    return action;
}

std::string readAll(const MappedFile& file, Result<void>& result) {
    std::string bytes(file.size(), '\0');
    result = file.copy(0, std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

} // namespace

class TestMappedFile : public QObject {
    Q_OBJECT
private slots:
    void copiesAnyRange() {
        const TemporaryFolder folder;
        const auto file = MappedFile::open(folder.write("f", "0123456789"));
        QVERIFY(file.ok());
        std::string part(3, '\0');
        QVERIFY((*file)->copy(4, std::as_writable_bytes(std::span(part))).ok());
        QCOMPARE(part, std::string("456"));
        QVERIFY((*file)->copy(10, {}).ok());
    }

    void refusesRangesBeyondTheEnd() {
        const TemporaryFolder folder;
        const auto file = MappedFile::open(folder.write("f", "0123456789"));
        std::string part(3, '\0');
        QVERIFY(!(*file)->copy(8, std::as_writable_bytes(std::span(part))).ok());
        QVERIFY(!(*file)->copy(~std::size_t{0}, std::as_writable_bytes(std::span(part))).ok());
    }

    void mapsAnEmptyFile() {
        const TemporaryFolder folder;
        const auto file = MappedFile::open(folder.write("f", ""));
        QVERIFY(file.ok());
        QCOMPARE((*file)->size(), std::size_t{0});
        QVERIFY((*file)->copy(0, {}).ok());
    }

    void refusesWhatIsNotARegularFile() {
        const TemporaryFolder folder;
        const auto pipe = folder.file("pipe");
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(MappedFile::open(pipe).error().found,
                 std::string("a named pipe")); // and does not wait for a writer
        QCOMPARE(MappedFile::open(folder.path()).error().found, std::string("a folder"));
        QCOMPARE(MappedFile::open("/dev/zero").error().found, std::string("a device"));
        QCOMPARE(MappedFile::open(folder.file("none")).error().summary, std::string("file does not exist"));
    }

    void aFileCutShortUnderTheMapIsAnError_data() {
        QTest::addColumn<quint64>("left"); // bytes
        QTest::newRow("everything gone") << quint64{0};
        QTest::newRow("whole pages gone") << quint64{kSize / 2};
        QTest::newRow("part of the last page gone") << quint64{kSize - 10};
    }
    void aFileCutShortUnderTheMapIsAnError() {
        QFETCH(quint64, left);
        const TemporaryFolder folder;
        const auto path = folder.write("f", std::string(kSize, 'x'));
        const auto file = MappedFile::open(path);
        std::filesystem::resize_file(path, left);
        Result<void> result;
        readAll(**file, result);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().summary, std::string("file changed while it was in use"));
        QCOMPARE(result.error().file, path.string());
        QVERIFY(!result.error().next_step.empty());
    }

    void theProgramGoesOnAfterSeveralFaults() {
        const TemporaryFolder folder;
        for (int round = 0; round < 3;
             ++round) { // a handler that stayed masked would end the program in round two
            const auto path = folder.write("f", std::string(kSize, 'x'));
            const auto file = MappedFile::open(path);
            std::filesystem::resize_file(path, 0);
            Result<void> result;
            readAll(**file, result);
            QVERIFY(!result.ok());
        }
        const auto good = MappedFile::open(folder.write("good", std::string(kSize, 'y')));
        Result<void> result;
        QCOMPARE(readAll(**good, result), std::string(kSize, 'y'));
        QVERIFY(result.ok());
    }

    void aFileRewrittenUnderTheMapIsAnError() {
        const TemporaryFolder folder;
        const auto path = folder.write("f", std::string(kSize, 'x'));
        const auto file = MappedFile::open(path);
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() -
                                                   std::chrono::hours(1));
        Result<void> result;
        readAll(**file, result);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().found, std::string("new contents"));
    }

    void aFileReplacedByRenameStaysReadable() {
        const TemporaryFolder folder;
        const auto path = folder.write("f", std::string(kSize, 'x'));
        const auto file = MappedFile::open(path);
        std::filesystem::rename(folder.write("new", "other"), path);
        Result<void> result;
        QCOMPARE(readAll(**file, result), std::string(kSize, 'x')); // the map keeps the old file alive
        QVERIFY(result.ok());
    }

    void droppedPagesComeBack() {
        const TemporaryFolder folder;
        const auto file = MappedFile::open(folder.write("f", std::string(kSize, 'x')));
        (*file)->drop(100, kSize - 200);
        (*file)->drop(0, ~std::size_t{0} / 2);
        Result<void> result;
        QCOMPARE(readAll(**file, result), std::string(kSize, 'x'));
    }

    void threadsFaultIndependently() {
        const TemporaryFolder folder;
        const auto good = MappedFile::open(folder.write("good", std::string(kSize, 'y')));
        const auto path = folder.write("bad", std::string(kSize, 'x'));
        const auto bad = MappedFile::open(path);
        std::filesystem::resize_file(path, 0);
        std::atomic<int> wrong{0};
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < 4; ++thread)
                threads.emplace_back([&, thread] {
                    for (int round = 0; round < 50; ++round) {
                        Result<void> result;
                        const std::string bytes = readAll(thread % 2 ? **good : **bad, result);
                        if (result.ok() != (thread % 2 == 1) ||
                            (result.ok() && bytes != std::string(kSize, 'y')))
                            ++wrong;
                    }
                });
        }
        QCOMPARE(wrong.load(), 0);
    }

    void thePreviousSignalHandlerComesBack() {
        const auto handler = [](int) {};
        struct sigaction ours {};
        ours.sa_handler = handler;
        struct sigaction before {};
        ::sigaction(SIGBUS, &ours, &before);
        {
            const TemporaryFolder folder;
            const auto first = MappedFile::open(folder.write("f", "abc"));
            {
                const auto second = MappedFile::open(folder.file("f"));
                QVERIFY(currentBusAction().sa_handler != static_cast<void (*)(int)>(handler));
            }
            QVERIFY(currentBusAction().sa_handler != static_cast<void (*)(int)>(handler));
        }
        QVERIFY(currentBusAction().sa_handler == static_cast<void (*)(int)>(handler));
        ::sigaction(SIGBUS, &before, nullptr);
    }

    void aSignalThatIsNotOursEndsTheProgramAsBefore() {
        const pid_t child = ::fork();
        if (child == 0) {
            std::signal(SIGBUS, SIG_DFL); // away with the test library's own handler
            const TemporaryFolder folder;
            const auto file = MappedFile::open(folder.write("f", "abc"));
            ::raise(SIGBUS);
            ::_exit(0); // reached only if the signal was swallowed
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status));
        QCOMPARE(WTERMSIG(status), SIGBUS);
    }

    void aFaultThatIsNotOursReachesThePreviousHandler() {
        const pid_t child = ::fork();
        if (child == 0) {
            std::signal(SIGBUS, [](int) { ::_exit(7); });
            const TemporaryFolder folder;
            const auto file = MappedFile::open(folder.write("f", "abc"));
            const auto path =
                folder.write("foreign", std::string(kSize, 'x')); // somebody else's map, cut short
            const int descriptor = ::open(path.c_str(), O_RDONLY);
            const auto* map = static_cast<const volatile char*>(
                ::mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE, descriptor, 0));
            std::filesystem::resize_file(path, 0);
            const char touched = map[kSize / 2];
            static_cast<void>(touched);
            ::_exit(0);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 7);
    }
};

QTEST_APPLESS_MAIN(TestMappedFile)
#include "tst_mapped_file.moc"
