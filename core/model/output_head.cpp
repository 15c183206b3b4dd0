#include "core/model/output_head.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cmath>

namespace headlight {

namespace {

/// Rows computed at once: logits are wide, and the backend's copy of them should stay small.
constexpr std::size_t kRowsAtOnce = 64;

/// Scale and soft cap of the logits themselves. Scaling the hidden states first, as T5 is written, gives the same product.
void finishLogits(const OutputSpec& output, std::span<float> logits) {
    if (output.hidden_scale != 1.0f)
        for (float& logit : logits)
            logit *= output.hidden_scale;
    if (output.softcap > 0.0f)
        for (float& logit : logits)
            logit = output.softcap * std::tanh(logit / output.softcap);
}

} // namespace

Result<Tensor> outputLogits(const ModelSpec& spec, const HeadWeights& weights, const ComputeBackend& backend,
                            const MatrixView& final_hidden) {
    const bool classifier = spec.head == HeadKind::SequenceClassification;
    const std::size_t classifier_row = spec.output.classifier_token == ClassifierToken::First ? 0 : final_hidden.rows - 1;
    const MatrixView input = classifier ? final_hidden.rowsFrom(classifier_row, 1) : final_hidden;
    const std::size_t n_out = weights.output->outputSize();
    HEADLIGHT_CHECK(checkMemory(double(input.rows) * double(n_out) * sizeof(float), "logits of " + std::to_string(input.rows) + " tokens",
                                "Ask for fewer rows"));
    const std::size_t n_rows = std::min(kRowsAtOnce, input.rows);
    const std::size_t d_transform = weights.transform ? weights.transform->outputSize() : 0;
    HEADLIGHT_ASSIGN(const BufferPtr buffer, backend.allocate(n_rows * (n_out + d_transform)));
    Tensor logits(Shape{input.rows, n_out});
    for (std::size_t first = 0; first < input.rows; first += n_rows) {
        const std::size_t count = std::min(n_rows, input.rows - first);
        MatrixView hidden = input.rowsFrom(first, count);
        if (weights.transform) {
            const MatrixView transformed{buffer, n_rows * n_out, count, d_transform, d_transform};
            backend.linear(*weights.transform, hidden, transformed, spec.output.transform_activation);
            if (!weights.norm.gain.empty())
                backend.layerNorm(transformed, weights.norm.gain, weights.norm.bias, spec.output.norm_epsilon, transformed);
            hidden = transformed;
        }
        const MatrixView out{buffer, 0, count, n_out, n_out};
        backend.linear(*weights.output, hidden, out);
        backend.download(out, logits.span().subspan(first * n_out, count * n_out));
    }
    finishLogits(spec.output, logits.span());
    return logits;
}

} // namespace headlight
