#include "ui/session/recent_files.h"

#include "ui/session/session_format.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QSettings>

namespace headlight::ui {

namespace {

constexpr qsizetype kMostKept = 12;
const QString kSettingsKey = QStringLiteral("recent/files");

QString tr(const char* text) { return QCoreApplication::translate("RecentFiles", text); }

QString obstacleOf(const QString& path) {
    const QFileInfo info(path);
    if (!info.isAbsolute() || (info.exists() && info.isReadable()))
        return {}; // a bundled name or a hub id is found when it is opened
    if (info.exists())
        return tr("not readable");
    const QFileInfo folder(info.absolutePath());
    return folder.exists() ? tr("no longer there") : tr("its folder is no longer there");
}

} // namespace

bool RecentFiles::isSession(const QString& path) {
    return path.endsWith(QString::fromUtf8(session::kFileExtension.data(), static_cast<qsizetype>(session::kFileExtension.size())), Qt::CaseInsensitive);
}

QStringList RecentFiles::paths() { return QSettings().value(kSettingsKey).toStringList(); }

void RecentFiles::add(const QString& path) {
    QStringList kept = paths();
    kept.removeAll(path);
    kept.prepend(path);
    while (kept.size() > kMostKept)
        kept.removeLast();
    QSettings().setValue(kSettingsKey, kept);
}

std::vector<RecentFile> RecentFiles::look(const QStringList& paths) {
    std::vector<RecentFile> files;
    for (const QString& path : paths)
        files.push_back({path, isSession(path), obstacleOf(path)});
    return files;
}

} // namespace headlight::ui
