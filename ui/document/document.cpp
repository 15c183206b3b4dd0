#include "ui/document/document.h"

#include "core/checkpoint/model_folder.h"
#include "ui/document/example_text.h"

#include <QFileInfo>

namespace headlight::ui {

namespace {

constexpr int kDebounceMilliseconds = 60;

/// A file dropped or chosen inside a model folder means that folder.
QString folderOf(const QString& name_or_path) {
    const QFileInfo info(name_or_path);
    return info.isFile() ? info.absolutePath() : name_or_path;
}

} // namespace

Document::Document(const BackendOptions& backend, QObject* parent)
    : QObject(parent)
    , backend_options_(backend) {
    debounce_.setSingleShot(true);
    debounce_.setInterval(kDebounceMilliseconds);
    connect(&debounce_, &QTimer::timeout, this, &Document::run);
}

void Document::openModel(const QString& name_or_path) {
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
            return Loaded{std::move(model), std::move(selected)};
        },
        [this](Result<Loaded> result) {
            if (result.ok())
                accept(std::move(result).value());
            else if (!result.error().cancelled())
                emit modelFailed(result.error());
        });
}

void Document::accept(Loaded loaded) {
    model_ = std::move(loaded.model);
    backend_ = std::move(loaded.backend);
    backend_reason_ = QString::fromStdString(backend_.reason);
    if (!backend_.notice.empty())
        backend_reason_ += QLatin1Char('\n') + QString::fromStdString(backend_.notice);
    if (own_target_ || hasChosenWord()) {
        own_target_.reset(); // it was a translation for another model
        kept_target_.clear();
        emit ownTargetChanged();
    }
    if (text_is_example_)
        takeExample();
    emit modelChanged();
    run();
}

void Document::takeExample() {
    const QString example = exampleText(model_->folder());
    if (example == text_)
        return;
    text_ = example;
    emit textReplaced();
}

void Document::setText(const QString& text, bool now) {
    if (text == text_ && !now)
        return;
    text_ = text;
    text_is_example_ = text.isEmpty();
    forgetChosenWord();
    if (now)
        run();
    else
        debounce_.start();
}

void Document::setTextPair(const QString& text) {
    if (text == text_pair_)
        return;
    text_pair_ = text;
    if (takesPair())
        debounce_.start();
}

bool Document::takesPair() const {
    if (!model_)
        return false;
    const ModelSpec& spec = model_->spec();
    return spec.kind == ModelKind::EncoderOnly || (spec.hasEncoder() && spec.classifies()); // as Model::prepare says
}

std::optional<QString> Document::pairToRun() const {
    return takesPair() && !text_pair_.trimmed().isEmpty() ? std::optional(text_pair_) : std::nullopt;
}

void Document::setOwnTarget(const std::optional<QString>& target) {
    if (target == own_target_)
        return;
    own_target_ = target;
    kept_target_.clear();
    emit ownTargetChanged();
    debounce_.start();
}

void Document::chooseWord(const SnapshotPtr& snapshot, std::size_t row, TokenId word) {
    if (!snapshot || snapshot != snapshot_ || snapshot->request.model != model_ || snapshot->request.text != text_)
        return; // a list of an older run, or the text has been edited since: its offsets are not this text's
    const ModelSpec& spec = model_->spec();
    const ModelInput& input = snapshot->run.input;
    const TokenSequence& tokens = spec.hasDecoder() ? input.target : input.source;
    if (row >= tokens.size())
        return;
    if (spec.kind == ModelKind::EncoderDecoder) {
        own_target_.reset();
        kept_target_.assign(tokens.ids.begin(), tokens.ids.begin() + static_cast<std::ptrdiff_t>(row) + 1);
        kept_target_.push_back(word);
        emit ownTargetChanged();
        run();
        return;
    }
    const TokenSequence chosen = model_->describe({word});
    if (chosen.special.front() || tokens.sequence[row] != 0)
        return;
    const std::string text = text_.toStdString();
    const ByteRange at = tokens.offsets[row];
    if (spec.kind == ModelKind::DecoderOnly)
        replaceText(QString::fromStdString(text.substr(0, at.end) + chosen.display.front()));
    else if (at.begin < at.end)
        replaceText(QString::fromStdString(text.substr(0, at.begin) + wordText(chosen.display.front()).toStdString() + text.substr(at.end)));
}

void Document::forgetChosenWord() {
    if (!hasChosenWord())
        return;
    kept_target_.clear();
    emit ownTargetChanged();
    debounce_.start();
}

void Document::replaceText(const QString& text) {
    text_ = text;
    text_is_example_ = false;
    emit textReplaced();
    run();
}

void Document::cutText() {
    if (!model_)
        return;
    const auto pair = pairToRun();
    const auto pair_text = pair ? std::optional(pair->toStdString()) : std::nullopt;
    text_runner_.start<std::string>(
        [model = model_, text = text_.toStdString(), pair_text](const RunControl&) -> Result<std::string> {
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
            replaceText(QString::fromStdString(*beginning));
        });
}

void Document::stop() {
    load_runner_.cancel();
    text_runner_.cancel();
    debounce_.stop();
}

void Document::run() {
    debounce_.stop();
    if (!model_)
        return; // runs when the model is there
    if (text_.trimmed().isEmpty()) {
        text_runner_.cancel();
        setProblem({});
        setSnapshot(nullptr);
        return;
    }
    const RunRequest request{model_, text_, pairToRun(), own_target_, kept_target_};
    text_runner_.start<SnapshotPtr>(
        [request](const RunControl& control) { return makeSnapshot(request, control); },
        [this](Result<SnapshotPtr> result) {
            if (result.ok()) {
                setProblem({});
                setSnapshot(std::move(result).value());
                return;
            }
            if (result.error().cancelled())
                return;
            setProblem(result.error());
            if (snapshot_ && snapshot_->request.model != model_)
                setSnapshot(nullptr); // another model's picture under this model's name would lie
        });
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
    snapshot_ = std::move(snapshot);
    emit snapshotChanged();
}

} // namespace headlight::ui
