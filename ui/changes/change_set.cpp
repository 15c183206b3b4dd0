#include "ui/changes/change_set.h"

#include "core/analysis/interventions/change_text.h"

#include <QJsonArray>
#include <QTimer>

#include <algorithm>
#include <chrono>

namespace headlight::ui {

namespace {

/// Edits of one value that follow one another faster are one step of undo.
constexpr qint64 kGestureMilliseconds = 800;
/// A file may hold anything.
constexpr qsizetype kMostChanges = 1000;

Result<ChangedRunPtr> runWith(const SnapshotPtr& before, const std::vector<Change>& changes,
                              const RunControl& control) {
    const auto begin = std::chrono::steady_clock::now();
    HEADLIGHT_ASSIGN(RunResult run, runChanged(before->model(), before->run.input, changes, control));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    auto changed = std::make_shared<ChangedRun>();
    changed->before = before;
    changed->after = changedSnapshot(before, std::move(run), took.count());
    changed->applied = changes;
    return ChangedRunPtr(std::move(changed));
}

} // namespace

bool ChangeSet::Item::operator==(const Item& other) const {
    return changeText(change) == changeText(other.change) &&
           problem.has_value() == other.problem.has_value() &&
           (!problem || problem->message() == other.problem->message());
}

ChangeSet::ChangeSet(Document* document, QObject* parent)
    : QObject(parent)
    , document_(document) {
    connect(document_, &Document::snapshotChanged, this, [this] {
        checkAll();
        runSoon();
    });
    connect(document_, &Document::modelChanged, this, [this] {
        runner_.cancel(); // of the model before
        again_ = false;
        checkAll();
        runSoon();
    });
}

std::vector<Change> ChangeSet::changes() const {
    std::vector<Change> changes;
    for (const Item& item : items_)
        changes.push_back(item.change);
    return changes;
}

std::optional<std::size_t> ChangeSet::indexOf(const Change& change) const {
    const auto found =
        std::ranges::find_if(items_, [&change](const Item& item) { return samePlace(item.change, change); });
    if (found == items_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - items_.begin());
}

std::size_t ChangeSet::put(const Change& change) {
    const std::size_t index = indexOf(change).value_or(items_.size());
    if (index == items_.size())
        items_.push_back({change, {}});
    else
        items_[index].change = change;
    edited_.reset();
    touched();
    emit wanted(index);
    return index;
}

void ChangeSet::edit(std::size_t index, const Change& change) {
    if (index >= items_.size() || changeText(items_[index].change) == changeText(change))
        return;
    items_[index].change = change;
    const bool goes_on =
        edited_ == index && since_edit_.isValid() && since_edit_.elapsed() < kGestureMilliseconds;
    edited_ = index;
    since_edit_.start();
    touched(goes_on);
}

void ChangeSet::remove(std::size_t index) {
    if (index >= items_.size())
        return;
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(index));
    edited_.reset();
    touched();
}

void ChangeSet::clear() {
    if (items_.empty())
        return;
    items_.clear();
    edited_.reset();
    touched();
}

void ChangeSet::setChanges(const std::vector<Change>& changes) {
    std::vector<Item> items;
    for (const Change& change : changes)
        items.push_back({change, {}});
    if (items.size() == items_.size() && std::ranges::equal(items, items_, [](const Item& a, const Item& b) {
            return changeText(a.change) == changeText(b.change);
        }))
        return;
    items_ = std::move(items);
    edited_.reset();
    touched();
}

void ChangeSet::touched(bool goes_on) {
    checkAll();
    runSoon();
    if (goes_on)
        emit stateFollowed();
    else
        emit stateChanged();
}

void ChangeSet::stop() {
    if (!runner_.running())
        return;
    runner_.cancel();
    again_ = false;
    setRun(nullptr);
}

/// What fits is judged by the tokens of the newest run: those of the text being typed are not known yet.
void ChangeSet::checkAll() {
    const SnapshotPtr& snapshot = document_->snapshot();
    for (Item& item : items_) {
        item.problem.reset();
        if (!snapshot)
            continue;
        if (const auto checked = checkChange(item.change, snapshot->model(), snapshot->run.input);
            !checked.ok())
            item.problem = checked.error();
    }
    emit itemsChanged();
}

void ChangeSet::runSoon() {
    if (std::exchange(scheduled_, true))
        return;
    QTimer::singleShot(0, this, [this] {
        scheduled_ = false;
        runNow();
    });
}

void ChangeSet::runNow() {
    const SnapshotPtr& snapshot = document_->snapshot();
    std::vector<Change> fitting;
    for (const Item& item : items_)
        if (!item.problem)
            fitting.push_back(item.change);
    if (!snapshot || fitting.empty()) {
        runner_.cancel();
        again_ = false;
        failure_.reset();
        setRun(nullptr);
        return;
    }
    // A run of this text ends and is shown before the next: a slider being dragged shows where it was, not
    // nothing.
    if (runner_.running() && running_for_ == snapshot) {
        again_ = true;
        return;
    }
    again_ = false;
    running_for_ = snapshot;
    runner_.start<ChangedRunPtr>(
        [snapshot, fitting](const RunControl& control) { return runWith(snapshot, fitting, control); },
        [this](Result<ChangedRunPtr> result) { accept(std::move(result)); });
}

void ChangeSet::accept(Result<ChangedRunPtr> result) {
    running_for_.reset();
    failure_.reset();
    const bool again = std::exchange(again_, false);
    if (again)
        runNow();
    if (result.ok()) {
        setRun(std::move(result).value());
        return;
    }
    if (!result.error().cancelled())
        failure_ = std::move(result).error();
    setRun(nullptr);
}

void ChangeSet::setRun(ChangedRunPtr run) {
    run_ = std::move(run);
    emit runChanged();
}

QJsonObject ChangeSet::state() const {
    QJsonArray lines;
    for (const Item& item : items_)
        lines.append(QString::fromStdString(changeText(item.change)));
    return {{QStringLiteral("lines"), lines}};
}

void ChangeSet::setState(const QJsonObject& state) {
    const QJsonValue lines = state[QStringLiteral("lines")];
    if (!lines.isArray())
        return;
    std::vector<Change> changes;
    for (const QJsonValue& line : lines.toArray()) {
        auto change = parseChange(line.toString().toStdString());
        if (change.ok() && static_cast<qsizetype>(changes.size()) < kMostChanges)
            changes.push_back(std::move(change).value());
    }
    setChanges(changes);
}

QString ChangeSet::settingName(const QString&) const {
    return tr("change inside the model");
}

} // namespace headlight::ui
