#include "core/analysis/steps/step_maker.h"

#include "core/analysis/steps/step_matrices.h"
#include "core/model/positions.h"
#include "core/model/weights.h"

#include <algorithm>

namespace headlight {
namespace {

HeadChanges changesOf(const std::vector<Change>& changes, const ModelSpec& spec, const HeadAddress& head) {
    const std::map<HeadAddress, HeadChanges> heads = headChanges(changes, spec);
    const auto found = heads.find(head);
    return found == heads.end() ? HeadChanges{} : found->second;
}

bool switchesPositionsOff(const std::vector<Change>& changes) {
    return std::ranges::any_of(
        changes, [](const Change& change) { return std::holds_alternative<SwitchOffPositions>(change); });
}

/// Where the rows stand, if a person moved some.
std::vector<std::size_t> movedPositions(const std::vector<Change>& changes, StackKind stack,
                                        std::size_t n_tokens) {
    std::vector<std::size_t> positions;
    for (const Change& change : changes)
        if (const auto* moved = std::get_if<SetPosition>(&change);
            moved != nullptr && moved->stack == stack) {
            if (positions.empty())
                for (std::size_t i = 0; i < n_tokens; ++i)
                    positions.push_back(i);
            if (moved->token < n_tokens)
                positions[moved->token] = moved->position;
        }
    return positions;
}

StackKind stackOf(AttentionKind kind) {
    return kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
}

const StackWeights& weightsOf(const Model& model, StackKind stack) {
    return stack == StackKind::Encoder ? *model.weights().encoder : *model.weights().decoder;
}

} // namespace

StepMaker::StepMaker(const Model& model, const Trace& trace, const LayerActivations& activations,
                     const HeadAddress& head, const std::vector<Change>& changes)
    : model_(model)
    , trace_(trace)
    , activations_(activations)
    , head_(head)
    , stack_(head.kind == AttentionKind::EncoderSelf ? *model.spec().encoder : *model.spec().decoder)
    , weights_of_stack_(weightsOf(model, stackOf(head.kind)))
    , block_(weights_of_stack_.blocks[head.layer.value])
    , positions_off_(switchesPositionsOff(changes))
    , positions_(movedPositions(changes, stackOf(head.kind), trace.nQueries(head.kind)))
    , adds_positions_(!positions_off_ && !weights_of_stack_.position_embedding.empty())
    , cross_(head.kind == AttentionKind::Cross)
    , changes_(changesOf(changes, model.spec(), head))
    , problem_(trace.attention(head.kind, head.layer).problem)
    , models_scale_(problem_.scale)
    , key_head_(head.head.value / (problem_.query.n_heads / problem_.key.n_heads)) {
    if (changes_.scale)
        problem_.scale = *changes_.scale;
}

std::string StepMaker::normed(const std::string& added) const {
    return sandwich() ? "norm(" + added + ")" : added;
}

const AttentionWeights& StepMaker::attention() const {
    return cross_ ? block_.cross : block_.self;
}

StepMap StepMaker::linear(LinearWeightsPtr weights, bool biased, std::size_t first_output,
                          std::size_t operand) const {
    return {operand, LinearMap{std::move(weights), first_output, biased, Activation::None, nullptr}};
}

StepMap StepMaker::norm(const NormWeights& weights) const {
    return {0, normMapOf(model_.backend(), stack_.norm, weights)};
}

StepMap StepMaker::turn(const NormWeights& head_norm, std::size_t operand) const {
    TurnMap map;
    if (stack_.query_key_norm)
        map.norm = std::make_shared<const NormMap>(normMapOf(model_.backend(), stack_.norm, head_norm));
    const RotarySpec& rotary = stack_.positions.rotary;
    if (!positions_off_ && rotary.dims > 0)
        map.frequencies = rotaryFrequencies(rotary, trace_.nQueries(head_.kind));
    map.positions = positions_;
    map.interleaved = rotary.interleaved;
    map.factor = rotary.attention_factor;
    return {operand, std::move(map)};
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
         StepKind::AttentionPostNorm, "O·Wₒ", "Y", attention().norm);
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
    embedded_ = at(PassPoint::TokenEmbedding);
    embedded_name_ = "E";
    add({StepKind::Embed, {}, StepOperator::None, {model("E", embedded_)}, {}});
    finishEmbedding(stack_.embeddingWidth());
    if (weights_of_stack_.embedding_projection) {
        mapEmbedding(at(PassPoint::ProjectedEmbedding));
        if (stack_.embeddingWidth() != stack_.d_model)
            finishEmbedding(stack_.d_model);
    }
}

/// Positions and norm, in the model's order, as far as they are of embeddings this wide.
void StepMaker::finishEmbedding(std::size_t width) {
    const bool positioned = adds_positions_ && weights_of_stack_.position_embedding.columns == width;
    if (positioned && !stack_.positions_after_norm)
        addPosition(at(PassPoint::PositionedEmbedding));
    if (stack_.embedding_norm && weights_of_stack_.embedding_norm.gain.columns == width)
        normEmbedding(at(PassPoint::NormedEmbedding));
    if (positioned && stack_.positions_after_norm)
        addPosition(at(PassPoint::PositionedEmbedding));
}

/// What the next step reads: the stream where the embedding is complete.
StepMatrix StepMaker::embedded(const std::string& name, const SharedTensor& values) {
    embedded_ = values;
    embedded_name_ = same(values, stream_) ? "X" : name;
    return model(embedded_name_, values);
}

void StepMaker::addPosition(const SharedTensor& sum) {
    Step step{StepKind::AddPosition,
              {model(embedded_name_, embedded_), model("P", difference(*sum, *embedded_))},
              StepOperator::Plus,
              {},
              {}};
    step.results = {embedded("S", sum)};
    add(std::move(step));
}

void StepMaker::normEmbedding(const SharedTensor& normed) {
    Step step{StepKind::NormEmbedding, {model(embedded_name_, embedded_)}, StepOperator::Maps, {}, {}};
    step.results = {embedded("norm(" + embedded_name_ + ")", normed)};
    step.maps = {norm(weights_of_stack_.embedding_norm)};
    add(std::move(step));
}

void StepMaker::mapEmbedding(const SharedTensor& mapped) {
    Step step{StepKind::MapEmbedding, {model(embedded_name_, embedded_)}, StepOperator::Maps, {}, {}};
    step.results = {embedded("M", mapped)};
    const LinearWeightsPtr& weights = weights_of_stack_.embedding_projection;
    std::vector<float> biases(weights->outputSize());
    const bool biased = weights->readBiases(0, biases).ok() &&
                        std::ranges::any_of(biases, [](float bias) { return bias != 0.0f; });
    step.maps = {linear(weights, biased)};
    add(std::move(step));
}

void StepMaker::project() {
    const SharedTensor input = at(cross_ ? PassPoint::CrossInput : PassPoint::AttentionInput);
    if (!same(input, stream_)) {
        Step normed{StepKind::AttentionNorm,
                    {model("X", stream_)},
                    StepOperator::Maps,
                    {model("norm(X)", input)},
                    {}};
        normed.maps = {norm(attention().norm)};
        add(std::move(normed));
    }
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
    const bool biased = stack_.biases.query_key_value;
    const std::size_t query_first = head_.head.value * head_dim, key_first = key_head_ * head_dim,
                      all_keys = stack_.n_kv_heads * head_dim;
    if (cross_) { // keys and values are of what the encoder has read
        step.operands.push_back(matrix("E", share(trace_.finalHidden(StackKind::Encoder)), StepAxis::Keys,
                                       StepAxis::ModelDimensions));
        step.maps = {linear(attention().query, biased, query_first),
                     linear(attention().key_value, biased, key_first, 1),
                     linear(attention().key_value, biased, all_keys + key_first, 1)};
    } else {
        const std::size_t all_queries = stack_.n_heads * head_dim;
        const LinearWeightsPtr& fused = attention().query_key_value;
        step.maps = {linear(fused, biased, query_first), linear(fused, biased, all_queries + key_first),
                     linear(fused, biased, all_queries + all_keys + key_first)};
    }
    add(std::move(step));
    if (!same(query, query_) || !same(key, key_)) {
        Step placed{StepKind::Place,
                    {queries("Q", query), keys("K", key, StepRole::Key)},
                    StepOperator::Maps,
                    {queries("Q'", query_), keys("K'", key_, StepRole::Key)},
                    {}};
        placed.maps = {turn(attention().query_norm, 0), turn(attention().key_norm, 1)};
        add(std::move(placed));
    }
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
    Step output_map{StepKind::OutputMap,
                    {matrix("O", all, StepAxis::Queries, StepAxis::AllHeadDimensions)},
                    StepOperator::Maps,
                    {model(normed("O·Wₒ"), difference(*summed, *stream_))},
                    {}};
    if (!sandwich()) // else a norm stands between
        output_map.maps = {linear(attention().output, stack_.biases.attention_output)};
    add(std::move(output_map));
}

/// The residual addition, and the norm behind it in post-norm models.
void StepMaker::join(PassPoint sum, PassPoint after, StepKind add_kind, StepKind norm_kind, const char* added,
                     const char* name, const NormWeights& post_norm) {
    const SharedTensor summed = at(sum);
    Step step{add_kind, {model(stream_name_, stream_)}, StepOperator::Plus, {model(name, summed)}, {}};
    step.operands.push_back(model(normed(added), difference(*summed, *stream_)));
    add(std::move(step));
    follow(name, summed);
    if (!activations_.has(after) || same(at(after), summed))
        return;
    const std::string after_norm = std::string("norm(") + name + ")";
    Step normed_sum{norm_kind, {model(name, summed)}, StepOperator::Maps, {model(after_norm, at(after))}, {}};
    normed_sum.maps = {norm(post_norm)};
    add(std::move(normed_sum));
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
    const FeedForwardWeights& weights = block_.feed_forward;
    if (is_normed && !same(input, at(PassPoint::AttentionInput))) { // a norm both share has been shown
        Step normed_input{StepKind::FeedForwardNorm,
                          {model(name, read)},
                          StepOperator::Maps,
                          {model(input_name, input)},
                          {}};
        normed_input.maps = {norm(weights.norm)};
        add(std::move(normed_input));
    }
    const SharedTensor inner = at(PassPoint::FeedForwardInner);
    const auto wide = [&] { return matrix("F", inner, StepAxis::Queries, StepAxis::InnerDimensions); };
    Step widen{StepKind::FeedForwardInner, {model(input_name, input)}, StepOperator::Maps, {wide()}, {}};
    widen.maps = {{0, LinearMap{weights.up, 0, stack_.biases.feed_forward, stack_.activation, weights.gate}}};
    add(std::move(widen));
    Step narrow{StepKind::FeedForwardOut,
                {wide()},
                StepOperator::Maps,
                {model(normed("F·W₂"), difference(*at(PassPoint::FeedForwardSum), *stream_))},
                {}};
    if (!sandwich())
        narrow.maps = {linear(weights.down, stack_.biases.feed_forward)};
    add(std::move(narrow));
    join(PassPoint::FeedForwardSum, PassPoint::Hidden, StepKind::FeedForwardAdd,
         StepKind::FeedForwardPostNorm, "F·W₂", "Z", weights.norm);
}

} // namespace headlight
