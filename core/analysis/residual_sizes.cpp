#include "core/analysis/residual_sizes.h"

#include <cmath>

namespace headlight {

namespace {

void sizesInto(const Tensor& rows, Eigen::MatrixXd& sizes, Eigen::Index at) {
    for (Eigen::Index token = 0; token < sizes.cols(); ++token) {
        double squares = 0.0;
        const auto row = rows.row(static_cast<std::size_t>(token));
        for (const float value : row)
            squares += double(value) * double(value);
        sizes(at, token) = std::sqrt(squares / double(row.size()));
    }
}

} // namespace

Eigen::MatrixXd residualSizes(const Trace& trace, StackKind stack) {
    const StackRecord& record = trace.stack(stack);
    const auto n_layers = static_cast<Eigen::Index>(record.hidden.size());
    // Without a final norm the last block's own output is what is read.
    const bool normed = n_layers > 0 && (record.final_hidden.buffer != record.hidden.back().buffer ||
                                         record.final_hidden.offset != record.hidden.back().offset);
    Eigen::MatrixXd sizes(n_layers + (normed ? 2 : 1), static_cast<Eigen::Index>(record.nTokens()));
    sizesInto(trace.embedding(stack), sizes, 0);
    for (Eigen::Index layer = 0; layer < n_layers; ++layer)
        sizesInto(trace.hidden(stack, LayerIndex(static_cast<std::size_t>(layer))), sizes, layer + 1);
    if (normed)
        sizesInto(trace.finalHidden(stack), sizes, n_layers + 1);
    return sizes;
}

} // namespace headlight
