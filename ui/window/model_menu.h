// Where another model comes from: bundled ones, folders opened before, the Hugging Face cache, any folder.
#pragma once

#include "core/checkpoint/model_folder.h"
#include "ui/jobs/job_runner.h"

#include <QMenu>
#include <QStringList>

#include <vector>

namespace headlight::ui {

/// The disk is searched in a job; the menu shows what the last search found.
class ModelMenu : public QMenu {
    Q_OBJECT
public:
    explicit ModelMenu(QWidget* parent = nullptr);

    /// Search again, in the background.
    void refresh();

signals:
    void modelChosen(const QString& name_or_path);
    void openFolderRequested();

private:
    void fill();
    void addListing(const ModelListing& listing, const QString& label);

    struct Found {
        std::vector<ModelListing> listings;
        QStringList recent; ///< folders opened before that still exist
        bool operator==(const Found&) const = default;
    };
    Found found_;
    JobRunner runner_;
};

} // namespace headlight::ui
