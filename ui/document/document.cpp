#include "ui/document/document.h"

#include "core/checkpoint/model_folder.h"
#include "ui/document/example_text.h"

#include <QFileInfo>

#include <utility>

namespace headlight::ui {

namespace {

/// Runs that took no longer keep up with typing: every key starts one. Longer ones wait until typing pauses.
constexpr double kFastMilliseconds = 80.0;
constexpr int kPauseMilliseconds = 60;
constexpr int kDeviceWatchMilliseconds = 250;

/// A file dropped or chosen inside a model folder means that folder.
QString folderOf(const QString& name_or_path) {
    const QFileInfo info(name_or_path);
    return info.isFile() ? info.absolutePath() : name_or_path;
}

/// What finds the model again from any working directory.
QString referenceOf(const ModelListing& listing) {
    if (listing.origin != ModelListing::Origin::Folder)
        return QString::fromStdString(listing.name);
    std::error_code unreadable;
    const auto absolute = std::filesystem::absolute(listing.folder, unreadable);
    return QString::fromStdString((unreadable ? listing.folder : absolute.lexically_normal()).string());
}

} // namespace

Document::Document(const BackendOptions& backend, QObject* parent)
    : QObject(parent)
    , backend_options_(backend) {
    debounce_.setSingleShot(true);
    connect(&debounce_, &QTimer::timeout, this, &Document::runUnlessBusy);
    device_watch_.setInterval(kDeviceWatchMilliseconds);
    connect(&device_watch_, &QTimer::timeout, this, &Document::replaceLostTrace);
}

void Document::runSoon() {
    const bool fast = snapshot_ && snapshot_->request.model == model_ && snapshot_->milliseconds <= kFastMilliseconds;
    debounce_.start(fast ? 0 : kPauseMilliseconds);
}

/// A run that may still turn out to be fast is let finish, so that the picture follows a held key. Nothing queues up: of
/// what is typed meanwhile only the last is run.
void Document::runUnlessBusy() {
    const double left = kFastMilliseconds - text_runner_.elapsedMilliseconds();
    if (text_runner_.running() && left > 0.0)
        debounce_.start(static_cast<int>(left) + 1);
    else
        run();
}

void Document::openModel(const QString& name_or_path) {
    opening_with_texts_ = false;
    startLoading(name_or_path);
}

void Document::openModel(const QString& name_or_path, const TextState& texts) {
    opening_with_texts_ = true;
    debounce_.stop();
    text_runner_.cancel();
    showTexts(texts);
    startLoading(name_or_path);
}

void Document::startLoading(const QString& name_or_path) {
    opening_ = name_or_path;
    const std::string wanted = folderOf(name_or_path).toStdString();
    load_runner_.start<Loaded>(
        [wanted, options = backend_options_, backend = backend_](const RunControl& control) -> Result<Loaded> {
            control.report(0.0, "looking for the model");
            HEADLIGHT_ASSIGN(const ModelListing listing, findModel(wanted));
            SelectedBackend selected = backend;
            if (!selected.backend) {
                HEADLIGHT_ASSIGN(selected, selectBackend(options));
            }
            HEADLIGHT_ASSIGN(auto model, Model::load(listing.folder, selected.backend, control));
            return Loaded{std::move(model), std::move(selected), referenceOf(listing)};
        },
        [this](Result<Loaded> result) {
            if (result.ok()) {
                accept(std::move(result).value());
            } else if (!result.error().cancelled()) {
                const bool with_texts = std::exchange(opening_with_texts_, false);
                emit modelFailed(result.error());
                if (with_texts)
                    run(); // the model that stayed, if any, reads them
            }
        });
}

void Document::shareModel(const Document& other) {
    if (!other.model_ || other.model_ == model_)
        return;
    load_runner_.cancel();
    accept({other.model_, other.backend_, other.reference_});
}

void Document::closeModel() {
    load_runner_.cancel();
    text_runner_.cancel();
    debounce_.stop();
    opening_with_texts_ = false;
    model_.reset();
    reference_.clear();
    setProblem({});
    setSnapshot(nullptr);
    emit modelChanged();
}

bool Document::settled() const { return !load_runner_.running() && !text_runner_.running() && !debounce_.isActive(); }

void Document::showTexts(const TextState& texts) {
    if (texts == asked_)
        return;
    asked_ = texts;
    emit textReplaced();
    emit ownTargetChanged();
    emit textStateChanged();
}

void Document::setTextState(const TextState& texts) {
    if (texts == asked_)
        return;
    showTexts(texts);
    run();
}

void Document::accept(Loaded loaded) {
    model_ = std::move(loaded.model);
    reference_ = loaded.reference;
    backend_ = std::move(loaded.backend);
    const QString reason_before = backend_reason_;
    backend_reason_ = QString::fromStdString(backend_.reason);
    if (!backend_.notice.empty())
        backend_reason_ += QLatin1Char('\n') + QString::fromStdString(backend_.notice);
    const bool has_texts = std::exchange(opening_with_texts_, false);
    if (!has_texts)
        asked_.continuation.clear(); // written by another model
    if (!has_texts && (asked_.own_target || hasChosenWord())) {
        asked_.own_target.reset(); // it was a translation for another model
        asked_.dropWords();
        emit ownTargetChanged();
    }
    if (asked_.is_example && (!has_texts || asked_.text.isEmpty()))
        takeExample();
    emit modelChanged();
    emit textStateChanged();
    if (&model_->backend() != backend_.backend.get()) // loading has already found that it does not fit
        emit computedElsewhere(QString::fromStdString(model_->warnings().back()));
    else if (!backend_.notice.empty() && backend_reason_ != reason_before && backend_.backend->name() == "cpu")
        emit computedElsewhere(QString::fromStdString(backend_.notice)); // said once, not with every model
    run();
}

void Document::takeExample() {
    const QString example = exampleText(model_->folder());
    if (example == asked_.text)
        return;
    asked_.text = example;
    emit textReplaced();
}

void Document::setText(const QString& text, bool now) {
    if (text == asked_.text && !now)
        return;
    asked_.text = text;
    asked_.is_example = text.isEmpty();
    forgetChosenWord();
    asked_.dropWords();
    emit textStateChanged();
    if (now)
        run();
    else
        runSoon();
}

void Document::setTextPair(const QString& text) {
    if (text == asked_.text_pair)
        return;
    asked_.text_pair = text;
    emit textStateChanged();
    if (takesPair())
        runSoon();
}

bool Document::takesPair() const {
    if (!model_)
        return false;
    const ModelSpec& spec = model_->spec();
    return spec.kind == ModelKind::EncoderOnly || (spec.hasEncoder() && spec.classifies()); // as Model::prepare says
}

std::optional<QString> Document::pairToRun() const {
    return takesPair() && !asked_.text_pair.trimmed().isEmpty() ? std::optional(asked_.text_pair) : std::nullopt;
}

void Document::setOwnTarget(const std::optional<QString>& target) {
    if (target == asked_.own_target)
        return;
    asked_.own_target = target;
    asked_.dropWords();
    emit ownTargetChanged();
    emit textStateChanged();
    runSoon();
}

void Document::chooseWord(const SnapshotPtr& snapshot, std::size_t row, TokenId word) {
    if (!snapshot || snapshot != snapshot_ || snapshot->request.model != model_ || snapshot->request.text != asked_.text)
        return; // a list of an older run, or the text has been edited since: its offsets are not this text's
    const ModelSpec& spec = model_->spec();
    const ModelInput& input = snapshot->run.input;
    const TokenSequence& tokens = spec.hasDecoder() ? input.target : input.source;
    if (row >= tokens.size())
        return;
    if (spec.kind == ModelKind::EncoderDecoder) {
        chooseTarget(*snapshot, row, word);
        return;
    }
    if (snapshot->hasContinuation() && row + 1 >= snapshot->n_given) {
        chooseContinuation(*snapshot, row, word);
        return;
    }
    const TokenSequence chosen = model_->describe({word});
    if (chosen.special.front() || tokens.sequence[row] != 0)
        return;
    const std::string text = asked_.text.toStdString();
    const ByteRange at = tokens.offsets[row];
    if (spec.kind == ModelKind::DecoderOnly)
        replaceText(QString::fromStdString(text.substr(0, at.end) + chosen.display.front()));
    else if (at.begin < at.end)
        replaceText(QString::fromStdString(text.substr(0, at.begin) + wordText(chosen.display.front()).toStdString() + text.substr(at.end)));
}

void Document::replaceText(const QString& text) {
    asked_.text = text;
    asked_.is_example = false;
    asked_.dropWords();
    emit textReplaced();
    emit textStateChanged();
    run();
}

void Document::cutText() {
    if (!model_)
        return;
    const auto pair = pairToRun();
    const auto pair_text = pair ? std::optional(pair->toStdString()) : std::nullopt;
    text_runner_.start<std::string>(
        [model = model_, text = asked_.text.toStdString(), pair_text](const RunControl&) -> Result<std::string> {
            HEADLIGHT_ASSIGN(std::string beginning, model->beginningThatFits(text, pair_text));
            if (beginning.empty())
                return makeError(ErrorKind::Text, "the second sentence alone fills the model's positions")
                    .nextStep("Shorten the second sentence");
            return beginning;
        },
        [this](Result<std::string> beginning) {
            if (!beginning.ok()) {
                setProblem(beginning.error());
                return;
            }
            setProblem({}); // it was the whole text's
            replaceText(QString::fromStdString(*beginning));
        });
}

void Document::stop() {
    load_runner_.cancel();
    debounce_.stop();
    if (std::exchange(opening_with_texts_, false))
        emit openingStopped();
    if (draft_ && !enough_.stop_requested()) { // words are there: the run ends behind them
        enough_.request_stop();
        return;
    }
    text_runner_.cancel();
    setDraft({});
    settleContinuation();
}

RunRequest Document::request(std::size_t n_new) const {
    RunRequest request{.model = model_, .text = asked_.text, .text_pair = pairToRun(), .own_target = {}};
    request.generation = generation_settings_;
    request.enough = enough_.get_token();
    request.draft_pace = draft_pace_;
    const ModelKind kind = model_->spec().kind;
    if (kind == ModelKind::EncoderDecoder) {
        request.own_target = asked_.own_target;
        request.kept_target = asked_.kept_target;
        request.keeps_all = asked_.keeps_all;
        if (!request.kept_target.empty())
            request.kept_steps = paths_.stepsOf({request.kept_target.begin() + 1, request.kept_target.end()});
    } else if (kind == ModelKind::DecoderOnly) {
        request.continuation = asked_.continuation;
        request.n_new = n_new;
        request.kept_steps = paths_.stepsOf(request.continuation);
    }
    for (const std::size_t chosen : asked_.chosen_words)
        if (chosen < request.kept_steps.size())
            request.kept_steps[chosen].by_user = true;
    return request;
}

void Document::run(std::size_t n_new) {
    debounce_.stop();
    setDraft({});
    if (!model_ || opening_with_texts_)
        return; // runs when the model is there
    if (asked_.text.trimmed().isEmpty()) {
        text_runner_.cancel();
        setProblem({});
        setSnapshot(nullptr);
        return;
    }
    enough_ = {};
    const SnapshotPtr previous = snapshot_ && snapshot_->request.model == model_ ? snapshot_ : nullptr;
    text_runner_.startTelling<SnapshotPtr, Draft>(
        [request = request(n_new), previous](const RunControl& control, const TellDraft& tell) {
            return makeSnapshot(request, control, previous, tell);
        },
        [this](Draft draft) { setDraft(std::move(draft)); }, [this](Result<SnapshotPtr> result) { finishRun(std::move(result)); });
}

void Document::finishRun(Result<SnapshotPtr> result) {
    const bool had_draft = std::exchange(draft_, {}).has_value(); // the snapshot takes its place in one step
    if (result.ok()) {
        setProblem({});
        setSnapshot(std::move(result).value());
        settleContinuation();
    } else if (!result.error().cancelled()) {
        settleContinuation();
        setProblem(result.error());
        if (snapshot_ && snapshot_->request.model != model_)
            setSnapshot(nullptr); // another model's picture under this model's name would lie
    }
    if (had_draft)
        emit draftChanged();
    if (debounce_.isActive())
        runSoon(); // the text has changed meanwhile
}

/// Views that find a trace's device gone keep their old picture; here it is computed anew, by the CPU where the model may.
void Document::replaceLostTrace() {
    if (!snapshot_ || !snapshot_->trace().backend().lost() || text_runner_.running())
        return;
    device_watch_.stop(); // one attempt: its outcome is a snapshot or a problem
    run();
}

void Document::setProblem(std::optional<Error> problem) {
    if (!problem && !problem_)
        return;
    problem_ = std::move(problem);
    emit problemChanged();
}

void Document::setSnapshot(SnapshotPtr snapshot) {
    if (snapshot == snapshot_)
        return;
    const std::string before = snapshot_ ? snapshot_->run.notice : std::string();
    snapshot_ = std::move(snapshot);
    if (snapshot_ && snapshot_->trace().backend().name() != "cpu")
        device_watch_.start();
    else
        device_watch_.stop();
    paths_.follow(snapshot_);
    emit snapshotChanged();
    emit pathsChanged();
    if (snapshot_ && snapshot_->run.notice != before)
        emit computedElsewhere(QString::fromStdString(snapshot_->run.notice));
}

} // namespace headlight::ui
