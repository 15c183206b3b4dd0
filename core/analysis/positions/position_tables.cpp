#include "core/analysis/positions/position_tables.h"

#include "core/base/memory.h"
#include "core/model/positions.h"
#include "core/model/weights.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace headlight {

namespace {

const StackSpec& specOf(const Model& model, StackKind stack) {
    return stack == StackKind::Encoder ? *model.spec().encoder : *model.spec().decoder;
}

const StackWeights& weightsOf(const Model& model, StackKind stack) {
    return stack == StackKind::Encoder ? *model.weights().encoder : *model.weights().decoder;
}

bool hasStack(const Model& model, StackKind stack) {
    return stack == StackKind::Encoder ? model.spec().hasEncoder() : model.spec().hasDecoder();
}

DoubleMatrix inDouble(const Tensor& rows) {
    return rows.matrix().cast<double>();
}

} // namespace

Result<Tensor> positionTable(const Model& model, StackKind stack, std::size_t n_most) {
    if (!hasStack(model, stack) || weightsOf(model, stack).position_embedding.empty())
        return makeError(ErrorKind::Usage, "this stack adds no positions to its embeddings");
    const MatrixView& table = weightsOf(model, stack).position_embedding;
    const std::size_t offset = specOf(model, stack).positions.offset;
    const std::size_t n_rows = std::min(n_most, table.rows > offset ? table.rows - offset : 0);
    return guardMemory([&]() -> Result<Tensor> {
        Tensor rows(Shape{n_rows, table.columns});
        model.backend().download(table.rowsFrom(offset, n_rows), rows.span());
        return rows;
    });
}

Result<BiasByDistance> biasByDistance(const Model& model, StackKind stack, std::size_t farthest) {
    if (!hasStack(model, stack) || weightsOf(model, stack).relative_bias.table.empty())
        return makeError(ErrorKind::Usage, "this stack adds no bias to its scores");
    const RelativeBias& bias = weightsOf(model, stack).relative_bias;
    return guardMemory([&]() -> Result<BiasByDistance> {
        Tensor table(Shape{bias.table.rows, bias.table.columns});
        model.backend().download(bias.table, table.span());
        const auto last = static_cast<std::ptrdiff_t>(bias.table.columns) - 1;
        const auto far = static_cast<std::ptrdiff_t>(farthest);
        BiasByDistance found;
        for (std::ptrdiff_t distance = -far; distance <= (specOf(model, stack).causal ? 0 : far); ++distance)
            found.distances.push_back(double(distance));
        found.bias.resize(static_cast<Eigen::Index>(bias.table.rows),
                          static_cast<Eigen::Index>(found.distances.size()));
        for (Eigen::Index head = 0; head < found.bias.rows(); ++head)
            for (Eigen::Index i = 0; i < found.bias.cols(); ++i) {
                const auto row = table.row(static_cast<std::size_t>(head));
                const std::ptrdiff_t distance = static_cast<std::ptrdiff_t>(i) - far;
                if (bias.by_key) // slope * key position: the slope is the second entry
                    found.bias(head, i) = last > 0 ? double(row[1]) * double(distance) : 0.0;
                else
                    found.bias(head, i) = double(row[static_cast<std::size_t>(
                        std::clamp<std::ptrdiff_t>(distance - bias.min_distance, 0, last))]);
            }
        return found;
    });
}

std::vector<BucketRun> bucketRuns(const RelativeBiasSpec& spec, std::ptrdiff_t farthest) {
    std::vector<BucketRun> runs;
    for (std::ptrdiff_t distance = -farthest; distance <= (spec.bidirectional ? farthest : 0); ++distance) {
        const std::size_t bucket = relativeBucket(spec, distance);
        if (!runs.empty() && runs.back().bucket == bucket)
            runs.back().last = distance;
        else
            runs.push_back({bucket, distance, distance});
    }
    return runs;
}

DoubleMatrix cosineSimilarities(const Tensor& rows) {
    DoubleMatrix normed = inDouble(rows);
    for (Eigen::Index row = 0; row < normed.rows(); ++row)
        if (const double norm = normed.row(row).norm(); norm > 0.0)
            normed.row(row) /= norm;
    return normed * normed.transpose();
}

std::vector<double> meanByDistance(const DoubleMatrix& square) {
    std::vector<double> means;
    for (Eigen::Index distance = 0; distance < square.rows(); ++distance)
        means.push_back((square.diagonal(distance).mean() + square.diagonal(-distance).mean()) / 2.0);
    return means;
}

Result<std::vector<double>> singularValues(const Tensor& rows, const RunControl& control) {
    if (control.stopRequested())
        return cancelledError();
    return guardMemory([&]() -> Result<std::vector<double>> {
        const DoubleMatrix values = inDouble(rows);
        const DoubleMatrix gram = values.rows() < values.cols() ? DoubleMatrix(values * values.transpose())
                                                                : DoubleMatrix(values.transpose() * values);
        const Eigen::SelfAdjointEigenSolver<DoubleMatrix> solver(gram, Eigen::EigenvaluesOnly);
        std::vector<double> singular;
        for (Eigen::Index i = solver.eigenvalues().size(); i-- > 0;)
            singular.push_back(std::sqrt(std::max(0.0, solver.eigenvalues()(i))));
        return singular;
    });
}

} // namespace headlight
