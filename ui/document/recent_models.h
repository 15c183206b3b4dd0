// The model folders opened last, newest first, kept in the user's settings.
#pragma once

#include <QStringList>

namespace headlight::ui {

class RecentModels {
public:
    /// Folders that still exist.
    [[nodiscard]] static QStringList folders();
    static void add(const QString& folder);
};

} // namespace headlight::ui
