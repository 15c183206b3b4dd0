#include "ui/session/history.h"

#include <algorithm>

namespace headlight::session {

namespace {

bool continuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// Characters, not bytes, of a piece of UTF-8.
std::size_t characterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return !continuesCharacter(byte); }));
}

bool isBlank(const std::string& text) { return text.find_first_not_of(" \t\n\r") == std::string::npos; }

History::Change partChange(const WorkbenchState& before, const WorkbenchState& after) {
    for (const auto& [name, settings] : after.parts) {
        const auto old = before.parts.find(name);
        if (old == before.parts.end() || old->second == settings)
            continue;
        for (const auto& [key, value] : settings.items())
            if (const auto old_value = old->second.find(key); old_value == old->second.end() || *old_value != value)
                return {name + "/" + key, {}};
        return {name + "/", {}};
    }
    return {};
}

} // namespace

TextEdit textEdit(const std::string& before, const std::string& after) {
    if (before == after)
        return {};
    const std::size_t shorter = std::min(before.size(), after.size());
    std::size_t begin = 0;
    while (begin < shorter && before[begin] == after[begin])
        ++begin;
    while (begin > 0 && (continuesCharacter(before[begin]) || continuesCharacter(after[begin])))
        --begin; // characters are changed as a whole
    std::size_t end = 0;
    while (end < shorter - begin && before[before.size() - 1 - end] == after[after.size() - 1 - end])
        ++end;
    while (end > 0 && continuesCharacter(after[after.size() - end]))
        --end;
    const std::string_view removed = std::string_view(before).substr(begin, before.size() - begin - end);
    const std::string_view inserted = std::string_view(after).substr(begin, after.size() - begin - end);
    if (removed.empty() && characterCount(inserted) == 1)
        return {TextEdit::Kind::Typing, begin, std::string(inserted)};
    if (inserted.empty() && characterCount(removed) == 1)
        return {TextEdit::Kind::Erasing, begin, {}};
    return {TextEdit::Kind::Replacing, begin, {}};
}

bool continuesEdit(const TextEdit& step, const TextEdit& next) {
    if (step.kind != next.kind)
        return false;
    if (next.kind == TextEdit::Kind::Typing) {
        const bool starts_word = isBlank(step.inserted) && !isBlank(next.inserted);
        return !starts_word && next.position == step.position + step.inserted.size();
    }
    if (next.kind == TextEdit::Kind::Erasing) // by Backspace or by Delete
        return next.position <= step.position && step.position - next.position <= 4;
    return false;
}

History::Change changeBetween(const WorkbenchState& before, const WorkbenchState& after) {
    if (before.model != after.model)
        return {"model", {}};
    if (before.texts.own_target != after.texts.own_target) {
        const bool edited = before.texts.own_target && after.texts.own_target;
        return {"own target", edited ? textEdit(*before.texts.own_target, *after.texts.own_target) : TextEdit{}};
    }
    if (before.texts.text != after.texts.text)
        return {"text", textEdit(before.texts.text, after.texts.text)};
    if (before.texts.text_pair != after.texts.text_pair)
        return {"second", textEdit(before.texts.text_pair, after.texts.text_pair)};
    if (before.texts.kept_target != after.texts.kept_target)
        return {"chosen word", {}};
    if (before.texts.continuation != after.texts.continuation)
        return {"continuation", {}};
    if (before.selection.head != after.selection.head)
        return {"head", {}};
    if (before.selection.companions != after.selection.companions)
        return {"heads", {}};
    if (before.selection != after.selection)
        return {"pair", {}};
    return partChange(before, after);
}

History::Entry History::entry(WorkbenchState state, Change change) {
    const std::size_t bytes = approximateBytes(state);
    return {std::make_shared<const WorkbenchState>(std::move(state)), std::move(change), ++last_number_, bytes};
}

void History::reset(WorkbenchState state) {
    entries_.clear();
    entries_.push_back(entry(std::move(state), {}));
    present_ = 0;
    saved_ = 0;
    sealed_ = true;
}

void History::push(WorkbenchState state) {
    if (state == present())
        return;
    Change change = changeBetween(present(), state);
    entries_.resize(present_ + 1);
    const Change& step = entries_[present_].change;
    if (!sealed_ && change.edit.kind != TextEdit::Kind::None && change.what == step.what && continuesEdit(step.edit, change.edit)) {
        entries_[present_] = entry(std::move(state), std::move(change));
        return;
    }
    entries_.push_back(entry(std::move(state), std::move(change)));
    ++present_;
    sealed_ = false;
    dropOldest();
}

void History::absorb(WorkbenchState state) {
    Entry& now = entries_[present_];
    if (state == *now.state)
        return;
    now.bytes = approximateBytes(state);
    now.state = std::make_shared<const WorkbenchState>(std::move(state));
}

const WorkbenchState& History::undo() {
    if (canUndo())
        --present_;
    sealed_ = true;
    return present();
}

const WorkbenchState& History::redo() {
    if (canRedo())
        ++present_;
    sealed_ = true;
    return present();
}

void History::dropOldest() {
    std::size_t bytes = 0;
    for (const Entry& kept : entries_)
        bytes += kept.bytes;
    std::size_t n_dropped = 0;
    while (n_dropped < present_ && (entries_.size() - n_dropped > kMostSteps || bytes > kMostBytes))
        bytes -= entries_[n_dropped++].bytes;
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(n_dropped));
    present_ -= n_dropped;
}

} // namespace headlight::session
