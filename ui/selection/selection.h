// The one selection all views share: hover or choose in one, see it in all.
#pragma once

#include "core/trace/trace.h"

#include <QObject>

#include <optional>
#include <vector>

namespace headlight::ui {

/// Stack, layer, head, and the pair of tokens looked at. `pinned` is the clicked pair, `hovered` the one under the mouse.
struct TokenPair {
    std::optional<std::size_t> query; ///< row
    std::optional<std::size_t> key;   ///< column
    bool operator==(const TokenPair&) const = default;
};

/// What a person selected, without what the mouse happens to be over: kept in sessions, brought back by undo.
struct SelectionState {
    HeadAddress head;
    std::vector<HeadAddress> companions;
    TokenPair pinned;
    bool operator==(const SelectionState&) const = default;
};

class Selection : public QObject {
    Q_OBJECT
public:
    explicit Selection(QObject* parent = nullptr);

    [[nodiscard]] const HeadAddress& head() const { return head_; }
    /// Further heads of the same attention kind, shown together with head() where a view can (several lines, means).
    [[nodiscard]] const std::vector<HeadAddress>& companions() const { return companions_; }
    /// head() and its companions, in the order they were chosen.
    [[nodiscard]] std::vector<HeadAddress> heads() const;
    [[nodiscard]] const TokenPair& hovered() const { return hovered_; }
    [[nodiscard]] const TokenPair& pinned() const { return pinned_; }
    /// What to show: the hovered pair, or the pinned one while nothing is hovered.
    [[nodiscard]] const TokenPair& current() const;
    [[nodiscard]] SelectionState state() const { return {head_, companions_, pinned_}; }

public slots:
    /// One head alone: companions go.
    void setHead(const headlight::HeadAddress& head);
    /// Adds a head of the same kind beside head(), or takes it away; of another kind it becomes the only one.
    void toggleCompanion(const headlight::HeadAddress& head);
    /// Several different heads of one kind, the first becomes head(); those of another kind are left out.
    /// Nothing happens without any.
    void setHeads(const std::vector<headlight::HeadAddress>& heads);
    void setHovered(const headlight::ui::TokenPair& pair);
    void setPinned(const headlight::ui::TokenPair& pair);
    /// All at once; companions of another attention kind than the head are left out.
    void setState(const headlight::ui::SelectionState& state);

signals:
    void headChanged(const headlight::HeadAddress& head);
    void companionsChanged();
    /// Hovered or pinned changed.
    void tokensChanged();

private:
    void replaceHeads(const HeadAddress& head, std::vector<HeadAddress> companions);

    HeadAddress head_;
    std::vector<HeadAddress> companions_;
    TokenPair hovered_;
    TokenPair pinned_;
};

} // namespace headlight::ui
