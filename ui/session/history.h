// Undo and redo over whole states of the workbench.
#pragma once

#include "ui/session/session_state.h"

#include <memory>
#include <string>
#include <vector>

namespace headlight::session {

/// How a text became another one; typing is merged into steps of a word.
struct TextEdit {
    enum class Kind { None, Typing, Erasing, Replacing };
    Kind kind = Kind::None;
    std::size_t position = 0;  ///< byte where it happened
    std::string inserted;      ///< the character typed
};
[[nodiscard]] TextEdit textEdit(const std::string& before, const std::string& after);
/// Whether `next` goes on with `step`: the same kind at the place where that ended, and for typing no new word.
[[nodiscard]] bool continuesEdit(const TextEdit& step, const TextEdit& next);

/// States in the order a person made them; one of them is the present. Bounded in number and bytes, oldest dropped first.
class History {
public:
    static constexpr std::size_t kMostSteps = 500;
    static constexpr std::size_t kMostBytes = 64u << 20;

    /// What changed from one state to another. Parts are told as "part/setting", the rest as below.
    struct Change {
        std::string what; ///< "text", "second", "own target", "chosen word", "continuation", "model", "head", "heads", "pair", "heatmap/scale"
        TextEdit edit;    ///< of the three texts
        bool operator==(const Change& other) const { return what == other.what && edit.kind == other.edit.kind; }
    };

    /// Forgets all steps; `state` is the present.
    void reset(WorkbenchState state);
    /// A step of a person: what could be redone goes. Nothing happens where the state is the present one; a text that is typed on
    /// is merged into its step.
    void push(WorkbenchState state);
    /// What followed from a step (the pair a new run chose) belongs to it and is no step of its own.
    void absorb(WorkbenchState state);

    [[nodiscard]] const WorkbenchState& present() const { return *entries_[present_].state; }
    [[nodiscard]] bool canUndo() const { return present_ > 0; }
    [[nodiscard]] bool canRedo() const { return present_ + 1 < entries_.size(); }
    /// What the next undo or redo brings back; empty where there is none.
    [[nodiscard]] Change undoChange() const { return canUndo() ? entries_[present_].change : Change{}; }
    [[nodiscard]] Change redoChange() const { return canRedo() ? entries_[present_ + 1].change : Change{}; }
    const WorkbenchState& undo();
    const WorkbenchState& redo();
    [[nodiscard]] std::size_t stepCount() const { return entries_.size() - 1; }

    /// The state of that number is what a file holds.
    void setSaved(std::uint64_t number) { saved_ = number; sealed_ = true; }
    /// No state is what a file holds.
    void forgetSaved() { saved_ = 0; }
    [[nodiscard]] bool isSaved() const { return saved_ == entries_[present_].number; }
    /// Grows with every step; for telling whether there is something new.
    [[nodiscard]] std::uint64_t number() const { return entries_[present_].number; }

private:
    struct Entry {
        std::shared_ptr<const WorkbenchState> state;
        Change change;              ///< from the entry before
        std::uint64_t number = 0;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Entry entry(WorkbenchState state, Change change);
    void dropOldest();

    std::vector<Entry> entries_{Entry{std::make_shared<WorkbenchState>(), {}, 1, 0}};
    std::size_t present_ = 0;
    std::uint64_t last_number_ = 1;
    std::uint64_t saved_ = 0;
    bool sealed_ = true; ///< the present takes no more typing
};

/// The first thing that changed, in the order of Change::what.
[[nodiscard]] History::Change changeBetween(const WorkbenchState& before, const WorkbenchState& after);

} // namespace headlight::session
