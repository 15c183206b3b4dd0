#include "core/model/output_head.h"

#include "core/base/memory.h"

namespace headlight {

namespace {

/// [rows, 1] as [rows, 2]: the first class always has logit 0, so that softmax gives what a sigmoid of the second does.
Tensor withZeroClass(const Tensor& logits) {
    Tensor both(Shape{logits.dimension(0), 2});
    for (std::size_t row = 0; row < logits.dimension(0); ++row) {
        both.row(row)[0] = 0.0f;
        both.row(row)[1] = logits.row(row)[0];
    }
    return both;
}

/// What stands between the stack and the output: BERT's prediction transform.
Result<MatrixView> transformed(const ModelSpec& spec, const HeadWeights& weights, const ComputeBackend& backend, const MatrixView& input) {
    MatrixView hidden = input;
    if (weights.transform) {
        const std::size_t width = weights.transform->outputSize();
        HEADLIGHT_ASSIGN(const BufferPtr buffer, backend.allocate(input.rows * width));
        hidden = {buffer, 0, input.rows, width, width};
        backend.linear(*weights.transform, input, hidden, spec.output.transform_activation);
        if (!weights.norm.gain.empty())
            backend.layerNorm(hidden, weights.norm.gain, weights.norm.bias, spec.output.norm_epsilon, hidden);
    }
    return hidden;
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
    HEADLIGHT_ASSIGN(const MatrixView hidden, transformed(spec, weights, backend, input));
    Tensor logits = Tensor::reusingMemory({input.rows, n_out});
    backend.linearToHost(*weights.output, hidden, logits.span());
    // Scaling the hidden states first, as T5 is written, gives the same product.
    capLogits(logits.span(), spec.output.hidden_scale, spec.output.softcap);
    return spec.output.single_logit ? withZeroClass(logits) : std::move(logits);
}

Result<MatrixView> logitsOnBackend(const ModelSpec& spec, const HeadWeights& weights, const ComputeBackend& backend,
                                   const MatrixView& final_hidden) {
    const std::size_t n_out = weights.output->outputSize();
    HEADLIGHT_ASSIGN(const MatrixView hidden, transformed(spec, weights, backend, final_hidden));
    HEADLIGHT_ASSIGN(const BufferPtr buffer, backend.allocate(hidden.rows * n_out));
    const MatrixView logits{buffer, 0, hidden.rows, n_out, n_out};
    backend.linear(*weights.output, hidden, logits);
    // Scaling the hidden states first, as T5 is written, gives the same product.
    if (spec.output.hidden_scale != 1.0f || spec.output.softcap > 0.0f)
        backend.capLogits(logits, spec.output.hidden_scale, spec.output.softcap);
    return logits;
}

} // namespace headlight
