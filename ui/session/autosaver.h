// Keeps what is open in a file of this program's own, a few seconds behind, so that nothing is lost when it ends badly.
#pragma once

#include "core/base/result.h"
#include "ui/jobs/job_runner.h"
#include "ui/session/autosave_folder.h"
#include "ui/session/session_state.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace headlight::ui {

/// What a program that ended badly left behind.
struct Leftover {
    std::filesystem::path path;
    session::Session session;
    std::size_t n_more = 0; ///< others, older
};

class Autosaver : public QObject {
    Q_OBJECT
public:
    using Compose = std::function<session::Session()>; ///< made in the window's thread, called in a worker's
    /// `compose` is asked for what there is to write; nothing: nothing that is not safe elsewhere.
    Autosaver(std::function<std::optional<Compose>()> compose, QObject* parent = nullptr);

    /// Claims a file in `folder` and looks for what others left there, in the background; does nothing until then.
    void start(const std::filesystem::path& folder);
    [[nodiscard]] bool started() const { return slot_ != nullptr; }
    [[nodiscard]] bool busy() const { return runner_.running(); }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    void setInterval(int milliseconds) { timer_.setInterval(milliseconds); }
    /// Something changed: it is written a few seconds later.
    void touch();
    /// Writes at once what is not written yet, keeps it as what was open last where `keep`, and else removes it. Then calls
    /// `then`, at once where nothing is to be written.
    void finish(bool keep, std::function<void()> then);
    /// The leftover lives on in this program's own file from the next writing on.
    void takeOver(const std::filesystem::path& leftover) { taken_over_ = leftover; }

signals:
    void leftoverFound(const headlight::ui::Leftover& leftover);
    /// Told once, until it works again.
    void failed(const headlight::Error& error);

private:
    struct Started {
        std::shared_ptr<session::AutosaveSlot> slot;
        std::optional<Leftover> leftover;
    };
    static Result<Started> begin(const std::filesystem::path& folder);
    void write(std::function<void()> then);
    void end(bool keep, const std::function<void()>& then);

    std::function<std::optional<Compose>()> compose_;
    std::filesystem::path folder_;
    std::shared_ptr<session::AutosaveSlot> slot_;
    std::filesystem::path taken_over_;
    QTimer timer_;
    JobRunner runner_;
    bool written_ = false;   ///< the file holds something
    bool unwritten_ = false; ///< something changed since
    bool failing_ = false;
};

} // namespace headlight::ui
