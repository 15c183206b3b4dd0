#include "ui/session/kept_run.h"

#include "core/tensor/dtype.h"
#include "ui/document/predictions.h"
#include "ui/session/selection_keeper.h"

#include <algorithm>
#include <set>

namespace headlight::ui {

namespace {

constexpr std::size_t kTopPredictions = 10;

std::vector<std::string> keepWords(const QStringList& words) {
    std::vector<std::string> kept;
    kept.reserve(static_cast<std::size_t>(words.size()));
    for (const QString& word : words)
        kept.push_back(word.toStdString());
    return kept;
}

session::KeptTokens keepTokens(const AxisTokens& axis) {
    session::KeptTokens tokens{axis.name.toStdString(), keepWords(axis.words), axis.special};
    tokens.special.resize(tokens.words.size(), false);
    return tokens;
}

session::KeptRow keepRow(const Predictions& predictions) {
    session::KeptRow row{predictions.row, {}};
    for (const Prediction& prediction : predictions.top) {
        session::KeptPrediction kept{.word = prediction.word.toStdString(),
                                     .probability = std::clamp(prediction.probability, 0.0, 1.0),
                                     .value = {},
                                     .written = prediction.written};
        if (prediction.value)
            kept.value = static_cast<double>(*prediction.value);
        row.top.push_back(std::move(kept));
    }
    return row;
}

/// Rows of the output stack worth keeping, the one looked at first.
std::set<std::size_t> rowsToKeep(const RunSnapshot& snapshot, const SelectionState& selection) {
    const std::size_t n_rows = PredictionSource::rowCount(snapshot);
    std::set<std::size_t> rows;
    if (n_rows == 0)
        return rows;
    const bool encoder_writes = snapshot.model().spec().outputStack() == StackKind::Encoder;
    const AttentionKind kind = encoder_writes ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf;
    if (snapshot.trace().has(kind))
        rows.insert(std::min(firstQuery(snapshot, kind), n_rows - 1));
    rows.insert(n_rows - 1);
    const bool looks_from_there = (selection.head.kind == AttentionKind::EncoderSelf) == encoder_writes;
    if (looks_from_there && selection.pinned.query && *selection.pinned.query < n_rows)
        rows.insert(*selection.pinned.query);
    return rows;
}

std::optional<session::KeptHead> keepHead(const Trace& trace, const HeadAddress& head) {
    if (!trace.check(head).ok())
        return std::nullopt;
    session::KeptHead kept;
    kept.head = head;
    kept.n_queries = trace.nQueries(head.kind);
    kept.n_keys = trace.nKeys(head.kind);
    if (std::max(kept.n_queries, kept.n_keys) > session::KeptHead::kMostTokens || head.head.value > session::KeptHead::kMostHeads)
        return std::nullopt;
    const Tensor weights = trace.weights(head); // [n_queries, n_keys]
    kept.weights.reserve(weights.size());
    for (std::size_t row = 0; row < kept.n_queries; ++row)
        for (std::size_t column = 0; column < kept.n_keys; ++column) {
            const bool visible = trace.visible(head.kind, head.layer, TokenIndex(row), TokenIndex(column));
            const float weight = std::clamp(weights.span()[row * kept.n_keys + column], 0.0f, 1.0f);
            kept.weights.push_back(visible ? f32ToF16(weight) : session::KeptHead::kMasked);
        }
    return kept;
}

} // namespace

session::KeptRun keepRun(const SnapshotPtr& snapshot, const SelectionState& selection) {
    session::KeptRun run;
    run.text = snapshot->request.text.toStdString();
    run.text_pair = snapshot->request.text_pair.value_or(QString()).toStdString();
    run.target_text = snapshot->target_text.toStdString();
    run.source = keepTokens(snapshot->source_axis);
    run.target = keepTokens(snapshot->target_axis);
    run.written = keepWords(snapshot->written_words);
    for (const std::size_t row : rowsToKeep(*snapshot, selection))
        if (const auto predictions = predict(snapshot, row, kTopPredictions); predictions.ok())
            run.predictions.push_back(keepRow(*predictions));
    run.head = keepHead(snapshot->trace(), selection.head);
    return run;
}

} // namespace headlight::ui
