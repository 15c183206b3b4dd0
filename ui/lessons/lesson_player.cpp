#include "ui/lessons/lesson_player.h"

#include "core/analysis/interventions/change_text.h"
#include "ui/lessons/lesson_progress.h"
#include "ui/session/state_conversion.h"

#include <QTimer>

namespace headlight::ui {

namespace {

/// A page's name in a lesson as the window's parts call it.
std::string viewName(const std::string& page) {
    if (page == "side-by-side")
        return "SideBySidePane";
    if (page == "change")
        return "ChangePane";
    return page == "step-by-step" ? "steps" : page;
}

/// A text nobody has gone on writing.
session::Texts plainText(const std::string& text) {
    session::Texts texts;
    texts.text = text;
    texts.is_example = false;
    return texts;
}

session::Json settingValue(const LessonSetting& setting) {
    return std::visit([](const auto& value) { return session::Json(value); }, setting.value);
}

} // namespace

LessonPlayer::LessonPlayer(const LessonStage& stage, QObject* parent)
    : QObject(parent)
    , stage_(stage)
    , defaults_(stage.workbench->state().parts) {
    defaults_.erase("panels"); // how much room there is for what is nobody else's business
    Document* const document = stage_.workbench->document();
    const auto soon = [this] {
        QTimer::singleShot(0, this, &LessonPlayer::follow);
    }; // once everybody has heard
    connect(document, &Document::snapshotChanged, this, soon);
    connect(document, &Document::problemChanged, this, soon);
    connect(document->textRunner(), &JobRunner::runningChanged, this, soon);
    connect(document->loadRunner(), &JobRunner::runningChanged, this, soon);
    connect(stage_.workbench, &Workbench::changed, this, [this](bool by_person) {
        if (by_person && lesson_ && currentStep().kind == LessonStepKind::Try)
            refill(); // she may have changed something inside the model
    });
    connect(stage_.selection, &Selection::headChanged, this, &LessonPlayer::refill);
    connect(stage_.selection, &Selection::tokensChanged, this, &LessonPlayer::refill);
}

bool LessonPlayer::hasOwnText() const {
    return lesson_ && lesson_text_ && stage_.workbench->document()->text() != *lesson_text_;
}

QString LessonPlayer::runText() const {
    const SnapshotPtr& snapshot = stage_.workbench->document()->snapshot();
    return snapshot ? QStringLiteral("%1 · “%2”")
                          .arg(QString::fromStdString(snapshot->model().name()), snapshot->wholeText())
                    : QString();
}

QString LessonPlayer::textBefore() const {
    return before_.texts.is_example ? QString() : QString::fromStdString(before_.texts.text);
}

void LessonPlayer::start(const std::shared_ptr<const Lesson>& lesson, std::size_t step) {
    if (!lesson_)
        before_ = stage_.workbench->state();
    lesson_ = lesson;
    lesson_text_.reset();
    step_ = std::min(step, lesson->steps.size() - 1);
    emit lessonChanged();
    apply(true);
}

void LessonPlayer::goTo(std::size_t step) {
    if (!lesson_ || step >= lesson_->steps.size() || step == step_)
        return;
    if (filled_ && !currentStep().question) // it was read
        LessonProgress::setDone(*lesson_, step_);
    visit(step);
}

void LessonPlayer::visit(std::size_t step) {
    if (!lesson_ || step >= lesson_->steps.size())
        return;
    const LessonState from = stateOfStep(*lesson_, step_), to = stateOfStep(*lesson_, step);
    step_ = step;
    apply(from.text != to.text || from.model != to.model || !hasOwnText());
}

void LessonPlayer::next() {
    goTo(step_ + 1);
}

void LessonPlayer::back() {
    if (step_ > 0)
        goTo(step_ - 1);
}

void LessonPlayer::showAgain() {
    if (lesson_)
        apply(!hasOwnText());
}

void LessonPlayer::useLessonText() {
    if (lesson_)
        apply(true);
}

void LessonPlayer::useTextBefore() {
    if (lesson_ && !textBefore().isEmpty())
        stage_.workbench->document()->setTextState(fromSession(plainText(before_.texts.text)));
}

void LessonPlayer::noteAnswered() {
    if (lesson_)
        LessonProgress::setDone(*lesson_, step_);
}

void LessonPlayer::leave() {
    if (!lesson_)
        return;
    if (filled_ && !currentStep().question)
        LessonProgress::setDone(*lesson_, step_);
    if (before_.texts.text.empty()) { // the lesson was the first thing opened: its sentence stays, rather than nothing
        const session::WorkbenchState now = stage_.workbench->state();
        before_.texts = now.texts;
        before_.model = now.model;
    }
    lesson_.reset();
    lesson_text_.reset();
    filled_.reset();
    awaiting_ = false;
    runner_.cancel();
    stage_.workbench->restore(before_, IfModelIsMissing::KeepPresent);
    emit lessonChanged();
}

session::WorkbenchState LessonPlayer::stateToShow(bool with_lesson_text) const {
    const LessonState step = stateOfStep(*lesson_, step_);
    session::WorkbenchState state = stage_.workbench->state();
    if (!state.model || state.model->name != *step.model) {
        session::ModelReference model;
        model.name = model.label = *step.model;
        state.model = model;
        state.texts = plainText(state.texts.text); // without what another model wrote
    }
    if (with_lesson_text)
        state.texts = plainText(*step.text);
    state.texts.is_example = false;
    for (const auto& [part, settings] : defaults_)
        if (part != "views" || step.page)
            state.parts[part] = settings;
    if (step.page)
        state.parts["views"] = {{"view", viewName(*step.page)}};
    for (const LessonSetting& setting : step.settings)
        if (setting.page == "lines")
            state.parts["lines"] = session::Json::object(); // one rule or the other
    for (const LessonSetting& setting : step.settings)
        state.parts[setting.page][setting.key] = settingValue(setting);
    if (currentStep().kind != LessonStepKind::Predict) { // what is to be predicted is not shown
        session::Json lines = session::Json::array();
        for (const Change& change : step.changes)
            lines.push_back(changeText(change));
        state.parts["changes"] = {{"lines", std::move(lines)}};
    }
    if (step.arithmetic_step)
        state.parts["steps"] = {{"kind", *step.arithmetic_step}};
    if (step.head) {
        state.selection.head = *step.head;
        state.selection.companions.clear();
    }
    return state;
}

void LessonPlayer::apply(bool with_lesson_text) {
    filled_.reset();
    filled_of_.reset();
    runner_.cancel();
    awaiting_ = true;
    if (with_lesson_text)
        lesson_text_ = QString::fromStdString(*stateOfStep(*lesson_, step_).text);
    const std::size_t applied = step_;
    stage_.workbench->restore(stateToShow(with_lesson_text), IfModelIsMissing::KeepPresent);
    if (lesson_ && applied == step_) {
        emit stepChanged();
        QTimer::singleShot(0, this, &LessonPlayer::follow);
    }
}

/// The window has settled on a run: the step's tokens are chosen, the numbers read.
void LessonPlayer::follow() {
    const Document* const document = stage_.workbench->document();
    const SnapshotPtr& snapshot = document->snapshot();
    if (!lesson_ || !document->settled() || stage_.workbench->awaitsModel() || !snapshot ||
        document->problem())
        return;
    const bool new_text = snapshot != filled_of_;
    awaiting_ = false;
    if (new_text)
        place();
    if (new_text || !filled_)
        refill();
}

/// Chooses the step's head and tokens, as far as this text has them.
void LessonPlayer::place() {
    const SnapshotPtr& snapshot = stage_.workbench->document()->snapshot();
    const LessonState step = stateOfStep(*lesson_, step_);
    const bool first = !filled_of_;
    filled_of_ = snapshot;
    if (!step.head || !snapshot->trace().check(*step.head).ok())
        return;
    SelectionState chosen = stage_.keeper->state();
    if (first) {
        chosen.head = *step.head;
        chosen.companions.clear();
    } else if (chosen.head.kind != step.head->kind) {
        return; // she looks somewhere else
    }
    const ModelInput& input = snapshot->run.input;
    if (const auto query = findToken(step.query, queryTokens(input, chosen.head.kind)); query.ok())
        chosen.pinned.query = *query;
    if (const auto key = findToken(step.key, keyTokens(input, chosen.head.kind)); key.ok())
        chosen.pinned.key = *key;
    stage_.keeper->restore(chosen);
}

std::vector<Change> LessonPlayer::changesInWindow() const {
    const session::WorkbenchState state = stage_.workbench->state();
    const auto part = state.parts.find("changes");
    std::vector<Change> changes;
    if (part == state.parts.end() || !part->second.contains("lines") || !part->second["lines"].is_array())
        return changes;
    for (const session::Json& line : part->second["lines"])
        if (line.is_string())
            if (Result<Change> change = parseChange(line.get<std::string>()); change.ok())
                changes.push_back(std::move(*change));
    return changes;
}

void LessonPlayer::refill() {
    const SnapshotPtr& snapshot = stage_.workbench->document()->snapshot();
    if (!lesson_ || awaiting_ || !snapshot || snapshot != filled_of_)
        return;
    const SelectionState selected = stage_.selection->state();
    LessonWindow window{{selected.head, selected.pinned.query, selected.pinned.key}, {}};
    if (currentStep().kind != LessonStepKind::Predict)
        window.changes = changesInWindow();
    runner_.start<FilledStep>(
        [lesson = lesson_, step = step_, snapshot, window](const RunControl& control) {
            return fillStep(*lesson, step, lessonRunOf(*snapshot), window, control);
        },
        [this](Result<FilledStep> filled) {
            if (!filled.ok() || !lesson_)
                return;
            filled_ = std::move(*filled);
            emit filledChanged();
        });
}

} // namespace headlight::ui
