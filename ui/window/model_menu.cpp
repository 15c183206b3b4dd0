#include "ui/window/model_menu.h"

#include "ui/document/recent_models.h"

#include <QDir>
#include <QLocale>

namespace headlight::ui {

ModelMenu::ModelMenu(QWidget* parent)
    : QMenu(parent) {
    setToolTipsVisible(true);
    connect(this, &QMenu::aboutToShow, this, [this] {
        fill();
        refresh();
    });
}

void ModelMenu::refresh() {
    runner_.start<std::vector<ModelListing>>(
        [](const RunControl&) -> Result<std::vector<ModelListing>> { return listModels(); },
        [this](Result<std::vector<ModelListing>> result) {
            if (!result.ok())
                return;
            const bool grown = result.value().size() != listings_.size();
            listings_ = std::move(result).value();
            if (isVisible() && grown)
                fill();
        });
}

void ModelMenu::addListing(const ModelListing& listing, const QString& label) {
    QString text = label;
    if (!listing.model_type.empty())
        text += QStringLiteral("   ") + QString::fromStdString(listing.model_type);
    if (listing.size_bytes > 0)
        text += QStringLiteral(" · ") + QLocale().formattedDataSize(static_cast<qint64>(listing.size_bytes), 0);
    QAction* const action = addAction(text);
    action->setToolTip(QString::fromStdString(listing.folder.string()));
    const QString wanted = QString::fromStdString(
        listing.origin == ModelListing::Origin::Folder ? listing.folder.string() : listing.name);
    connect(action, &QAction::triggered, this, [this, wanted] { emit modelChosen(wanted); });
}

void ModelMenu::fill() {
    clear();
    const auto section = [this](const QString& title, ModelListing::Origin origin) {
        bool first = true;
        for (const ModelListing& listing : listings_) {
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
    if (const QStringList recent = RecentModels::folders(); !recent.isEmpty()) {
        addAction(tr("Opened before"))->setEnabled(false);
        for (const QString& folder : recent) {
            QAction* const action = addAction(QDir(folder).dirName());
            action->setToolTip(folder);
            connect(action, &QAction::triggered, this, [this, folder] { emit modelChosen(folder); });
        }
        addSeparator();
    }
    section(tr("Hugging Face cache"), ModelListing::Origin::HuggingFaceCache);
    QAction* const open = addAction(tr("Open folder…"));
    open->setToolTip(tr("A folder in Hugging Face layout: config.json, model.safetensors, tokenizer.json. "
                        "Or drop one on the window."));
    connect(open, &QAction::triggered, this, &ModelMenu::openFolderRequested);
}

} // namespace headlight::ui
