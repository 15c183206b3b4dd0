// What the window is about: a model, a text, and the newest run of the one on the other.
#pragma once

#include "core/compute/backend.h"
#include "ui/document/run_snapshot.h"
#include "ui/jobs/job_runner.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace headlight::ui {

/// Loads models and runs texts in jobs; widgets read it and never call the engine. The old snapshot stays until the
/// new one is there, the old model until the new one has loaded, and a failure changes neither.
class Document : public QObject {
    Q_OBJECT
public:
    explicit Document(const BackendOptions& backend = {}, QObject* parent = nullptr);

    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; } ///< null before the first
    [[nodiscard]] const SnapshotPtr& snapshot() const { return snapshot_; }            ///< null: nothing has run yet
    [[nodiscard]] const QString& text() const { return text_; }
    /// The second sentence; read by encoders and classifiers, kept while another model is open.
    [[nodiscard]] const QString& textPair() const { return text_pair_; }
    /// Whether the model reads a second sentence.
    [[nodiscard]] bool takesPair() const;
    [[nodiscard]] const std::optional<QString>& ownTarget() const { return own_target_; }
    /// Why the newest text could not be run (too long, ...); the snapshot is then an older one or null.
    [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }
    [[nodiscard]] const QString& backendReason() const { return backend_reason_; }     ///< why this backend, a sentence
    [[nodiscard]] JobRunner* loadRunner() { return &load_runner_; }
    [[nodiscard]] JobRunner* textRunner() { return &text_runner_; }
    [[nodiscard]] const QString& modelBeingOpened() const { return opening_; }

    /// A bundled name, a folder, a file inside a model folder, or a hub id in the Hugging Face cache.
    void openModel(const QString& name_or_path);
    /// Runs soon (60 ms after the last change), or at once with `now`.
    void setText(const QString& text, bool now = false);
    /// The second sentence of a pair; blank: none.
    void setTextPair(const QString& text);
    /// Encoder-decoders: the user's own target text; nothing: the model generates it.
    void setOwnTarget(const std::optional<QString>& target);
    /// Takes another word at one row of the output stack of the newest run. A translation keeps what it wrote before that row and
    /// goes on from the word; a text to continue is cut behind the row and the word is added; a masked word is filled in.
    /// Nothing happens where the word is none of a text's (a special token).
    void chooseWord(const headlight::ui::SnapshotPtr& snapshot, std::size_t row, headlight::TokenId word);
    /// Whether the translation goes on from a word the user chose.
    [[nodiscard]] bool hasChosenWord() const { return !kept_target_.empty(); }
    /// Lets the model choose every word again.
    void forgetChosenWord();
    /// Replaces the text by as much of its beginning as the model has positions for, then runs it.
    void cutText();
    /// Stops what is being loaded or run; what was there stays.
    void stop();

signals:
    void modelChanged();
    void snapshotChanged();
    void problemChanged();
    void modelFailed(const headlight::Error& error);
    void ownTargetChanged();
    /// The text changed other than by setText.
    void textReplaced();

private:
    struct Loaded {
        std::shared_ptr<const Model> model;
        SelectedBackend backend;
    };
    void accept(Loaded loaded);
    void takeExample();
    void run();
    [[nodiscard]] std::optional<QString> pairToRun() const;
    void replaceText(const QString& text);
    void setProblem(std::optional<Error> problem);
    void setSnapshot(SnapshotPtr snapshot);

    BackendOptions backend_options_;
    SelectedBackend backend_;
    QString backend_reason_;
    std::shared_ptr<const Model> model_;
    SnapshotPtr snapshot_;
    QString text_;
    bool text_is_example_ = true; ///< nobody wrote it: each model brings its own
    QString text_pair_;
    std::optional<QString> own_target_;
    std::vector<TokenId> kept_target_;
    std::optional<Error> problem_;
    QString opening_;
    QTimer debounce_;
    JobRunner load_runner_;
    JobRunner text_runner_;
};

} // namespace headlight::ui
