// Sessions and models opened last, newest first, kept in the user's settings.
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace headlight::ui {

struct RecentFile {
    QString path;      ///< of a session, or what Document::openModel takes
    bool is_session = false;
    QString obstacle;  ///< why it cannot be opened, in a few words; empty: nothing is known that speaks against it
    bool operator==(const RecentFile&) const = default;
};

class RecentFiles {
public:
    static void add(const QString& path);
    [[nodiscard]] static QStringList paths();
    /// Looks at the disk, which may be slow: for a worker thread.
    [[nodiscard]] static std::vector<RecentFile> look(const QStringList& paths);
    /// Whether a name is a session's: it ends in .headlight.
    [[nodiscard]] static bool isSession(const QString& path);
};

} // namespace headlight::ui
