#include "ui/session/workbench.h"

#include "ui/session/state_conversion.h"

#include <QScopedValueRollback>

#include <utility>

namespace headlight::ui {

Workbench::Workbench(Document* document, Selection* selection, SelectionKeeper* keeper, QObject* parent)
    : QObject(parent)
    , document_(document)
    , selection_(selection)
    , keeper_(keeper) {
    connect(document_, &Document::textStateChanged, this, &Workbench::noteTexts);
    connect(document_, &Document::snapshotChanged, this, &Workbench::noteTexts); // words chosen may be told no sooner
    connect(document_, &Document::modelChanged, this, &Workbench::followModel);
    connect(document_, &Document::modelFailed, this, &Workbench::followFailure);
    connect(document_, &Document::openingStopped, this, [this] {
        if (awaited_)
            giveUp(makeError(ErrorKind::Cancelled, "opening the model was stopped"));
    });
    connect(selection_, &Selection::headChanged, this, &Workbench::noteSelection);
    connect(selection_, &Selection::companionsChanged, this, &Workbench::noteSelection);
    connect(selection_, &Selection::tokensChanged, this, &Workbench::noteSelection);
}

session::WorkbenchState Workbench::state() const {
    session::WorkbenchState state;
    if (awaited_)
        state.model = awaited_;
    else if (document_->model())
        state.model = referenceOf(*document_->model(), document_->modelReference());
    else
        state.model = missing_;
    state.texts = toSession(document_->textState());
    state.selection = toSession(keeper_->state());
    for (const Stateful* part : parts_)
        state.parts.emplace(part->stateName().toStdString(), toSession(part->state()));
    return state;
}

void Workbench::restore(const session::WorkbenchState& state, IfModelIsMissing if_missing) {
    const auto present = document_->model() ? std::optional(referenceOf(*document_->model(), document_->modelReference())) : std::nullopt;
    {
        const QScopedValueRollback<bool> ours(restoring_, true);
        for (Stateful* part : parts_)
            if (const auto settings = state.parts.find(part->stateName().toStdString()); settings != state.parts.end())
                part->setState(fromSession(settings->second));
        if_missing_ = if_missing;
        awaited_.reset();
        const auto there = present ? present : missing_; // what is missing is looked for when a person asks
        if (!state.model)
            missing_.reset();
        if (state.model && !(there && isSameModel(*state.model, *there))) {
            awaited_ = state.model;
            places_.clear();
            if (!state.model->folder.empty() && state.model->folder != state.model->name)
                places_.push_back(QString::fromStdString(state.model->folder));
            document_->openModel(QString::fromStdString(state.model->name), fromSession(state.texts));
        } else {
            if (document_->loadRunner()->running())
                document_->stop(); // a model that was chosen after this state
            document_->setTextState(fromSession(state.texts));
        }
        keeper_->restore(fromSession(state.selection));
        texts_ = document_->textState();
        selected_ = selection_->state();
    }
    emit changed(false, false);
}

void Workbench::openModel(const QString& name_or_path) {
    awaited_.reset();
    document_->openModel(name_or_path);
}

void Workbench::findMissingModel(const QString& name_or_path) {
    if (!missing_)
        return;
    awaited_ = missing_;
    places_.clear();
    if_missing_ = IfModelIsMissing::CloseIt;
    const SelectionState selected = keeper_->state();
    document_->openModel(name_or_path, document_->textState());
    keeper_->restore(selected);
}

void Workbench::followModel() {
    texts_ = document_->textState(); // an example came with the model
    if (!document_->model()) {
        had_model_ = false;
        return;
    }
    const bool first = !std::exchange(had_model_, true);
    missing_.reset();
    const auto meant = std::exchange(awaited_, std::nullopt);
    if (meant) {
        const session::ModelReference found = referenceOf(*document_->model(), document_->modelReference());
        if (!isSameModel(*meant, found))
            emit modelDiffers(*meant, found);
    }
    noteChange(!meant && !first);
}

void Workbench::followFailure(const Error& error) {
    if (!awaited_) {
        emit modelFailed(error);
        return;
    }
    if (places_.empty()) {
        giveUp(error);
        return;
    }
    const QString place = places_.back();
    places_.pop_back();
    document_->openModel(place, document_->textState());
}

void Workbench::giveUp(const Error& error) {
    const session::ModelReference model = *std::exchange(awaited_, std::nullopt);
    if (if_missing_ == IfModelIsMissing::KeepPresent) {
        if (!error.cancelled())
            emit modelFailed(error);
    } else {
        missing_ = model;
        document_->closeModel();
        emit modelMissing(error);
    }
    noteChange(false);
}

void Workbench::noteTexts() {
    if (document_->textState() == texts_)
        return;
    texts_ = document_->textState();
    noteChange(true, true);
}

/// Hovering changes the selection too, but not what of it is kept.
void Workbench::noteSelection() {
    const SelectionState now = selection_->state();
    if (now == selected_)
        return;
    selected_ = now;
    noteChange(!keeper_->adjusting());
}

void Workbench::noteChange(bool by_person, bool at_once) {
    if (!restoring_)
        emit changed(by_person, at_once);
}

QString Workbench::settingName(const QString& part_and_key) const {
    const QString name = part_and_key.section(QLatin1Char('/'), 0, 0);
    const QString key = part_and_key.section(QLatin1Char('/'), 1);
    for (const Stateful* part : parts_)
        if (part->stateName() == name)
            return part->settingName(key);
    return key;
}

} // namespace headlight::ui
