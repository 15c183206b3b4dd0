// Several hooks on one pass.
#pragma once

#include "core/model/pass_hook.h"

#include <utility>
#include <vector>

namespace headlight {

/// Tells each hook of every point, in their order. Positions are those of the first that moves any.
class HookChain : public PassHook {
public:
    /// All must outlive the chain; none is null.
    explicit HookChain(std::vector<PassHook*> hooks)
        : hooks_(std::move(hooks)) {}

    void at(const PassPlace& place, const ComputeBackend& backend, const MatrixView& rows) override {
        for (PassHook* hook : hooks_)
            hook->at(place, backend, rows);
    }
    void attended(AttentionKind kind, std::size_t layer, const ComputeBackend& backend,
                  const AttentionRecord& record, const MatrixView& output) override {
        for (PassHook* hook : hooks_)
            hook->attended(kind, layer, backend, record, output);
    }
    [[nodiscard]] std::map<HeadAddress, EditedRows> editedRows() const override {
        std::map<HeadAddress, EditedRows> edited;
        for (const PassHook* hook : hooks_)
            edited.merge(hook->editedRows());
        return edited;
    }
    [[nodiscard]] std::vector<std::size_t> positions(StackKind stack) const override {
        for (const PassHook* hook : hooks_)
            if (std::vector<std::size_t> moved = hook->positions(stack); !moved.empty())
                return moved;
        return {};
    }

private:
    std::vector<PassHook*> hooks_;
};

} // namespace headlight
