// What the window is about: a model, a text, and the newest run of the one on the other.
#pragma once

#include "core/compute/backend.h"
#include "ui/document/run_snapshot.h"
#include "ui/jobs/job_runner.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace headlight::ui {

/// What a person wrote and chose for a model to read: kept in sessions, brought back by undo.
struct TextState {
    QString text;
    bool is_example = true;             ///< nobody wrote it: each model brings its own
    QString text_pair;                  ///< the second sentence; kept while a model is open that reads one text
    std::optional<QString> own_target;  ///< encoder-decoders: the user's translation
    std::vector<TokenId> kept_target;   ///< encoder-decoders: what the decoder has read up to a word the user chose, that word last
    bool operator==(const TextState&) const = default;
};

/// Loads models and runs texts in jobs; widgets read it and never call the engine. The old snapshot stays until the
/// new one is there, the old model until the new one has loaded, and a failure changes neither.
class Document : public QObject {
    Q_OBJECT
public:
    explicit Document(const BackendOptions& backend = {}, QObject* parent = nullptr);

    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; } ///< null before the first
    [[nodiscard]] const SnapshotPtr& snapshot() const { return snapshot_; }            ///< null: nothing has run yet
    [[nodiscard]] const QString& text() const { return asked_.text; }
    /// The second sentence; read by encoders and classifiers, kept while another model is open.
    [[nodiscard]] const QString& textPair() const { return asked_.text_pair; }
    /// Whether the model reads a second sentence.
    [[nodiscard]] bool takesPair() const;
    [[nodiscard]] const std::optional<QString>& ownTarget() const { return asked_.own_target; }
    /// Why the newest text could not be run (too long, ...); the snapshot is then an older one or null.
    [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }
    [[nodiscard]] const QString& backendReason() const { return backend_reason_; }     ///< why this backend, a sentence
    [[nodiscard]] JobRunner* loadRunner() { return &load_runner_; }
    [[nodiscard]] JobRunner* textRunner() { return &text_runner_; }
    [[nodiscard]] const QString& modelBeingOpened() const { return opening_; }
    /// What openModel finds the present model by: a bundled name, a hub id, an absolute folder; empty before the first.
    [[nodiscard]] const QString& modelReference() const { return reference_; }
    /// Everything a person wrote and chose.
    [[nodiscard]] const TextState& textState() const { return asked_; }
    /// Nothing is being loaded or run, or will be soon.
    [[nodiscard]] bool settled() const;

    /// A bundled name, a folder, a file inside a model folder, or a hub id in the Hugging Face cache.
    void openModel(const QString& name_or_path);
    /// The same, and shows `texts` with it: what is in the window until the model is there stays as it is but for the texts.
    void openModel(const QString& name_or_path, const TextState& texts);
    /// Without a model: texts stay and are run by the next one.
    void closeModel();
    /// All texts at once, run at once.
    void setTextState(const headlight::ui::TextState& texts);
    /// Runs soon, or at once with `now`. Soon is when control returns to the event loop while runs are fast enough to keep up
    /// with typing, and once typing pauses for a moment where they are not.
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
    [[nodiscard]] bool hasChosenWord() const { return !asked_.kept_target.empty(); }
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
    /// stop() ended loading a model that was opened with its texts.
    void openingStopped();
    /// What textState() tells changed, by whatever it did.
    void textStateChanged();
    void ownTargetChanged();
    /// The text or the second sentence changed other than by setText and setTextPair.
    void textReplaced();

private:
    struct Loaded {
        std::shared_ptr<const Model> model;
        SelectedBackend backend;
        QString reference;
    };
    void startLoading(const QString& name_or_path);
    void accept(Loaded loaded);
    void showTexts(const TextState& texts);
    void takeExample();
    void runSoon();
    void runUnlessBusy();
    void run();
    void finishRun(Result<SnapshotPtr> result);
    [[nodiscard]] std::optional<QString> pairToRun() const;
    void replaceText(const QString& text);
    void setProblem(std::optional<Error> problem);
    void setSnapshot(SnapshotPtr snapshot);

    BackendOptions backend_options_;
    SelectedBackend backend_;
    QString backend_reason_;
    std::shared_ptr<const Model> model_;
    SnapshotPtr snapshot_;
    QString reference_;
    TextState asked_;
    bool opening_with_texts_ = false; ///< the texts belong to the model being opened, not to the present one
    std::optional<Error> problem_;
    QString opening_;
    QTimer debounce_;
    JobRunner load_runner_;
    JobRunner text_runner_;
};

} // namespace headlight::ui
