// Tokens chosen where the logits are.
#include "core/compute/cuda/module/operations.h"

#include "core/compute/cuda/module/kernels/cut_scores.cuh"
#include "core/compute/cuda/module/kernels/rank_tokens.cuh"

#include <limits>
#include <vector>

namespace headlight::cuda {

namespace {

/// Memory for one row after the other.
struct Workspace {
    explicit Workspace(Device& device)
        : scores(device)
        , masses(device)
        , parts(device)
        , highest(device)
        , ranked(device)
        , answers(device)
        , edits(device) {}
    Scratch<float> scores;
    Scratch<unsigned long long> masses;
    Scratch<ChunkPart> parts;
    Scratch<float> highest;
    Scratch<RankedToken> ranked;
    Scratch<RowAnswer> answers;
    Scratch<ScoreEdit> edits;
};

/// Hands one query to the device; `a` has everything but what the query says.
Status chooseFromRow(Device& device, const ChooseArguments& a) {
    const Launch chunks{a.n_chunks, kChooseThreads, kChooseShared};
    const Launch one{1, kChooseThreads, kChooseShared};
    const Launch cut{1, kCutThreads, kCutShared};
    HEADLIGHT_DEVICE(launch(*device.raw, findLogitMaxima, chunks, a));
    HEADLIGHT_DEVICE(launch(*device.raw, sumLogits, chunks, a));
    HEADLIGHT_DEVICE(launch(*device.raw, beginScores, chunks, a));
    if (a.query.n_edits > 0)
        HEADLIGHT_DEVICE(launch(*device.raw, editTokens, one, a));
    if (a.query.draws != 0) {
        const bool nucleus = a.query.top_p < 1.0;
        const bool least = a.query.log_min_p > -std::numeric_limits<float>::infinity();
        if (a.query.temperature != 1.0f || a.query.top_k > 0 || nucleus || least)
            HEADLIGHT_DEVICE(launch(*device.raw, cutToHighest, cut, a));
        if (nucleus)
            HEADLIGHT_DEVICE(launch(*device.raw, weighScores, chunks, a));
        if (nucleus || least)
            HEADLIGHT_DEVICE(launch(*device.raw, cutToNucleus, cut, a));
    }
    HEADLIGHT_DEVICE(
        launch(*device.raw, rankChunks, {a.n_chunks, kChooseThreads, rankShared(a.n_ranked)}, a));
    HEADLIGHT_DEVICE(launch(*device.raw, sumScores, chunks, a));
    return launch(*device.raw, answerQuery, one, a);
}

Status checkQuery(const RowQuery& query, const Matrix& logits) {
    if (logits.columns > kMostVocabulary || query.n_candidates > static_cast<std::int32_t>(kMostRanked) ||
        query.n_choices > static_cast<std::int32_t>(kMostRanked))
        return fail(Status::Unsupported,
                    "%zu tokens, of which %d are listed, are too many for the GPU to choose from",
                    logits.columns, std::max(query.n_candidates, query.n_choices));
    return Status::Ok;
}

} // namespace

Status chooseFromRows(Device& device, Matrix logits, const RowQuery* queries, std::size_t n_queries,
                      RowAnswer* answers) {
    ChooseArguments a{};
    a.n = logits.columns;
    a.n_chunks = static_cast<unsigned>((a.n + kChunk - 1) / kChunk);
    std::size_t n_edits = 0;
    bool weighs = false;
    for (std::size_t i = 0; i < n_queries; ++i) {
        HEADLIGHT_DEVICE(checkQuery(queries[i], logits));
        n_edits += queries[i].n_edits;
        weighs = weighs || (queries[i].draws != 0 && queries[i].top_p < 1.0);
        a.n_ranked = std::max({a.n_ranked, queries[i].n_candidates, queries[i].n_choices});
    }
    Workspace workspace(device);
    HEADLIGHT_DEVICE(workspace.scores.take(a.n));
    HEADLIGHT_DEVICE(workspace.masses.take(weighs ? a.n : 1));
    HEADLIGHT_DEVICE(workspace.parts.take(a.n_chunks));
    HEADLIGHT_DEVICE(workspace.highest.take(1));
    HEADLIGHT_DEVICE(workspace.ranked.take(
        std::max<std::size_t>(1, 2 * a.n_chunks * static_cast<std::size_t>(a.n_ranked))));
    HEADLIGHT_DEVICE(workspace.answers.take(n_queries));
    HEADLIGHT_DEVICE(workspace.edits.take(std::max<std::size_t>(1, n_edits)));
    std::vector<ScoreEdit> edits;
    for (std::size_t i = 0; i < n_queries; ++i)
        edits.insert(edits.end(), queries[i].edits, queries[i].edits + queries[i].n_edits);
    HEADLIGHT_DEVICE(send(device, edits.data(), edits.size() * sizeof(ScoreEdit), workspace.edits.get()));
    a.scores = workspace.scores.get();
    a.masses = workspace.masses.get();
    a.parts = workspace.parts.get();
    a.highest = workspace.highest.get();
    a.ranked = workspace.ranked.get();
    a.edits = workspace.edits.get();
    HEADLIGHT_DEVICE(beginPieceOf(device));
    Status status = Status::Ok;
    for (std::size_t i = 0; i < n_queries && status == Status::Ok; ++i) {
        a.query = queries[i];
        a.logits = logits.data + queries[i].row * logits.row_stride;
        a.answer = workspace.answers.get() + i;
        status = chooseFromRow(device, a);
        a.edits += queries[i].n_edits;
    }
    const Status ended = endPieceOf(device);
    HEADLIGHT_DEVICE(status);
    HEADLIGHT_DEVICE(ended);
    const std::size_t bytes = n_queries * sizeof(RowAnswer);
    return device.raw->toHost({workspace.answers.get(), bytes}, {answers, bytes}, bytes, 1);
}

} // namespace headlight::cuda
