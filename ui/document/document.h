// What the window is about: a model, a text, and the newest run of the one on the other.
#pragma once

#include "core/compute/backend.h"
#include "ui/document/run_snapshot.h"
#include "ui/document/written_path.h"
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
    bool keeps_all = false;             ///< kept_target is a whole translation: nothing is written behind it
    std::vector<TokenId> continuation;  ///< decoder-only: words written behind the text
    std::vector<std::size_t> chosen_words; ///< which words of kept_target (start token aside) or continuation a person chose, from 0
    /// Lets go of all words the model wrote or was told to keep.
    void dropWords();
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
    /// The model, and what it computes on, of another document: two texts are read by one model, loaded once.
    void shareModel(const Document& other);
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

    // Going on writing: a decoder-only model continues the text, word by word or several at once.
    [[nodiscard]] const GenerationSettings& generationSettings() const { return generation_settings_; }
    /// Translations the model writes are written anew; a text's continuation stays, the next words follow the new settings.
    void setGenerationSettings(const GenerationSettings& settings);
    /// Whether the model writes texts on and this one has not come to its end.
    [[nodiscard]] bool canContinue() const;
    /// Writes up to `n_words` tokens behind the text and what was written behind it before.
    void continueText(std::size_t n_words);
    /// What was written becomes text.
    void takeContinuation();
    void dropContinuation();
    /// Sampling: the words written last are drawn once more, with the next seed.
    void drawAgain();
    /// Words of the run that is writing now, as far as they are made.
    [[nodiscard]] const std::optional<Draft>& draft() const { return draft_; }
    /// Ways this text has been continued or translated, as tried; the model's own first.
    [[nodiscard]] const std::vector<WrittenPath>& paths() const { return paths_.paths(); }
    /// The one that is shown.
    [[nodiscard]] std::optional<std::size_t> currentPath() const;
    void goToPath(std::size_t index);
    /// Replaces the text by as much of its beginning as the model has positions for, then runs it.
    void cutText();
    /// Of the runs to come.
    void setDraftPace(const DraftPace& pace) { draft_pace_ = pace; }
    /// Stops what is being loaded or run; what was there stays. A run that shows words already ends behind them and keeps them.
    void stop();

signals:
    /// A run was computed elsewhere than before, and why; empty once it is as asked again.
    void computedElsewhere(const QString& why);
    void modelChanged();
    void snapshotChanged();
    void problemChanged();
    void modelFailed(const headlight::Error& error);
    /// stop() ended loading a model that was opened with its texts.
    void openingStopped();
    /// What textState() tells changed, by whatever it did.
    void textStateChanged();
    void ownTargetChanged();
    void generationSettingsChanged();
    void draftChanged();
    void pathsChanged();
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
    /// Decoder-only models write `n_new` words behind what there is.
    void run(std::size_t n_new = 0);
    [[nodiscard]] RunRequest request(std::size_t n_new) const;
    void finishRun(Result<SnapshotPtr> result);
    /// Runs again where the device that holds the trace is gone.
    void replaceLostTrace();
    [[nodiscard]] std::optional<QString> pairToRun() const;
    void replaceText(const QString& text);
    void setProblem(std::optional<Error> problem);
    void setSnapshot(SnapshotPtr snapshot);
    void setDraft(std::optional<Draft> draft);
    /// Whether the snapshot is of this model, text and second sentence, however it goes on.
    [[nodiscard]] bool snapshotFits() const;
    /// What is written behind the text is what the snapshot has, also when more was wanted and did not come about.
    void settleContinuation();
    void chooseContinuation(const RunSnapshot& snapshot, std::size_t row, TokenId word);
    void chooseTarget(const RunSnapshot& snapshot, std::size_t row, TokenId word);
    void keepTarget(const RunSnapshot& snapshot, const std::vector<TokenId>& words);

    BackendOptions backend_options_;
    SelectedBackend backend_;
    QString backend_reason_;
    std::shared_ptr<const Model> model_;
    SnapshotPtr snapshot_;
    QString reference_;
    TextState asked_;
    bool opening_with_texts_ = false; ///< the texts belong to the model being opened, not to the present one
    GenerationSettings generation_settings_;
    std::optional<Draft> draft_;
    DraftPace draft_pace_;
    WrittenPaths paths_;
    std::stop_source enough_; ///< of the newest run
    std::optional<Error> problem_;
    QString opening_;
    QTimer debounce_;
    QTimer device_watch_; ///< while a trace lies on a device that may be lost
    JobRunner load_runner_;
    JobRunner text_runner_;
};

} // namespace headlight::ui
