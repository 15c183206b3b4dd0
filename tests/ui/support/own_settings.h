// Settings that no other program sees.
#pragma once

#include <QCoreApplication>
#include <QSettings>
#include <QTemporaryDir>

namespace headlight::ui::test {

/// From now on settings are kept in `folder`, under the name `application`.
inline void useSettingsIn(const QTemporaryDir& folder, const QString& application) {
    QCoreApplication::setOrganizationName(QStringLiteral("HeadlightTest"));
    QCoreApplication::setApplicationName(application);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
}

} // namespace headlight::ui::test
