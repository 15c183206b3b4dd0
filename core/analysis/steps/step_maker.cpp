#include "core/analysis/steps/step_maker.h"

#include "core/analysis/steps/step_matrices.h"
#include "core/model/weights.h"

#include <algorithm>

namespace headlight {
namespace {

HeadChanges changesOf(const std::vector<Change>& changes, const ModelSpec& spec, const HeadAddress& head) {
    const std::map<HeadAddress, HeadChanges> heads = headChanges(changes, spec);
    const auto found = heads.find(head);
    return found == heads.end() ? HeadChanges{} : found->second;
}

bool hasPositionTable(const Model& model, AttentionKind kind, const std::vector<Change>& changes) {
    const bool off = std::ranges::any_of(
        changes, [](const Change& change) { return std::holds_alternative<SwitchOffPositions>(change); });
    const auto& stack =
        kind == AttentionKind::EncoderSelf ? model.weights().encoder : model.weights().decoder;
    return !off && !stack->position_embedding.empty();
}

} // namespace

StepMaker::StepMaker(const Model& model, const Trace& trace, const LayerActivations& activations,
                     const HeadAddress& head, const std::vector<Change>& changes)
    : trace_(trace)
    , activations_(activations)
    , head_(head)
    , stack_(head.kind == AttentionKind::EncoderSelf ? *model.spec().encoder : *model.spec().decoder)
    , adds_positions_(hasPositionTable(model, head.kind, changes))
    , cross_(head.kind == AttentionKind::Cross)
    , changes_(changesOf(changes, model.spec(), head))
    , problem_(trace.attention(head.kind, head.layer).problem)
    , models_scale_(problem_.scale)
    , key_head_(head.head.value / (problem_.query.n_heads / problem_.key.n_heads)) {
    if (changes_.scale)
        problem_.scale = *changes_.scale;
}

std::string StepMaker::normed(const std::string& added) const {
    return stack_.norm.placement == NormPlacement::Sandwich ? "norm(" + added + ")" : added;
}

std::vector<Step> StepMaker::make() {
    stream_ = activations_.residual_before;
    if (cross_) {
        stream_ = activations_.has(PassPoint::AfterAttention) ? at(PassPoint::AfterAttention)
                                                              : at(PassPoint::AttentionSum);
        add({StepKind::ReadStream, {}, StepOperator::None, {model("X", stream_)}, {}});
    } else {
        begin();
    }
    project();
    score();
    mix();
    join(cross_ ? PassPoint::CrossSum : PassPoint::AttentionSum,
         cross_ ? PassPoint::AfterCross : PassPoint::AfterAttention, StepKind::AttentionAdd,
         StepKind::AttentionPostNorm, "O·Wₒ", "Y");
    if (cross_ || !stack_.cross_attention)
        feedForward();
    return std::move(steps_);
}

/// How the stream begins: from the tokens in layer 0, from the layer before elsewhere.
void StepMaker::begin() {
    if (activations_.layer > 0 || !activations_.has(PassPoint::TokenEmbedding)) {
        add({StepKind::ReadStream, {}, StepOperator::None, {model("X", stream_)}, {}});
        return;
    }
    const SharedTensor tokens = at(PassPoint::TokenEmbedding);
    add({StepKind::Embed, {}, StepOperator::None, {model("E", tokens)}, {}});
    if (same(tokens, stream_))
        return;
    if (!adds_positions_) {
        add({StepKind::NormEmbedding, {model("E", tokens)}, StepOperator::Maps, {model("X", stream_)}, {}});
        return;
    }
    const bool plain_sum = tokens->shape() == stream_->shape() && !stack_.embedding_norm;
    Step step{StepKind::AddPosition,
              {model("E", tokens)},
              plain_sum ? StepOperator::Plus : StepOperator::Maps,
              {model("X", stream_)},
              {}};
    if (plain_sum)
        step.operands.push_back(model("P", difference(*stream_, *tokens)));
    add(std::move(step));
}

void StepMaker::project() {
    const SharedTensor input = at(cross_ ? PassPoint::CrossInput : PassPoint::AttentionInput);
    if (!same(input, stream_))
        add({StepKind::AttentionNorm,
             {model("X", stream_)},
             StepOperator::Maps,
             {model("norm(X)", input)},
             {}});
    const std::size_t head_dim = problem_.query.head_dim;
    query_ = headOf(trace_.query(head_.kind, head_.layer), head_.head.value);
    key_ = headOf(trace_.key(head_.kind, head_.layer), key_head_);
    value_ = headOf(trace_.value(head_.kind, head_.layer), key_head_);
    SharedTensor query = query_;
    SharedTensor key = key_;
    if (!cross_) { // as projected, before norms of each head and rotary positions
        const SharedTensor rows = at(PassPoint::QueryKeyValue);
        query = columnsOf(*rows, head_.head.value * head_dim, head_dim);
        key = columnsOf(*rows, (stack_.n_heads + key_head_) * head_dim, head_dim);
    }
    Step step{StepKind::Project,
              {model(same(input, stream_) ? "X" : "norm(X)", input)},
              StepOperator::Maps,
              {},
              {}};
    step.results = {queries("Q", query), keys("K", key, StepRole::Key), keys("V", value_, StepRole::Value)};
    add(std::move(step));
    if (!same(query, query_) || !same(key, key_))
        add({StepKind::Place,
             {queries("Q", query), keys("K", key, StepRole::Key)},
             StepOperator::Maps,
             {queries("Q'", query_), keys("K'", key_, StepRole::Key)},
             {}});
}

/// This head's columns of what the attention gave: before a person switched the head off or scaled it.
SharedTensor StepMaker::givenByHead() const {
    const std::size_t head_dim = value_->dimension(1);
    const std::size_t first = head_.head.value * head_dim;
    if (!changes_.output_factor)
        return columnsOf(*at(cross_ ? PassPoint::CrossHeadOutputs : PassPoint::HeadOutputs), first, head_dim);
    Tensor given = columnsOf(*activations_.given.at(head_.kind), first, head_dim)->clone();
    const std::vector<float> values(value_->span().begin(), value_->span().end());
    for (const auto& [row, stages] : rows_)
        std::ranges::copy(headOutput(stages.weights, values), given.row(row).begin());
    return share(std::move(given));
}

void StepMaker::mix() {
    const SharedTensor all = at(cross_ ? PassPoint::CrossHeadOutputs : PassPoint::HeadOutputs);
    const auto output = [](SharedTensor values) {
        StepMatrix of_head = queries("Oₕ", std::move(values));
        of_head.role = StepRole::Neutral;
        return of_head;
    };
    const SharedTensor given = givenByHead();
    Step sum{StepKind::WeightedSum,
             {map("A", weights_, StepValues::Weights), keys("V", value_, StepRole::Value)},
             StepOperator::Times,
             {output(given)},
             {}};
    add(std::move(sum));
    if (changes_.output_factor) {
        const std::size_t head_dim = value_->dimension(1);
        Step scaled{StepKind::ScaleHead,
                    {output(given)},
                    StepOperator::Maps,
                    {output(columnsOf(*all, head_.head.value * head_dim, head_dim))},
                    {}};
        scaled.factor = static_cast<double>(*changes_.output_factor);
        add(std::move(scaled));
    }
    Step joined{StepKind::Concatenate, {steps_.back().results.front()}, StepOperator::Maps, {}, {}};
    joined.results = {matrix("O", all, StepAxis::Queries, StepAxis::AllHeadDimensions)};
    add(std::move(joined));
    const SharedTensor summed = at(cross_ ? PassPoint::CrossSum : PassPoint::AttentionSum);
    add({StepKind::OutputMap,
         {matrix("O", all, StepAxis::Queries, StepAxis::AllHeadDimensions)},
         StepOperator::Maps,
         {model(normed("O·Wₒ"), difference(*summed, *stream_))},
         {}});
}

/// The residual addition, and the norm behind it in post-norm models.
void StepMaker::join(PassPoint sum, PassPoint after, StepKind add_kind, StepKind norm_kind, const char* added,
                     const char* name) {
    const SharedTensor summed = at(sum);
    Step step{add_kind, {model(stream_name_, stream_)}, StepOperator::Plus, {model(name, summed)}, {}};
    step.operands.push_back(model(normed(added), difference(*summed, *stream_)));
    add(std::move(step));
    follow(name, summed);
    if (!activations_.has(after) || same(at(after), summed))
        return;
    const std::string after_norm = std::string("norm(") + name + ")";
    add({norm_kind, {model(name, summed)}, StepOperator::Maps, {model(after_norm, at(after))}, {}});
    follow(after_norm, at(after));
}

/// The stream from here on, under the name the next steps show it by.
void StepMaker::follow(std::string name, SharedTensor stream) {
    stream_name_ = std::move(name);
    stream_ = std::move(stream);
}

void StepMaker::feedForward() {
    const SharedTensor input = at(PassPoint::FeedForwardInput);
    // Parallel residual: it reads what the attention read, not what that left.
    const SharedTensor read = stack_.parallel_residual ? activations_.residual_before : stream_;
    const std::string name = stack_.parallel_residual ? "X" : stream_name_;
    const bool is_normed = !same(input, read);
    const std::string input_name = is_normed ? "norm(" + name + ")" : name;
    if (is_normed && !same(input, at(PassPoint::AttentionInput))) // a norm both share has been shown
        add({StepKind::FeedForwardNorm,
             {model(name, read)},
             StepOperator::Maps,
             {model(input_name, input)},
             {}});
    const SharedTensor inner = at(PassPoint::FeedForwardInner);
    const auto wide = [&] { return matrix("F", inner, StepAxis::Queries, StepAxis::InnerDimensions); };
    add({StepKind::FeedForwardInner, {model(input_name, input)}, StepOperator::Maps, {wide()}, {}});
    add({StepKind::FeedForwardOut,
         {wide()},
         StepOperator::Maps,
         {model(normed("F·W₂"), difference(*at(PassPoint::FeedForwardSum), *stream_))},
         {}});
    join(PassPoint::FeedForwardSum, PassPoint::Hidden, StepKind::FeedForwardAdd,
         StepKind::FeedForwardPostNorm, "F·W₂", "Z");
}

} // namespace headlight
