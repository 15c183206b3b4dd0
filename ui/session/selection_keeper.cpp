#include "ui/session/selection_keeper.h"

#include "core/analysis/head_measures.h"
#include "core/analysis/induction.h"
#include "ui/inspector/pair_numbers.h"

#include <QScopedValueRollback>

#include <algorithm>
#include <utility>

namespace headlight::ui {

namespace {

/// Cells of all maps together up to which measuring every head costs the GUI thread less than a frame.
constexpr std::size_t kMeasuredCells = 500'000;
/// From this score on a head is worth opening on for what it repeats.
constexpr double kClearInduction = 0.4;

/// The cross head whose rows are clearest about one source word shows best what translating looks like.
std::optional<HeadAddress> sharpestHead(const Trace& trace, AttentionKind kind) {
    const auto measures = measureHeads(trace, kind);
    if (!measures)
        return std::nullopt;
    std::optional<HeadAddress> best;
    double sharpest = -1.0;
    for (std::size_t layer = 0; layer < measures->size(); ++layer)
        for (std::size_t head = 0; head < (*measures)[layer].size(); ++head)
            if ((*measures)[layer][head].sharpness > sharpest) {
                sharpest = (*measures)[layer][head].sharpness;
                best = {kind, LayerIndex(layer), HeadIndex(head)};
            }
    return best;
}

/// In a text that repeats itself, the head that looks most clearly at what followed last time.
std::optional<HeadAddress> inductionHead(const Trace& trace, const std::vector<TokenId>& ids) {
    std::optional<HeadAddress> best;
    double clearest = kClearInduction;
    for (std::size_t layer = 0; layer < trace.nLayers(AttentionKind::DecoderSelf); ++layer)
        for (std::size_t head = 0; head < trace.nHeads(AttentionKind::DecoderSelf); ++head) {
            const HeadAddress address{AttentionKind::DecoderSelf, LayerIndex(layer), HeadIndex(head)};
            const auto score = inductionScore(trace, address, ids);
            if (!score || !*score)
                return best; // nothing comes twice
            if (**score > clearest) {
                clearest = **score;
                best = address;
            }
        }
    return best;
}

HeadAddress headInside(const Trace& trace, HeadAddress head) {
    head.layer = LayerIndex(std::min(head.layer.value, trace.nLayers(head.kind) - 1));
    head.head = HeadIndex(std::min(head.head.value, trace.nHeads(head.kind) - 1));
    return head;
}

} // namespace

HeadAddress firstHead(const RunSnapshot& snapshot) {
    const Trace& trace = snapshot.trace();
    const AttentionKind kind = trace.has(AttentionKind::Cross) ? AttentionKind::Cross : trace.kinds().front();
    const HeadAddress last_layer{kind, LayerIndex(trace.nLayers(kind) - 1), HeadIndex(0)};
    const std::size_t n_cells = trace.nLayers(kind) * trace.nHeads(kind) * trace.nQueries(kind) * trace.nKeys(kind);
    if (n_cells > kMeasuredCells)
        return last_layer;
    if (kind == AttentionKind::Cross)
        return sharpestHead(trace, kind).value_or(last_layer);
    if (kind == AttentionKind::DecoderSelf)
        return inductionHead(trace, snapshot.run.input.target.ids).value_or(last_layer);
    return last_layer;
}

std::size_t firstQuery(const RunSnapshot& snapshot, AttentionKind kind) {
    const std::size_t n_queries = snapshot.trace().nQueries(kind);
    const ModelSpec& spec = snapshot.model().spec();
    if (spec.kind == ModelKind::DecoderOnly)
        return n_queries - 1;
    if (spec.head == HeadKind::MaskedLanguageModel) {
        const auto tokenizer = snapshot.model().tokenizer();
        const auto mask = tokenizer ? tokenizer->maskToken() : std::nullopt;
        const auto& ids = snapshot.run.input.source.ids;
        const auto found = mask ? std::find(ids.begin(), ids.end(), *mask) : ids.end();
        if (found != ids.end())
            return static_cast<std::size_t>(found - ids.begin());
    }
    return std::min<std::size_t>(1, n_queries - 1);
}

SelectionKeeper::SelectionKeeper(Document* document, Selection* selection, QObject* parent)
    : QObject(parent)
    , document_(document)
    , selection_(selection) {
    connect(document_, &Document::snapshotChanged, this, &SelectionKeeper::followSnapshot);
    connect(selection_, &Selection::headChanged, this, &SelectionKeeper::followHead);
    const auto chosen = [this] {
        if (!adjusting_)
            wanted_.reset(); // somebody chose something else meanwhile
    };
    connect(selection_, &Selection::headChanged, this, chosen);
    connect(selection_, &Selection::companionsChanged, this, chosen);
}

void SelectionKeeper::restore(const SelectionState& state) {
    const SnapshotPtr& snapshot = document_->snapshot();
    wanted_ = state;
    if (!document_->settled() || !snapshot || snapshot->trace().kinds().empty())
        return;
    const QScopedValueRollback<bool> ours(adjusting_, true);
    applyWanted(*snapshot);
}

void SelectionKeeper::applyWanted(const RunSnapshot& snapshot) {
    SelectionState state = *std::exchange(wanted_, std::nullopt);
    const Trace& trace = snapshot.trace();
    if (!trace.has(state.head.kind))
        state.head = firstHead(snapshot);
    state.head = headInside(trace, state.head);
    std::erase_if(state.companions, [&](const HeadAddress& other) { return !trace.check(other).ok(); });
    model_ = &snapshot.model();
    kind_ = state.head.kind;
    n_queries_ = trace.nQueries(kind_);
    if (state.pinned.query && *state.pinned.query >= n_queries_)
        state.pinned = {};
    if (state.pinned.key && *state.pinned.key >= trace.nKeys(kind_))
        state.pinned.key.reset();
    selection_->setState(state);
}

void SelectionKeeper::followSnapshot() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const QScopedValueRollback<bool> ours(adjusting_, true);
    selection_->setHovered({});
    if (!snapshot || snapshot->trace().kinds().empty())
        return;
    if (wanted_) {
        applyWanted(*snapshot);
        return;
    }
    const auto query = selection_->pinned().query;
    const bool same_model = model_ == &snapshot->model();
    const bool was_at_end = query && *query + 1 == n_queries_ && snapshot->model().spec().kind == ModelKind::DecoderOnly;
    model_ = &snapshot->model();
    if (!same_model)
        selection_->setHead(firstHead(*snapshot));
    keepHeadInside(*snapshot);
    kind_ = selection_->head().kind;
    n_queries_ = snapshot->trace().nQueries(kind_);
    choosePair(*snapshot, !same_model || was_at_end ? std::nullopt : query);
}

void SelectionKeeper::keepHeadInside(const RunSnapshot& snapshot) {
    const Trace& trace = snapshot.trace();
    HeadAddress head = selection_->head();
    if (!trace.has(head.kind))
        head = firstHead(snapshot);
    head = headInside(trace, head);
    if (head != selection_->head())
        selection_->setHead(head);
}

void SelectionKeeper::followHead() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const AttentionKind kind = selection_->head().kind;
    if (!snapshot || kind == kind_ || !snapshot->trace().has(kind))
        return;
    const QScopedValueRollback<bool> ours(adjusting_, true);
    const bool same_rows = (kind == AttentionKind::EncoderSelf) == (kind_ == AttentionKind::EncoderSelf);
    kind_ = kind;
    n_queries_ = snapshot->trace().nQueries(kind);
    selection_->setHovered({});
    choosePair(*snapshot, same_rows ? selection_->pinned().query : std::nullopt);
}

void SelectionKeeper::choosePair(const RunSnapshot& snapshot, std::optional<std::size_t> query) {
    const HeadAddress& head = selection_->head();
    const std::size_t n_queries = snapshot.trace().nQueries(head.kind);
    if (n_queries == 0)
        return;
    const std::size_t row = query && *query < n_queries ? *query : firstQuery(snapshot, head.kind);
    const std::vector<float> weights = rowWeights(snapshot.trace(), head, row);
    const auto strongest = std::max_element(weights.begin(), weights.end());
    selection_->setPinned({.query = row, .key = static_cast<std::size_t>(strongest - weights.begin())});
}

} // namespace headlight::ui
