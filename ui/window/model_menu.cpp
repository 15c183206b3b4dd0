#include "ui/window/model_menu.h"

#include "core/model/families/registry.h"
#include "ui/session/recent_files.h"

#include <QDir>
#include <QLocale>

namespace headlight::ui {

namespace {

/// Model folders opened before that are still there; bundled and cached models are listed by themselves.
QStringList recentFolders() {
    QStringList folders;
    for (const QString& path : RecentFiles::paths())
        if (!RecentFiles::isSession(path) && QDir::isAbsolutePath(path) && QDir(path).exists())
            folders << path;
    return folders;
}

} // namespace

ModelMenu::ModelMenu(QWidget* parent)
    : QMenu(parent) {
    setToolTipsVisible(true);
    setStyleSheet(QStringLiteral("QMenu { menu-scrollable: 1; }")); // a cache of hundreds would fill the screen in columns
    connect(this, &QMenu::aboutToShow, this, [this] {
        fill();
        refresh();
    });
}

void ModelMenu::refresh() {
    runner_.start<Found>( // folders opened before may lie on a disk that no longer answers
        [](const RunControl&) -> Result<Found> { return Found{listModels(whyNotRunnable), recentFolders()}; },
        [this](Result<Found> result) {
            if (!result.ok())
                return;
            const bool changed = result.value() != found_;
            found_ = std::move(result).value();
            if (isVisible() && changed)
                fill();
        });
}

void ModelMenu::addListing(const ModelListing& listing, const QString& label) {
    QString text = label;
    if (!listing.model_type.empty())
        text += QStringLiteral("   ") + QString::fromStdString(listing.model_type);
    if (listing.disk_bytes > 0)
        text += QStringLiteral(" · ") + QLocale().formattedDataSize(static_cast<qint64>(listing.disk_bytes), 0);
    if (!listing.obstacle.empty())
        text += QStringLiteral(" · ") + QString::fromStdString(listing.obstacle);
    QAction* const action = addAction(text); // one with an obstacle too: chosen, it says what could be done
    action->setToolTip(QString::fromStdString(listing.folder.string()));
    const QString wanted = QString::fromStdString(
        listing.origin == ModelListing::Origin::Folder ? listing.folder.string() : listing.name);
    connect(action, &QAction::triggered, this, [this, wanted] { emit modelChosen(wanted); });
}

void ModelMenu::fill() {
    clear();
    const auto section = [this](const QString& title, ModelListing::Origin origin) {
        bool first = true;
        for (const ModelListing& listing : found_.listings) {
            if (listing.origin != origin)
                continue;
            if (first)
                addAction(title)->setEnabled(false);
            first = false;
            addListing(listing, QString::fromStdString(listing.name));
        }
        if (!first)
            addSeparator();
    };
    section(tr("Bundled"), ModelListing::Origin::Bundled);
    if (!found_.recent.isEmpty()) {
        addAction(tr("Opened before"))->setEnabled(false);
        for (const QString& folder : found_.recent) {
            QAction* const action = addAction(QDir(folder).dirName());
            action->setToolTip(folder);
            connect(action, &QAction::triggered, this, [this, folder] { emit modelChosen(folder); });
        }
        addSeparator();
    }
    QAction* const open = addAction(tr("Open folder…"));
    open->setToolTip(tr("A folder in Hugging Face layout: config.json, model.safetensors, tokenizer.json. "
                        "Or drop one on the window."));
    connect(open, &QAction::triggered, this, &ModelMenu::openFolderRequested);
    addSeparator();
    section(tr("Hugging Face cache"), ModelListing::Origin::HuggingFaceCache);
}

} // namespace headlight::ui
