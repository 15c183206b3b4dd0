#include "core/analysis/interventions/changed_attention.h"
#include "core/model/decoder_start.h"
#include "core/model/hook_chain.h"

#include <algorithm>
#include <numeric>

namespace headlight {
namespace {

/// The changes as a pass meets them.
class InterventionHook : public PassHook {
public:
    InterventionHook(const std::vector<Change>& changes, const Model& model, const ModelInput& input)
        : heads_(headChanges(changes, model.spec())) {
        for (const Change& change : changes)
            if (const auto* position = std::get_if<SetPosition>(&change))
                move(*position, input);
    }

    void at(const PassPlace&, const ComputeBackend&, const MatrixView&) override {}

    void attended(AttentionKind kind, std::size_t layer, const ComputeBackend& backend,
                  const AttentionRecord& record, const MatrixView& output) override {
        for (auto& [address, changes] : heads_) {
            if (address.kind != kind || address.layer.value != layer)
                continue;
            const std::size_t head_dim = record.problem.value.head_dim;
            const MatrixView slice =
                output.columnsFrom(address.head.value * head_dim, head_dim); // [n, head_dim]
            const std::set<std::size_t> rows = changes.rows(record.problem.query.n_tokens);
            const std::vector<float> values =
                rows.empty() ? std::vector<float>{} : valuesOf(backend, record.problem, address.head);
            EditedRows& edited = edited_[address];
            for (const std::size_t row : rows) {
                edited[row] = changedRow(backend, record.problem, address.head, row, changes);
                backend.upload(headOutput(edited[row].weights, values), slice.rowsFrom(row, 1));
            }
            if (changes.output_factor)
                scaleRows(backend, slice, *changes.output_factor);
        }
    }

    [[nodiscard]] std::map<HeadAddress, EditedRows> editedRows() const override { return edited_; }

    [[nodiscard]] std::vector<std::size_t> positions(StackKind stack) const override {
        const auto found = positions_.find(stack);
        return found == positions_.end() ? std::vector<std::size_t>{} : found->second;
    }

private:
    void move(const SetPosition& change, const ModelInput& input) {
        std::vector<std::size_t>& positions = positions_[change.stack];
        if (positions.empty()) {
            positions.resize(change.stack == StackKind::Encoder ? input.source.size() : input.target.size());
            std::iota(positions.begin(), positions.end(), std::size_t{0});
        }
        positions[change.token] = change.position;
    }

    static void scaleRows(const ComputeBackend& backend, const MatrixView& rows, float factor) {
        std::vector<float> values(rows.rows * rows.columns);
        backend.download(rows, values);
        for (float& value : values)
            value *= factor;
        backend.upload(values, rows);
    }

    std::map<HeadAddress, HeadChanges> heads_;
    std::map<HeadAddress, EditedRows> edited_;
    std::map<StackKind, std::vector<std::size_t>> positions_;
};

void swapTokens(TokenSequence& tokens, std::size_t first, std::size_t second) {
    // A token keeps what it is and where it comes from; segments belong to the position.
    std::swap(tokens.ids[first], tokens.ids[second]);
    std::swap(tokens.tokens[first], tokens.tokens[second]);
    std::swap(tokens.display[first], tokens.display[second]);
    std::swap(tokens.offsets[first], tokens.offsets[second]);
    std::swap(tokens.sequence[first], tokens.sequence[second]);
    std::vector<bool>::swap(tokens.special[first], tokens.special[second]);
}

} // namespace

Result<RunResult> runChanged(const Model& model, ModelInput input, const std::vector<Change>& changes,
                             const RunControl& control, PassHook* watcher) {
    if (model.spec().kind == ModelKind::EncoderDecoder && input.target.size() == 0) {
        HEADLIGHT_ASSIGN(input.target, decoderPrompt(model, input.source)); // changes may speak of its tokens
    }
    for (const Change& change : changes)
        HEADLIGHT_CHECK(checkChange(change, model, input));
    PassOptions options;
    for (const Change& change : changes) {
        if (const auto* swap = std::get_if<SwapTokens>(&change))
            swapTokens(swap->stack == StackKind::Encoder ? input.source : input.target, swap->first,
                       swap->second);
        if (std::holds_alternative<SwitchOffPositions>(change))
            options.positions = PositionUse::Off;
    }
    InterventionHook hook(changes, model, input);
    HookChain chain({watcher, &hook}); // the watcher hears first what an attention gave
    if (watcher != nullptr)
        options.hook = changes.empty() ? watcher : &chain;
    else if (!changes.empty())
        options.hook = &hook;
    return model.runWith(options, std::move(input), control);
}

} // namespace headlight
