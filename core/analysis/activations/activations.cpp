#include "core/analysis/activations/activations.h"

#include <algorithm>

namespace headlight {
namespace {

class Recorder : public PassHook {
public:
    Recorder(StackKind stack, std::size_t layer, std::size_t n_tokens, bool changed)
        : n_tokens_(n_tokens)
        , changed_(changed) {
        recorded.stack = stack;
        recorded.layer = layer;
    }

    void at(const PassPlace& place, const ComputeBackend& backend, const MatrixView& rows) override {
        if (place.stack != recorded.stack)
            return;
        const bool before = place.point == PassPoint::Embedding
                                ? recorded.layer == 0
                                : place.point == PassPoint::Hidden && place.layer + 1 == recorded.layer;
        if (before)
            keep(before_, 0, backend, rows);
        const bool of_stack = place.point == PassPoint::TokenEmbedding || place.point == PassPoint::Embedding;
        if (of_stack || place.layer == recorded.layer)
            keep(points_[place.point], place.first_row, backend, rows);
    }

    void attended(AttentionKind kind, std::size_t layer, const ComputeBackend& backend,
                  const AttentionRecord&, const MatrixView& output) override {
        const StackKind stack =
            kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
        if (changed_ && stack == recorded.stack && layer == recorded.layer)
            keep(given_[kind], 0, backend, output);
    }

    /// What was recorded; the recorder is empty afterwards.
    LayerActivations take() {
        recorded.residual_before = std::make_shared<const Tensor>(std::move(before_));
        for (auto& [point, matrix] : points_)
            recorded.at[point] = std::make_shared<const Tensor>(std::move(matrix));
        for (auto& [kind, matrix] : given_)
            recorded.given[kind] = std::make_shared<const Tensor>(std::move(matrix));
        return std::move(recorded);
    }

    LayerActivations recorded;

private:
    void keep(Tensor& matrix, std::size_t first_row, const ComputeBackend& backend,
              const MatrixView& rows) const {
        if (matrix.empty())
            matrix = Tensor(Shape{n_tokens_, rows.columns});
        backend.download(rows, matrix.span().subspan(first_row * rows.columns, rows.rows * rows.columns));
    }

    std::size_t n_tokens_;
    bool changed_;
    Tensor before_;
    std::map<AttentionKind, Tensor> given_;
    std::map<PassPoint, Tensor> points_;
};

} // namespace

Result<LayerActivations> recordLayer(const Model& model, const ModelInput& input, StackKind stack,
                                     LayerIndex layer, const RunControl& control) {
    return recordChangedLayer(model, input, {}, stack, layer, control);
}

Result<LayerActivations> recordChangedLayer(const Model& model, const ModelInput& input,
                                            const std::vector<Change>& changes, StackKind stack,
                                            LayerIndex layer, const RunControl& control) {
    const auto& spec = stack == StackKind::Encoder ? model.spec().encoder : model.spec().decoder;
    if (!spec || layer.value >= spec->n_layers)
        return makeError(ErrorKind::Usage, spec ? "there is no layer " + std::to_string(layer.value + 1)
                                                : std::string("this model has no ") +
                                                      (stack == StackKind::Encoder ? "encoder" : "decoder"));
    Recorder recorder(stack, layer.value,
                      stack == StackKind::Encoder ? input.source.size() : input.target.size(),
                      !changes.empty());
    HEADLIGHT_CHECK(runChanged(model, input, changes, control, &recorder));
    return recorder.take();
}

} // namespace headlight
