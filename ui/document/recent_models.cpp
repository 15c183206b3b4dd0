#include "ui/document/recent_models.h"

#include <QDir>
#include <QSettings>

namespace headlight::ui {

namespace {
constexpr int kMostKept = 8;
const QString kSettingsKey = QStringLiteral("models/recent");
} // namespace

QStringList RecentModels::folders() {
    QStringList existing;
    for (const QString& folder : QSettings().value(kSettingsKey).toStringList()) {
        if (QDir(folder).exists())
            existing.append(folder);
    }
    return existing;
}

void RecentModels::add(const QString& folder) {
    QStringList kept = QSettings().value(kSettingsKey).toStringList();
    kept.removeAll(folder);
    kept.prepend(folder);
    while (kept.size() > kMostKept)
        kept.removeLast();
    QSettings().setValue(kSettingsKey, kept);
}

} // namespace headlight::ui
