#include "core/analysis/steps/steps.h"

#include "core/model/weights.h"

#include <algorithm>
#include <cmath>

namespace headlight {
namespace {

SharedTensor share(Tensor matrix) {
    return std::make_shared<const Tensor>(std::move(matrix));
}

/// Columns [first, first + count) of a matrix.
SharedTensor columnsOf(const Tensor& matrix, std::size_t first, std::size_t count) {
    Tensor part(Shape{matrix.dimension(0), count});
    for (std::size_t row = 0; row < matrix.dimension(0); ++row)
        std::ranges::copy(matrix.row(row).subspan(first, count), part.row(row).begin());
    return share(std::move(part));
}

SharedTensor transposed(const Tensor& matrix) {
    Tensor turned(Shape{matrix.dimension(1), matrix.dimension(0)});
    for (std::size_t row = 0; row < matrix.dimension(0); ++row)
        for (std::size_t column = 0; column < matrix.dimension(1); ++column)
            turned.row(column)[row] = matrix.row(row)[column];
    return share(std::move(turned));
}

/// a - b, rounded once.
SharedTensor difference(const Tensor& a, const Tensor& b) {
    Tensor out(a.shape());
    for (std::size_t i = 0; i < a.size(); ++i)
        out.span()[i] =
            static_cast<float>(static_cast<double>(a.span()[i]) - static_cast<double>(b.span()[i]));
    return share(std::move(out));
}

/// One head's slab of [n_heads, n_tokens, head_dim].
SharedTensor headOf(const Tensor& heads, std::size_t head) {
    Tensor one(Shape{heads.dimension(1), heads.dimension(2)});
    std::ranges::copy(heads.span().subspan(head * one.size(), one.size()), one.span().begin());
    return share(std::move(one));
}

bool same(const SharedTensor& a, const SharedTensor& b) {
    return a == b || (a->shape() == b->shape() && std::ranges::equal(a->span(), b->span()));
}

class StepMaker {
public:
    StepMaker(const Model& model, const Trace& trace, const LayerActivations& activations,
              const HeadAddress& head)
        : trace_(trace)
        , activations_(activations)
        , head_(head)
        , stack_(head.kind == AttentionKind::EncoderSelf ? *model.spec().encoder : *model.spec().decoder)
        , adds_positions_(!(head.kind == AttentionKind::EncoderSelf ? model.weights().encoder : model.weights().decoder)
                               ->position_embedding.empty())
        , cross_(head.kind == AttentionKind::Cross)
        , problem_(trace.attention(head.kind, head.layer).problem)
        , key_head_(head.head.value / (problem_.query.n_heads / problem_.key.n_heads)) {}

    std::vector<Step> make() {
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

private:
    void add(Step step) { steps_.push_back(std::move(step)); }
    [[nodiscard]] const SharedTensor& at(PassPoint point) const { return activations_.at.at(point); }

    static StepMatrix matrix(std::string symbol, SharedTensor values, StepAxis rows, StepAxis columns,
                             StepRole role = StepRole::Neutral, StepValues kind = StepValues::Signed) {
        return {std::move(symbol), role, kind, rows, columns, std::move(values)};
    }
    static StepMatrix model(std::string symbol, SharedTensor values) {
        return matrix(std::move(symbol), std::move(values), StepAxis::Queries, StepAxis::ModelDimensions);
    }
    StepMatrix map(std::string symbol, SharedTensor values, StepValues kind) const {
        return matrix(std::move(symbol), std::move(values), StepAxis::Queries, StepAxis::Keys,
                      StepRole::Neutral, kind);
    }

    /// How the stream begins: from the tokens in layer 0, from the layer before elsewhere.
    void begin() {
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

    void project() {
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
        step.results = {queries("Q", query), keys("K", key, StepRole::Key),
                        keys("V", value_, StepRole::Value)};
        add(std::move(step));
        if (!same(query, query_) || !same(key, key_))
            add({StepKind::Place,
                 {queries("Q", query), keys("K", key, StepRole::Key)},
                 StepOperator::Maps,
                 {queries("Q'", query_), keys("K'", key_, StepRole::Key)},
                 {}});
    }

    static StepMatrix queries(std::string symbol, SharedTensor values) {
        return matrix(std::move(symbol), std::move(values), StepAxis::Queries, StepAxis::HeadDimensions,
                      StepRole::Query);
    }
    static StepMatrix keys(std::string symbol, SharedTensor values, StepRole role) {
        return matrix(std::move(symbol), std::move(values), StepAxis::Keys, StepAxis::HeadDimensions, role);
    }

    void score() {
        const TokenRange rows{0, trace_.nQueries(head_.kind)};
        const TokenRange columns{0, trace_.nKeys(head_.kind)};
        const SharedTensor raw = share(trace_.rawScores(head_, rows, columns)); // scaled already
        Tensor unscaled(raw->shape());
        std::ranges::transform(raw->span(), unscaled.span().begin(),
                               [scale = static_cast<double>(problem_.scale)](float score) {
                                   return static_cast<float>(static_cast<double>(score) / scale);
                               });
        const SharedTensor products = share(std::move(unscaled));
        Step step{StepKind::Product,
                  {queries("Q", query_)},
                  StepOperator::Times,
                  {map("QKᵀ", products, StepValues::Signed)},
                  {}};
        step.operands.push_back(
            matrix("Kᵀ", transposed(*key_), StepAxis::HeadDimensions, StepAxis::Keys, StepRole::Key));
        add(std::move(step));
        SharedTensor scores = products;
        if (problem_.scale != 1.0f) {
            Step scaled{StepKind::Scale,
                 {map("QKᵀ", products, StepValues::Signed)},
                 StepOperator::Over,
                 {map("S", raw, StepValues::Signed)},
                 1.0 / static_cast<double>(problem_.scale)};
            const double head_dim = static_cast<double>(problem_.query.head_dim);
            if (std::abs(*scaled.constant * *scaled.constant - head_dim) < 1e-4 * head_dim)
                scaled.root_of = problem_.query.head_dim;
            add(std::move(scaled));
            scores = raw;
        }
        adjust(scores);
        const SharedTensor weights = share(trace_.weights(head_));
        const SharedTensor masked = share(trace_.scores(head_, rows, columns));
        if (!same(masked, scores))
            add({StepKind::Mask,
                 {map("S", scores, StepValues::Signed)},
                 StepOperator::Maps,
                 {map("S", masked, StepValues::Scores)},
                 {}});
        add({StepKind::Softmax,
             {map("S", masked, StepValues::Scores)},
             StepOperator::Maps,
             {map("A", weights, StepValues::Weights)},
             {}});
        weights_ = weights;
    }

    /// Soft cap and position bias, each where the model has it; `scores` become those before the mask.
    void adjust(SharedTensor& scores) {
        if (problem_.softcap > 0.0f) {
            const double cap = static_cast<double>(problem_.softcap);
            Tensor bounded(scores->shape());
            std::ranges::transform(scores->span(), bounded.span().begin(), [cap](float score) {
                return static_cast<float>(cap * std::tanh(static_cast<double>(score) / cap));
            });
            const SharedTensor capped = share(std::move(bounded));
            add({StepKind::SoftCap,
                 {map("S", scores, StepValues::Signed)},
                 StepOperator::Maps,
                 {map("S", capped, StepValues::Signed)},
                 cap});
            scores = capped;
        }
        if (problem_.bias.table.rows == 0)
            return;
        AttentionProblem open = problem_;
        open.mask.causal = false;
        open.mask.window = 0;
        Tensor with_bias(scores->shape());
        trace_.backend().attentionScores(open, head_.head, {0, with_bias.dimension(0)},
                                         {0, with_bias.dimension(1)}, with_bias.span());
        const SharedTensor biased = share(std::move(with_bias));
        Step step{StepKind::Bias,
                  {map("S", scores, StepValues::Signed)},
                  StepOperator::Plus,
                  {map("S", biased, StepValues::Signed)},
                  {}};
        step.operands.push_back(map("B", difference(*biased, *scores), StepValues::Signed));
        add(std::move(step));
        scores = biased;
    }

    void mix() {
        const SharedTensor all = at(cross_ ? PassPoint::CrossHeadOutputs : PassPoint::HeadOutputs);
        const std::size_t head_dim = value_->dimension(1);
        Step sum{StepKind::WeightedSum,
                 {map("A", weights_, StepValues::Weights), keys("V", value_, StepRole::Value)},
                 StepOperator::Times,
                 {},
                 {}};
        sum.results = {queries("Oₕ", columnsOf(*all, head_.head.value * head_dim, head_dim))};
        sum.results.front().role = StepRole::Neutral;
        add(std::move(sum));
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
    void join(PassPoint sum, PassPoint after, StepKind add_kind, StepKind norm_kind, const char* added, const char* name) {
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
    void follow(std::string name, SharedTensor stream) {
        stream_name_ = std::move(name);
        stream_ = std::move(stream);
    }
    /// What a sublayer adds: normalised before it joins the stream in sandwich-norm models.
    [[nodiscard]] std::string normed(const std::string& added) const {
        return stack_.norm.placement == NormPlacement::Sandwich ? "norm(" + added + ")" : added;
    }

    void feedForward() {
        const SharedTensor input = at(PassPoint::FeedForwardInput);
        // Parallel residual: it reads what the attention read, not what that left.
        const SharedTensor read = stack_.parallel_residual ? activations_.residual_before : stream_;
        const std::string name = stack_.parallel_residual ? "X" : stream_name_;
        const bool is_normed = !same(input, read);
        const std::string input_name = is_normed ? "norm(" + name + ")" : name;
        if (is_normed && !same(input, at(PassPoint::AttentionInput))) // a norm both share has been shown
            add({StepKind::FeedForwardNorm, {model(name, read)}, StepOperator::Maps, {model(input_name, input)}, {}});
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

    const Trace& trace_;
    const LayerActivations& activations_;
    HeadAddress head_;
    const StackSpec& stack_;
    bool adds_positions_; ///< rows of a position table, whatever the scores know besides
    bool cross_;
    const AttentionProblem& problem_;
    std::size_t key_head_;
    SharedTensor stream_;
    std::string stream_name_ = "X";
    SharedTensor query_;
    SharedTensor key_;
    SharedTensor value_;
    SharedTensor weights_;
    std::vector<Step> steps_;
};

constexpr double kUsualShare = 0.95;
constexpr float kFarOutside = 4.0f; // times the usual

float usualSize(const Tensor& values) {
    std::vector<float> sizes;
    sizes.reserve(values.size());
    for (const float value : values.span())
        if (value != kMaskedScore && std::isfinite(value))
            sizes.push_back(std::abs(value));
    if (sizes.empty())
        return 0.0f;
    const auto usual = sizes.begin() + static_cast<std::ptrdiff_t>(kUsualShare * static_cast<double>(sizes.size() - 1));
    std::nth_element(sizes.begin(), usual, sizes.end());
    const float largest = *std::max_element(usual, sizes.end());
    return largest > kFarOutside * *usual && *usual > 0.0f ? *usual : largest;
}

} // namespace

std::vector<Step> stepsOf(const Model& model, const Trace& trace, const LayerActivations& activations,
                          const HeadAddress& head) {
    std::vector<Step> steps = StepMaker(model, trace, activations, head).make();
    for (Step& step : steps) {
        for (StepMatrix& operand : step.operands)
            operand.usual_size = usualSize(*operand.values);
        for (StepMatrix& result : step.results)
            result.usual_size = usualSize(*result.values);
    }
    return steps;
}

} // namespace headlight
