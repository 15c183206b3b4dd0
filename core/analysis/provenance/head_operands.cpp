#include "core/analysis/provenance/head_operands.h"

#include <algorithm>
#include <cassert>

namespace headlight::provenance {

namespace {

/// A record's problem for one query row alone.
AttentionProblem oneRow(const AttentionRecord& record, std::size_t query) {
    AttentionProblem problem = record.problem;
    problem.query.offset += query * problem.query.token_stride;
    problem.query.n_tokens = 1;
    problem.mask.query_offset += query;
    return problem;
}

} // namespace

HeadOperands::HeadOperands(std::shared_ptr<const Model> model, std::shared_ptr<const Trace> trace,
                           const HeadAddress& head)
    : model_(std::move(model))
    , trace_(std::move(trace))
    , head_(head) {
    const bool encoder = head.kind == AttentionKind::EncoderSelf;
    spec_ = encoder ? &*model_->spec().encoder : &*model_->spec().decoder;
    stack_weights_ = encoder ? &*model_->weights().encoder : &*model_->weights().decoder;
    stack_slots_ = encoder ? &*model_->tensorSlots().encoder : &*model_->tensorSlots().decoder;
}

const AttentionWeights& HeadOperands::attentionWeights() const {
    const BlockWeights& block = stack_weights_->blocks[head_.layer.value];
    return isCross() ? block.cross : block.self;
}

const AttentionSlots& HeadOperands::attentionSlots() const {
    const BlockSlots& block = stack_slots_->blocks[head_.layer.value];
    return isCross() ? block.cross : block.self;
}

const LinearWeights& HeadOperands::layer(HeadSide side) const {
    const AttentionWeights& weights = attentionWeights();
    return isCross() ? *(side == HeadSide::Query ? weights.query : weights.key_value)
                     : *weights.query_key_value;
}

const LinearSlot& HeadOperands::layerSlot(HeadSide side) const {
    const AttentionSlots& slots = attentionSlots();
    return isCross() ? (side == HeadSide::Query ? slots.query : slots.key_value) : slots.query_key_value;
}

/// Grouped heads share a key and value head.
std::size_t HeadOperands::keyHead() const {
    return head_.head.value / (spec_->n_heads / spec_->n_kv_heads);
}

/// Queries stand first in a fused projection, then keys, then values.
std::size_t HeadOperands::firstOutput(HeadSide side) const {
    if (side == HeadSide::Query)
        return head_.head.value * spec_->head_dim;
    const std::size_t before =
        (isCross() ? 0 : spec_->n_heads) + (side == HeadSide::Value ? spec_->n_kv_heads : 0);
    return (before + keyHead()) * spec_->head_dim;
}

const HeadsView& HeadOperands::heads(HeadSide side) const {
    const AttentionProblem& problem = record().problem;
    return side == HeadSide::Query ? problem.query : side == HeadSide::Key ? problem.key : problem.value;
}

bool HeadOperands::normalisesInput(HeadSide side) const {
    return spec_->norm.placement != NormPlacement::Post && !(isCross() && side != HeadSide::Query);
}

std::vector<float> HeadOperands::download(const MatrixView& view) const {
    std::vector<float> values(view.rows * view.columns);
    if (!values.empty())
        model_->backend().download(view, values);
    return values;
}

Result<MatrixView> HeadOperands::allocate(std::size_t rows, std::size_t columns) const {
    HEADLIGHT_ASSIGN(BufferPtr buffer, model_->backend().allocate(rows * columns));
    return MatrixView{std::move(buffer), 0, rows, columns, columns};
}

NormParameters HeadOperands::parameters(const NormWeights& norm, const NormSlot& slot) const {
    return {download(norm.gain), download(norm.bias), &slot};
}
NormParameters HeadOperands::inputNorm() const {
    return parameters(attentionWeights().norm, attentionSlots().norm);
}
NormParameters HeadOperands::headNorm(HeadSide side) const {
    const bool query = side == HeadSide::Query;
    return parameters(query ? attentionWeights().query_norm : attentionWeights().key_norm,
                      query ? attentionSlots().query_norm : attentionSlots().key_norm);
}

void HeadOperands::normalise(const NormWeights& norm, const MatrixView& input,
                             const MatrixView& output) const {
    if (spec_->norm.kind == NormKind::RmsNorm)
        model_->backend().rmsNorm(input, norm.gain, spec_->norm.gain_offset, spec_->norm.epsilon, output);
    else
        model_->backend().layerNorm(input, norm.gain, norm.bias, spec_->norm.epsilon, output);
}

std::vector<float> HeadOperands::placed(HeadSide side, std::size_t token) const {
    const Tensor rows = placedRows(side, {token, token + 1});
    return {rows.span().begin(), rows.span().end()};
}

Tensor HeadOperands::placedRows(HeadSide side, TokenRange tokens) const {
    const HeadsView& view = heads(side);
    const std::size_t which = side == HeadSide::Query ? head_.head.value : keyHead();
    Tensor rows(Shape{tokens.size(), view.head_dim});
    if (!rows.empty())
        model_->backend().download({view.buffer,
                                    view.offset + tokens.begin * view.token_stride + which * view.head_stride,
                                    tokens.size(), view.head_dim, view.token_stride},
                                   rows.span());
    return rows;
}

/// One row of all heads through the forward pass's own kernels: [1, n_heads * head_dim].
Result<MatrixView> HeadOperands::attendOneRow(const AttentionRecord& record, std::size_t query) const {
    const std::size_t n_heads = spec_->n_heads;
    HEADLIGHT_ASSIGN(const MatrixView output, allocate(1, n_heads * spec_->head_dim));
    HEADLIGHT_ASSIGN(const MatrixView statistics, allocate(2, n_heads));
    model_->backend().attention(oneRow(record, query), output,
                                {statistics.rowsFrom(0, 1), statistics.rowsFrom(1, 1)});
    return output;
}

/// What a block's self attention leaves in the residual stream, which its cross attention reads.
Result<Tensor> HeadOperands::residualBeforeCross(std::size_t query) const {
    const StackRecord& stack = trace_->stack(StackKind::Decoder);
    const std::size_t layer = head_.layer.value;
    const AttentionWeights& self = stack_weights_->blocks[layer].self;
    const ComputeBackend& backend = model_->backend();
    HEADLIGHT_ASSIGN(const MatrixView mixed, attendOneRow(stack.self[layer], query));
    HEADLIGHT_ASSIGN(const MatrixView residual, allocate(1, spec_->d_model));
    backend.copy((layer > 0 ? stack.hidden[layer - 1] : stack.embedding).rowsFrom(query, 1), residual);
    if (spec_->norm.placement == NormPlacement::Sandwich) {
        HEADLIGHT_ASSIGN(const MatrixView output, allocate(1, spec_->d_model));
        backend.linear(*self.output, mixed, output);
        normalise(self.output_norm, output, output);
        backend.add(output, residual);
    } else {
        backend.linear(*self.output, mixed, residual, Activation::None, true);
        if (spec_->norm.placement == NormPlacement::Post)
            normalise(self.norm, residual, residual);
    }
    Tensor row(Shape{1, spec_->d_model});
    backend.download(residual, row.span());
    return row;
}

Result<Tensor> HeadOperands::residualRows(HeadSide side, TokenRange tokens) const {
    if (isCross() && side == HeadSide::Query) {
        assert(tokens.size() == 1);
        return residualBeforeCross(tokens.begin);
    }
    MatrixView rows;
    if (isCross()) {
        rows = trace_->stack(StackKind::Encoder).final_hidden;
    } else {
        const StackRecord& stack =
            trace_->stack(head_.kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder);
        rows = head_.layer.value > 0 ? stack.hidden[head_.layer.value - 1] : stack.embedding;
    }
    Tensor values(Shape{tokens.size(), rows.columns});
    if (!values.empty())
        model_->backend().download(rows.rowsFrom(tokens.begin, tokens.size()), values.span());
    return values;
}

Result<SideRun> HeadOperands::run(HeadSide side, std::size_t token) const {
    const ComputeBackend& backend = model_->backend();
    SideRun run;
    HEADLIGHT_ASSIGN(const Tensor residual, residualRows(side, {token, token + 1}));
    run.residual.assign(residual.span().begin(), residual.span().end());
    HEADLIGHT_ASSIGN(const MatrixView input, allocate(1, run.residual.size()));
    backend.upload(run.residual, input);
    if (normalisesInput(side))
        normalise(attentionWeights().norm, input, input);
    run.input = download(input);
    HEADLIGHT_ASSIGN(const MatrixView projected, allocate(1, layer(side).outputSize()));
    backend.linear(layer(side), input, projected);
    const MatrixView one = projected.columnsFrom(firstOutput(side), headDim());
    run.projected = download(one);
    if (normalisesHead(side)) {
        normalise(side == HeadSide::Query ? attentionWeights().query_norm : attentionWeights().key_norm, one,
                  one);
        run.normalised = download(one);
    }
    run.placed = placed(side, token);
    return run;
}

Result<SideWeights> HeadOperands::weights(HeadSide side) const {
    const LinearWeights& linear = layer(side);
    Tensor weight(Shape{headDim(), linear.inputSize()});
    std::vector<float> bias(headDim());
    HEADLIGHT_CHECK(linear.read({firstOutput(side), headDim(), 0, linear.inputSize()}, weight.span()));
    HEADLIGHT_CHECK(linear.readBiases(firstOutput(side), bias));
    return SideWeights{weight.matrix().cast<double>(),
                       Eigen::Map<const Eigen::VectorXf>(bias.data(), static_cast<Eigen::Index>(bias.size()))
                           .cast<double>()};
}

Result<RowMatrix> HeadOperands::outputSlice() const {
    const LinearWeights& output = *attentionWeights().output;
    Tensor slice(Shape{output.outputSize(), headDim()});
    HEADLIGHT_CHECK(
        output.read({0, output.outputSize(), head_.head.value * headDim(), headDim()}, slice.span()));
    return RowMatrix(slice.matrix().cast<double>());
}

StoredAt HeadOperands::placeOfWeight(HeadSide side, std::size_t element,
                                     std::optional<std::size_t> input) const {
    const OutputPlace place = placeOfOutput(layerSlot(side), firstOutput(side) + element);
    return {place.weight, place.index, input};
}

StoredAt HeadOperands::placeOfBias(HeadSide side, std::size_t element) const {
    const OutputPlace place = placeOfOutput(layerSlot(side), firstOutput(side) + element);
    return {place.bias, place.index, std::nullopt};
}

StoredAt HeadOperands::placeOfOutputWeight(std::size_t channel, std::size_t element) const {
    const OutputPlace place = placeOfOutput(attentionSlots().output, channel);
    return {place.weight, place.index, head_.head.value * headDim() + element};
}

FactorRounding HeadOperands::attentionRounding() const {
    switch (trace_->backend().attentionPrecision()) {
    case ComputePrecision::TF32: // 10 bits behind the point, to nearest
        return {0x1p-11, 0.0};
    case ComputePrecision::F16:
        return {0x1p-11, 0x1p-25};
    case ComputePrecision::BF16:
        return {0x1p-9, 0.0};
    case ComputePrecision::F32:
        break;
    }
    return {};
}

std::vector<float> HeadOperands::scores(std::size_t query, TokenRange keys) const {
    const Tensor row = trace_->scores(head_, {query, query + 1}, keys);
    return {row.span().begin(), row.span().end()};
}

std::vector<float> HeadOperands::scaledProducts(std::size_t query, TokenRange keys) const {
    const Tensor row = trace_->rawScores(head_, {query, query + 1}, keys);
    return {row.span().begin(), row.span().end()};
}

std::vector<float> HeadOperands::weightRow(std::size_t query, TokenRange keys) const {
    const Tensor row = trace_->weights(head_, {query, query + 1}, keys);
    return {row.span().begin(), row.span().end()};
}

/// Weights with a sum of 1 put in the place of the row's own are its exponentials, to the bit.
Result<std::vector<float>> HeadOperands::exponentials(std::size_t query, TokenRange keys) const {
    const std::vector<float> ones(spec_->n_heads, 1.0f);
    HEADLIGHT_ASSIGN(const MatrixView inverse_sum, allocate(1, ones.size()));
    model_->backend().upload(ones, inverse_sum);
    std::vector<float> row(keys.size());
    if (!row.empty())
        model_->backend().attentionWeights(oneRow(record(), query),
                                           {record().softmax.maximum.rowsFrom(query, 1), inverse_sum},
                                           head_.head, {0, 1}, keys, row);
    return row;
}

float HeadOperands::rowMaximum(std::size_t query) const {
    return download(record().softmax.maximum.rowsFrom(query, 1).columnsFrom(head_.head.value, 1)).front();
}
float HeadOperands::inverseSum(std::size_t query) const {
    return download(record().softmax.inverse_sum.rowsFrom(query, 1).columnsFrom(head_.head.value, 1)).front();
}

Result<std::vector<float>> HeadOperands::headOutput(std::size_t query) const {
    HEADLIGHT_ASSIGN(const MatrixView mixed, attendOneRow(record(), query));
    return download(mixed.columnsFrom(head_.head.value * headDim(), headDim()));
}

} // namespace headlight::provenance
