// Saves sessions without end, for tst_session_crash to kill: `session_saver autosave FOLDER` or `session_saver file PATH`, and the
// number to begin with. Tells when the first one is on the disk.
#include "ui/session/autosave_folder.h"
#include "ui/session/session_format.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

using namespace headlight;
using namespace headlight::session;

namespace {

/// Number i can be told by its text too, so that a mixture of two is seen.
Session numberedSession(std::size_t i) {
    Session session;
    session.state.selection.query = i;
    session.state.texts.text.assign(500 + i * 7919 % 300'000, static_cast<char>('a' + i % 26));
    return session;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4)
        return 2;
    std::filesystem::path path = argv[2];
    std::optional<AutosaveSlot> slot;
    if (std::string_view(argv[1]) == "autosave") {
        auto claimed = AutosaveSlot::claim(path);
        if (!claimed.ok())
            return 1;
        slot.emplace(std::move(claimed).value());
        path = slot->path();
    }
    for (std::size_t i = std::strtoull(argv[3], nullptr, 10); i < 1'000'000; ++i) {
        if (const auto saved = saveSession(path, numberedSession(i)); !saved.ok()) {
            std::fprintf(stderr, "%s\n", saved.error().message().c_str());
            return 1;
        }
        if (::write(STDOUT_FILENO, ".", 1) != 1)
            return 0; // nobody listens any more
    }
    return 0;
}
