// The one selection all views share: hover or choose in one, see it in all.
#pragma once

#include "core/trace/trace.h"

#include <QObject>

#include <optional>

namespace headlight::ui {

/// Stack, layer, head, and the pair of tokens looked at. `pinned` is the clicked pair, `hovered` the one under the mouse.
struct TokenPair {
    std::optional<std::size_t> query; ///< row
    std::optional<std::size_t> key;   ///< column
    bool operator==(const TokenPair&) const = default;
};

class Selection : public QObject {
    Q_OBJECT
public:
    explicit Selection(QObject* parent = nullptr);

    [[nodiscard]] const HeadAddress& head() const { return head_; }
    [[nodiscard]] const TokenPair& hovered() const { return hovered_; }
    [[nodiscard]] const TokenPair& pinned() const { return pinned_; }
    /// What to show: the hovered pair, or the pinned one while nothing is hovered.
    [[nodiscard]] const TokenPair& current() const;

public slots:
    void setHead(const headlight::HeadAddress& head);
    void setHovered(const headlight::ui::TokenPair& pair);
    void setPinned(const headlight::ui::TokenPair& pair);

signals:
    void headChanged(const headlight::HeadAddress& head);
    /// Hovered or pinned changed.
    void tokensChanged();

private:
    HeadAddress head_;
    TokenPair hovered_;
    TokenPair pinned_;
};

} // namespace headlight::ui
