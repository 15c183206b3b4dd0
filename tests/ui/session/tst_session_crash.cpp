// Programs that are killed while they save, and programs that run at the same time. HEADLIGHT_KILLS sets how often (200).
#include "tests/support/files.h"
#include "ui/session/autosave_folder.h"
#include "ui/session/session_format.h"

#include <QTest>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

using namespace headlight;
using namespace headlight::session;

namespace {

/// A running session_saver.
class Saver {
public:
    Saver(const char* mode, const std::filesystem::path& path, std::size_t first) {
        int ends[2] = {};
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return;
        const std::string number = std::to_string(first);
        process_ = ::fork();
        if (process_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::execl(HEADLIGHT_SESSION_SAVER, HEADLIGHT_SESSION_SAVER, mode, path.c_str(), number.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        told_ = ends[0];
    }
    ~Saver() {
        kill();
        if (told_ >= 0)
            ::close(told_);
    }
    Saver(const Saver&) = delete;
    Saver& operator=(const Saver&) = delete;

    /// Until `count` more sessions are saved; false if it ended instead.
    bool wait(int count = 1) const {
        char sign = 0;
        for (; count > 0; --count)
            if (::read(told_, &sign, 1) != 1)
                return false;
        return true;
    }
    void kill() {
        if (process_ <= 0)
            return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

private:
    pid_t process_ = -1;
    int told_ = -1;
};

/// The number of a session if it is whole, and 0 otherwise.
std::size_t numberOf(const Session& session) {
    const std::size_t number = session.state.selection.query.value_or(0);
    const std::string text(500 + number * 7919 % 300'000, static_cast<char>('a' + number % 26));
    return session.state.texts.text == text ? number : 0;
}

int killCount() {
    const int asked = qEnvironmentVariableIntValue("HEADLIGHT_KILLS");
    return asked > 0 ? asked : 200;
}

std::vector<std::string> namesIn(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

class TestSessionCrash : public QObject {
    Q_OBJECT
private slots:
    void killedWhileSavingTheOldOrNewSessionOpens();
    void killedWhileAutosavingItIsFoundAgain();
    void programsAtTheSameTimeHaveFilesOfTheirOwn();
    void runningProgramsAreNoLeftovers();
    void cleanEndLeavesNothing();
    void unsavedWorkIsKeptAsLast();
    void staleNameIsNotOverwritten();
    void readOnlyFolderSaysSo();
    void oldestOfManyLeftoversGo();
};

void TestSessionCrash::killedWhileSavingTheOldOrNewSessionOpens() {
    const testing::TemporaryFolder folder;
    const auto path = folder.file("cat.headlight");
    std::mt19937 random(7);
    std::size_t newest = 1;
    std::size_t n_midway = 0; // killed with a temporary file on the disk
    for (int i = 0; i < killCount(); ++i) {
        Saver saver("file", path, newest);
        QVERIFY(saver.wait());
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 12'000));
        saver.kill();
        const auto session = loadSession(path);
        QVERIFY2(session.ok(), session.ok() ? "" : session.error().message().c_str());
        const std::size_t number = numberOf(*session);
        QVERIFY2(number >= newest, "an older session came back");
        newest = number + 1;
        for (const std::string& name : namesIn(folder.path()))
            if (name.ends_with(".part")) {
                ++n_midway;
                std::filesystem::remove(folder.file(name));
            }
    }
    qInfo("%d kills, %zu of them while a file was being written, %zu sessions saved", killCount(), n_midway, newest);
    QVERIFY(n_midway > 0); // otherwise nothing was tested
}

void TestSessionCrash::killedWhileAutosavingItIsFoundAgain() {
    const testing::TemporaryFolder folder;
    std::mt19937 random(11);
    for (int i = 0; i < killCount() / 4 + 1; ++i) {
        Saver saver("autosave", folder.path(), 1);
        QVERIFY(saver.wait());
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 6'000));
        saver.kill();
        const auto leftovers = findLeftovers(folder.path());
        QCOMPARE(leftovers.size(), std::size_t{1});
        const auto session = loadSession(leftovers.front());
        QVERIFY(session.ok());
        QVERIFY(numberOf(*session) >= 1);
        QCOMPARE(namesIn(folder.path()).size(), std::size_t{1}); // neither locks nor unfinished files are left
        std::filesystem::remove(leftovers.front());
    }
}

void TestSessionCrash::programsAtTheSameTimeHaveFilesOfTheirOwn() {
    const testing::TemporaryFolder folder;
    Saver first("autosave", folder.path(), 1);
    Saver second("autosave", folder.path(), 1001);
    QVERIFY(first.wait(20) && second.wait(20));
    first.kill();
    second.kill();
    std::vector<std::size_t> numbers;
    for (const auto& path : findLeftovers(folder.path()))
        numbers.push_back(numberOf(*loadSession(path)));
    std::sort(numbers.begin(), numbers.end());
    QCOMPARE(numbers.size(), std::size_t{2});
    QVERIFY(numbers[0] >= 20 && numbers[0] < 1000 && numbers[1] >= 1020);
}

void TestSessionCrash::runningProgramsAreNoLeftovers() {
    const testing::TemporaryFolder folder;
    Saver saver("autosave", folder.path(), 1);
    QVERIFY(saver.wait());
    QVERIFY(findLeftovers(folder.path()).empty());
    QVERIFY(saver.wait(5)); // and its files were let alone
    saver.kill();
    QCOMPARE(findLeftovers(folder.path()).size(), std::size_t{1});
}

void TestSessionCrash::cleanEndLeavesNothing() {
    const testing::TemporaryFolder folder;
    {
        const auto slot = AutosaveSlot::claim(folder.file("made/for/it"));
        QVERIFY(slot.ok());
        QVERIFY(saveSession(slot->path(), {}).ok());
        slot->remove();
    }
    QVERIFY(namesIn(folder.file("made/for/it")).empty());
}

void TestSessionCrash::unsavedWorkIsKeptAsLast() {
    const testing::TemporaryFolder folder;
    folder.write("last.headlight", "of the time before");
    {
        const auto slot = AutosaveSlot::claim(folder.path());
        slot->keepAsLast(); // never written: the one before stays
        QCOMPARE(testing::readBytes(lastSessionPath(folder.path())), std::string("of the time before"));
        QVERIFY(saveSession(slot->path(), {}).ok());
        slot->keepAsLast();
    }
    QVERIFY(loadSession(lastSessionPath(folder.path())).ok());
    QVERIFY(findLeftovers(folder.path()).empty()); // it is none
    QCOMPARE(namesIn(folder.path()).size(), std::size_t{1});
}

void TestSessionCrash::staleNameIsNotOverwritten() {
    const testing::TemporaryFolder folder;
    const std::string stale = "open-" + std::to_string(::getpid()) + "-0.headlight"; // process numbers come again
    folder.write(stale, "kept");
    const auto slot = AutosaveSlot::claim(folder.path());
    QVERIFY(slot.ok() && slot->path() != folder.file(stale));
    QCOMPARE(testing::readBytes(folder.file(stale)), std::string("kept"));
}

void TestSessionCrash::readOnlyFolderSaysSo() {
    const testing::TemporaryFolder folder;
    folder.write("file", "no folder");
    const auto slot = AutosaveSlot::claim(folder.file("file") / "below");
    QVERIFY(!slot.ok());
    QVERIFY(!slot.error().next_step.empty());
    QVERIFY(findLeftovers(folder.file("file") / "below").empty());
}

void TestSessionCrash::oldestOfManyLeftoversGo() {
    const testing::TemporaryFolder folder;
    for (int i = 0; i < 25; ++i) {
        const auto path = folder.write("open-" + std::to_string(i) + "-0.headlight", "x");
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(i));
    }
    const auto leftovers = findLeftovers(folder.path());
    QCOMPARE(leftovers.size(), std::size_t{20});
    QCOMPARE(leftovers.front().filename().string(), std::string("open-0-0.headlight"));
    QVERIFY(!std::filesystem::exists(folder.file("open-24-0.headlight")));
}

QTEST_APPLESS_MAIN(TestSessionCrash)
#include "tst_session_crash.moc"
