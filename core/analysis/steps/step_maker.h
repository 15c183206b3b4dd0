// How the steps of one head come out of a trace and a recorded layer.
#pragma once

#include "core/analysis/interventions/changed_attention.h"
#include "core/analysis/steps/steps.h"

#include <string>
#include <utility>

namespace headlight {

/// Makes the steps of one head, once; see stepsOf.
class StepMaker {
public:
    /// All but `changes` must outlive the maker.
    StepMaker(const Model& model, const Trace& trace, const LayerActivations& activations,
              const HeadAddress& head, const std::vector<Change>& changes);

    [[nodiscard]] std::vector<Step> make();

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
    static StepMatrix map(std::string symbol, SharedTensor values, StepValues kind) {
        return matrix(std::move(symbol), std::move(values), StepAxis::Queries, StepAxis::Keys,
                      StepRole::Neutral, kind);
    }
    static StepMatrix queries(std::string symbol, SharedTensor values) {
        return matrix(std::move(symbol), std::move(values), StepAxis::Queries, StepAxis::HeadDimensions,
                      StepRole::Query);
    }
    static StepMatrix keys(std::string symbol, SharedTensor values, StepRole role) {
        return matrix(std::move(symbol), std::move(values), StepAxis::Keys, StepAxis::HeadDimensions, role);
    }
    /// What a sublayer adds: normalised before it joins the stream in sandwich-norm models.
    [[nodiscard]] std::string normed(const std::string& added) const;

    // What the maps of the steps compute with.
    [[nodiscard]] const AttentionWeights& attention() const;
    [[nodiscard]] StepMap linear(LinearWeightsPtr weights, bool biased, std::size_t first_output = 0,
                                 std::size_t operand = 0) const;
    [[nodiscard]] StepMap norm(const NormWeights& weights) const;
    [[nodiscard]] StepMap turn(const NormWeights& head_norm, std::size_t operand) const;
    [[nodiscard]] bool sandwich() const { return stack_.norm.placement == NormPlacement::Sandwich; }

    void begin();
    void addPosition(const SharedTensor& sum);
    void normEmbedding(const SharedTensor& normed);
    void mapEmbedding(const SharedTensor& mapped);
    void finishEmbedding(std::size_t width);
    [[nodiscard]] StepMatrix embedded(const std::string& name, const SharedTensor& values);
    void project();
    void mix();
    void join(PassPoint sum, PassPoint after, StepKind add_kind, StepKind norm_kind, const char* added,
              const char* name, const NormWeights& post_norm);
    void follow(std::string name, SharedTensor stream);
    void feedForward();

    // From query and key to weights: score_steps.cpp.
    void score();
    void scale(SharedTensor& scores);
    void cap(SharedTensor& scores);
    void bias(SharedTensor& scores);
    void mask(const SharedTensor& scores);
    void weigh();
    [[nodiscard]] SharedTensor scoresOf(const AttentionProblem& problem) const;
    [[nodiscard]] SharedTensor withRows(const SharedTensor& matrix,
                                        std::vector<float> RowStages::*stage) const;
    [[nodiscard]] SharedTensor givenByHead() const;

    const Model& model_;
    const Trace& trace_;
    const LayerActivations& activations_;
    HeadAddress head_;
    const StackSpec& stack_;
    const StackWeights& weights_of_stack_;
    const BlockWeights& block_;
    bool positions_off_;                 ///< by a person
    std::vector<std::size_t> positions_; ///< of the rows, where a person moved some; empty: 0, 1, 2, ...
    bool adds_positions_;                ///< rows of a position table, whatever the scores know besides
    bool cross_;
    HeadChanges changes_;                   ///< those of this head
    AttentionProblem problem_;              ///< with a changed scale
    float models_scale_;                    ///< as it is without changes
    std::map<std::size_t, RowStages> rows_; ///< of the map that changes touch
    std::size_t key_head_;
    SharedTensor stream_;
    std::string stream_name_ = "X";
    SharedTensor embedded_; ///< on the way to the stream
    std::string embedded_name_;
    SharedTensor query_;
    SharedTensor key_;
    SharedTensor value_;
    SharedTensor weights_;
    std::vector<Step> steps_;
};

} // namespace headlight
