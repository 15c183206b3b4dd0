// The document's part in going on writing: continuations, chosen words, paths taken before.
#include "ui/document/document.h"

#include "ui/document/example_text.h"

#include <algorithm>

namespace headlight::ui {

namespace {

template <class T>
std::vector<T> firstOf(const std::vector<T>& list, std::size_t n) {
    return {list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(n, list.size()))};
}

bool endsText(const Model& model, TokenId id) {
    const auto& ends = model.spec().generation.eos_tokens;
    return std::find(ends.begin(), ends.end(), id) != ends.end();
}

/// What `ids` behind `text_ids` add to the text, blanks and letters of several tokens in their place.
QString addedText(const Model& model, std::vector<TokenId> text_ids, const std::vector<TokenId>& ids) {
    std::string added;
    if (const auto tokenizer = model.tokenizer()) {
        const std::string before = tokenizer->decode(text_ids);
        text_ids.insert(text_ids.end(), ids.begin(), ids.end());
        const std::string whole = tokenizer->decode(text_ids);
        if (whole.starts_with(before))
            return QString::fromStdString(whole.substr(before.size()));
    }
    const TokenSequence sequence = model.describe(ids);
    for (std::size_t i = 0; i < sequence.size(); ++i)
        if (!sequence.special[i])
            added += sequence.display[i];
    return QString::fromStdString(added);
}

/// Which words a person chose.
std::vector<std::size_t> chosenWords(const std::vector<WrittenStep>& steps) {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].by_user)
            chosen.push_back(i);
    return chosen;
}

} // namespace

void TextState::dropWords() {
    kept_target.clear();
    keeps_all = false;
    continuation.clear();
    chosen_words.clear();
}

bool Document::snapshotFits() const {
    return snapshot_ && snapshot_->request.model == model_ && snapshot_->request.text == asked_.text &&
           snapshot_->request.text_pair == pairToRun();
}

void Document::settleContinuation() {
    if (!snapshotFits() || snapshot_->isTranslation())
        return; // a newer text's words are still to come
    const auto chosen = chosenWords(snapshot_->steps);
    auto continuation = snapshot_->continuation();
    if (asked_.continuation == continuation && asked_.chosen_words == chosen)
        return;
    asked_.continuation = std::move(continuation);
    asked_.chosen_words = chosen;
    emit textStateChanged();
}

void Document::setDraft(std::optional<Draft> draft) {
    if (!draft && !draft_)
        return;
    draft_ = std::move(draft);
    emit draftChanged();
}

void Document::setGenerationSettings(const GenerationSettings& settings) {
    if (settings == generation_settings_)
        return;
    GenerationSettings same_length = settings;
    same_length.n_tokens = generation_settings_.n_tokens;
    const bool translates =
        model_ && model_->spec().kind == ModelKind::EncoderDecoder && !asked_.own_target && !asked_.keeps_all;
    const bool other_words = same_length != generation_settings_;
    generation_settings_ = settings;
    emit generationSettingsChanged();
    if (translates && other_words)
        runSoon();
}

bool Document::canContinue() const {
    if (!model_ || model_->spec().kind != ModelKind::DecoderOnly ||
        model_->spec().head != HeadKind::LanguageModel || asked_.text.trimmed().isEmpty())
        return false;
    return !snapshotFits() || !snapshot_->hasContinuation() || !endsText(*model_, snapshot_->written.back());
}

void Document::continueText(std::size_t n_words) {
    if (!canContinue() || n_words == 0)
        return;
    run(n_words); // behind asked_.continuation, which is what the snapshot shows
}

void Document::takeContinuation() {
    if (!snapshotFits() || !snapshot_->hasContinuation())
        return;
    const auto& read = snapshot_->run.input.target.ids;
    replaceText(asked_.text +
                addedText(*model_, firstOf(read, snapshot_->n_given), snapshot_->continuation()));
}

void Document::dropContinuation() {
    if (!snapshotFits() || !snapshot_->hasContinuation())
        return;
    asked_.dropWords();
    emit textStateChanged();
    run();
}

void Document::drawAgain() {
    if (!snapshotFits() || snapshot_->steps.empty() || !generation_settings_.samples())
        return;
    // Behind what the newest run was given; where it wrote nothing itself, behind the last word a person
    // chose.
    const auto& steps = snapshot_->steps;
    const bool wrote =
        !snapshot_->request.keeps_all && (snapshot_->isTranslation() || snapshot_->request.n_new > 0);
    std::size_t n_kept = snapshot_->request.kept_steps.size();
    if (!wrote)
        n_kept = static_cast<std::size_t>(
            std::find_if(steps.rbegin(), steps.rend(), [](const auto& step) { return step.by_user; }).base() -
            steps.begin());
    ++generation_settings_.seed;
    emit generationSettingsChanged();
    const std::vector<TokenId> kept = firstOf(generatedIds(*snapshot_), n_kept);
    asked_.dropWords();
    asked_.chosen_words = chosenWords(firstOf(steps, n_kept));
    if (!snapshot_->isTranslation()) {
        asked_.continuation = kept;
        run(steps.size() - n_kept);
        return;
    }
    if (!kept.empty())
        keepTarget(*snapshot_, kept);
    emit ownTargetChanged();
    emit textStateChanged();
    run();
}

/// Start token and `words` stay.
void Document::keepTarget(const RunSnapshot& snapshot, const std::vector<TokenId>& words) {
    asked_.kept_target = {snapshot.run.input.target.ids.front()};
    asked_.kept_target.insert(asked_.kept_target.end(), words.begin(), words.end());
}

void Document::chooseTarget(const RunSnapshot& snapshot, std::size_t row, TokenId word) {
    asked_.own_target.reset();
    asked_.dropWords();
    asked_.kept_target = firstOf(snapshot.run.input.target.ids, row + 1);
    asked_.kept_target.push_back(word);
    asked_.chosen_words = chosenWords(firstOf(snapshot.steps, row));
    asked_.chosen_words.push_back(row);
    emit ownTargetChanged();
    emit textStateChanged();
    run();
}

/// The text is continued from the word on, to the length it had.
void Document::chooseContinuation(const RunSnapshot& snapshot, std::size_t row, TokenId word) {
    const std::size_t n_kept = row + 1 - snapshot.n_given;
    asked_.continuation = firstOf(snapshot.continuation(), n_kept);
    asked_.continuation.push_back(word);
    asked_.chosen_words = chosenWords(firstOf(snapshot.steps, n_kept));
    asked_.chosen_words.push_back(n_kept);
    run(endsText(*model_, word) ? 0 : snapshot.steps.size() - asked_.continuation.size());
}

void Document::forgetChosenWord() {
    if (!hasChosenWord())
        return;
    asked_.dropWords();
    emit ownTargetChanged();
    emit textStateChanged();
    runSoon();
}

std::optional<std::size_t> Document::currentPath() const {
    return snapshotFits() && !snapshot_->steps.empty() ? paths_.find(generatedIds(*snapshot_)) : std::nullopt;
}

void Document::goToPath(std::size_t index) {
    if (!snapshotFits() || index >= paths().size() || currentPath() == index)
        return;
    const WrittenPath& path = paths()[index];
    asked_.dropWords();
    asked_.chosen_words = chosenWords(path.steps);
    if (snapshot_->isTranslation()) {
        asked_.own_target.reset();
        keepTarget(*snapshot_, path.ids);
        asked_.keeps_all = true;
        emit ownTargetChanged();
        emit textStateChanged();
    } else {
        asked_.continuation = path.ids;
    }
    run();
}

} // namespace headlight::ui
